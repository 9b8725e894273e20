"""Runs what deploy/compose.yaml describes as processes of this machine, with the configuration that stands in deploy/.

    python3 tests/topology proxy PROGRAM          two nodes with stores of their own behind HAProxy
    python3 tests/topology whole PROGRAM ETCD     two nodes behind HAProxy, over three PostgreSQL under Patroni with pgBackRest

PROGRAM is the thidua to run, ETCD the program etcd. Needs haproxy and openssl; for the whole also root (PostgreSQL runs as
the user postgres), patroni, pgbackrest and postgresql-15. Addresses, ports, folders and keys are put in; nothing else of the
configuration is changed.
"""

import sys
from pathlib import Path

import database
import proxy

if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    what, *programs = sys.argv[1:]
    {"proxy": proxy.run, "whole": database.run}[what](*(Path(program).resolve() for program in programs))
