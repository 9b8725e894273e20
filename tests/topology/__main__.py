"""Runs what deploy/compose.yaml describes as processes of this machine, with the configuration that stands in deploy/.

    python3 tests/topology proxy PROGRAM      two nodes behind HAProxy
    python3 tests/topology database ETCD      three PostgreSQL under Patroni, pgBackRest behind them

PROGRAM is the thidua to run, ETCD the program etcd. Needs haproxy and openssl; for the databases also root (PostgreSQL runs
as the user postgres), patroni, pgbackrest and postgresql-15. Addresses, ports, folders and keys are put in; nothing else
of the configuration is changed.
"""

import sys
from pathlib import Path

import database
import proxy

if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    what, program = sys.argv[1:]
    {"proxy": proxy.run, "database": database.run}[what](Path(program).resolve())
