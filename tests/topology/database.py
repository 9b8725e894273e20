"""Three PostgreSQL servers under Patroni, and pgBackRest behind them, with the files of deploy/."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor

from nodes import Nodes
from common import DATABASE_HOSTS, DEPLOY, POSTGRES, Client, check, free_ports, samples, status, topology, wait_for, watched

WHOLE = ["leader", "sync_standby", "sync_standby"]
# For how long Patroni believes in a primary it does not hear of, in half the seconds of service.
SHORTENED = {"ttl: 20": "ttl: 12", "loop_wait: 3": "loop_wait: 2", "retry_timeout: 5": "retry_timeout: 4"}
PASSWORDS = {f"PATRONI_{role}_PASSWORD": uuid.uuid4().hex for role in ("SUPERUSER", "REPLICATION", "REWIND")}


class Database:
    """One of the three: Patroni and the PostgreSQL it keeps."""

    def __init__(self, made, number, etcd, ports):
        self.made, self.name, self.data = made, f"database{number}", made.folder / f"database{number}"
        self.host, (self.port, self.patroni) = DATABASE_HOSTS[number - 1], ports
        self.sockets = made.folder / f"sockets{number}"
        for folder in (self.sockets, made.folder / "backups"):
            folder.mkdir(exist_ok=True)
            shutil.chown(folder, made.user, made.user)
        self.configuration = self.placed("patroni/patroni.yml", ".yml")
        self.backups = self.placed("pgbackrest/pgbackrest.conf", ".conf")
        self.environment = {
            **PASSWORDS, "PATRONI_NAME": self.name, "PATRONI_ETCD3_HOSTS": f"127.0.0.1:{etcd}",
            "PATRONI_RESTAPI_LISTEN": f"{self.host}:{self.patroni}",
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"{self.host}:{self.patroni}",
            "PATRONI_POSTGRESQL_LISTEN": f"{self.host}:{self.port}",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"{self.host}:{self.port}",
            "PGBACKREST_CONFIG": self.backups, "PGBACKREST_REPO1_CIPHER_PASS": "topology",
        }

    def placed(self, configuration, ending):
        """A configuration with the folders of this place in it and shortened times, and nothing else changed."""
        folder = self.made.folder
        text = (DEPLOY / configuration).read_text()
        for there, here in {"/var/lib/postgresql/15/thidua": self.data, "/var/lib/postgresql/pgpass": f"{self.data}.pgpass",
                            "/var/run/postgresql": self.sockets, "/etc/postgresql-tls": folder,
                            "/var/lib/pgbackrest": folder / "backups", "/var/lib/postgresql/pgbackrest-lock": folder / "locks",
                            "pg1-port=5432": f"pg1-port={self.port}", **SHORTENED}.items():
            text = text.replace(there, str(here))
        placed = folder / f"{self.name}{ending}"
        placed.write_text(text)
        shutil.chown(placed, self.made.user, self.made.user)
        return placed

    def start(self):
        self.made.start(self.name, "patroni", self.configuration, **self.environment)

    def run(self, *command):
        """Runs a command on this machine, as the user the database runs as; gives what it printed."""
        done = subprocess.run([str(part) for part in command], env=self.made.environment(self.environment),
                              user=self.made.user, group=self.made.user, extra_groups=[], cwd=self.made.folder,
                              capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def backrest(self, *words):
        return self.run("pgbackrest", "--stanza=thidua", *words)

    def role(self):
        """What it takes itself for; nothing when it does not answer."""
        with contextlib.suppress(OSError):
            return json.loads(Client(self.patroni, host=self.host).ask("/patroni")[1]).get("role")

    def lose(self):
        """As when the machine loses its power: nothing of it runs any more."""
        self.made.kill(self.name)
        self.end()

    def end(self):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def run(program, etcd_program):
    with topology("postgres") as made:
        etcd, peer, *ports = free_ports(8)
        made.start("etcd", etcd_program, "--data-dir", made.folder / "etcd.d", "--listen-client-urls",
                   f"http://127.0.0.1:{etcd}", "--advertise-client-urls", f"http://127.0.0.1:{etcd}",
                   "--listen-peer-urls", f"http://127.0.0.1:{peer}")
        wait_for("etcd answers", lambda: status(etcd, "/health") == 200)
        databases = [Database(made, number, etcd, ports[2 * number - 2:2 * number]) for number in (1, 2, 3)]
        databases[0].run("patroni", "--validate-config", databases[0].configuration)
        check("Patroni accepts its configuration", True)
        try:
            # As the runbook says: one makes the cluster, the others copy it.
            databases[0].start()
            wait_for("a first primary", lambda: databases[0].role() == "master")
            for database in databases[1:]:
                database.start()
            story(made, databases, program)
        finally:
            for database in databases:
                if database.name in made.processes:
                    made.kill(database.name)
                database.end()


class Sql:
    """Statements as the nodes send them: over TLS, to whichever of the three takes writes."""

    def __init__(self, made, databases):
        self.made, self.database = made, "postgres"
        hosts, ports = (",".join(str(part) for part in parts) for parts in
                        zip(*((database.host, database.port) for database in databases)))
        self.environment = made.environment({
            "PGHOST": hosts, "PGPORT": ports, "PGTARGETSESSIONATTRS": "read-write", "PGUSER": "postgres",
            "PGPASSWORD": PASSWORDS["PATRONI_SUPERUSER_PASSWORD"], "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": made.folder / "ca.pem", "PGCONNECT_TIMEOUT": 2,
            "OWNER_PASSWORD": "owner", "NODE_PASSWORD": "node"})

    def script(self, file):
        subprocess.run(["psql", "-Xq", "-f", file], check=True, env={**self.environment, "PGDATABASE": self.database})

    def start(self, statement):
        return subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**self.environment, "PGDATABASE": self.database})

    def run(self, statement):
        """What it gave; nothing when it failed."""
        asked = self.start(statement)
        said, _ = asked.communicate(timeout=30)
        return said.strip() if asked.returncode == 0 else None


def roles(databases):
    """The roles of the members that run, as the first one of them that answers sees them."""
    for database in databases:
        with contextlib.suppress(OSError):
            members = json.loads(Client(database.patroni, host=database.host).ask("/cluster")[1])["members"]
            return sorted(member["role"] for member in members if member["state"] == "running")


def leader(databases):
    return next(database for database in databases if database.role() == "master")


def story(made, databases, program):
    wait_for("a primary and two synchronous standbys", lambda: roles(databases) == WHOLE)
    sql = Sql(made, databases)
    names = sql.run("show synchronous_standby_names")
    check("commits wait for two standbys", names.startswith("2 (") and sql.run("show synchronous_commit") == "on", names)
    primary = leader(databases)
    watched("patroni", samples(primary.patroni, primary.host))
    sql.script(DEPLOY / "database/create.sql")
    nodes = Nodes(made, databases, program)
    try:
        with ThreadPoolExecutor() as beside:
            backup = beside.submit(backed_up, primary)
            nodes.load()
            backup.result()
            nodes.fails_over(primary)
            now = leader(databases)
            last = next(database for database in databases if database not in (primary, now))
            restoring = beside.submit(restored, made, now, nodes.head())
            last.lose()
            nodes.refused()
            primary.start()
            last.start()
            wait_for("both are back", lambda: roles(databases) == WHOLE)
            check("both machines come back as synchronous standbys", leader(databases) is now)
            restoring.result()
            nodes.settled()
    finally:
        nodes.end()


def backed_up(primary):
    primary.backrest("stanza-create")
    primary.backrest("check")
    primary.backrest("--type=full", "backup")
    check("a full backup is made and encrypted", '"cipher":"aes-256-cbc"' in primary.backrest("--output=json", "info"))


def restored(made, primary, head):
    """The newest moment, from the backup and what was archived since, in a folder of its own; it holds the facts up to the head."""
    primary.backrest("check")
    folder, port = made.folder / "restored", free_ports(1)[0]
    primary.backrest(f"--pg1-path={folder}", "--archive-mode=off", "restore")
    primary.run(POSTGRES / "pg_ctl", "-D", folder, "-w", "-l", made.folder / "restored.log", "-o",
                f"-p {port} -k {made.folder} -c listen_addresses='' -c ssl=off -c hba_file={primary.data}/pg_hba.conf", "start")
    counted = primary.run("psql", "-XAtq", "-h", made.folder, "-p", port, "-d", "thidua", "-c",
                          f"select count(*) from thidua.events where position < {head}")
    primary.run(POSTGRES / "pg_ctl", "-D", folder, "-m", "immediate", "stop")
    check(f"a restore from backup and archive holds all {head} facts", int(counted) == head, counted)
