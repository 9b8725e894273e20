"""Two nodes over the three databases, behind the proxy, and clients that record units until they are told that they are."""

import http.client
import json
import shutil
import subprocess
import threading
import time

from common import Client, check, free_ports, in_use, new_id, registration, samples, status, wait_for
from proxy import readers

# What a node shows once it has shared a database with another one, and the database was away for a while.
OVER_A_DATABASE = {"thidua_groups_unanswered_total", "thidua_log_reachable", "thidua_turns_lost_total"}


class Nodes:
    """The nodes, their signer, a witness, the proxy before them, and a client's token."""

    def __init__(self, made, databases, program):
        self.made, self.ends, self.threads = made, threading.Event(), []
        # What the clients were told: units that are recorded, and when; how often to ask again later; anything else.
        self.acknowledged, self.later, self.faults = [], [], []
        self.program = made.folder / "thidua"
        shutil.copy(program, self.program)
        hosts = ",".join(f"{database.host}:{database.port}" for database in databases)
        self.store = f"postgres://%s@{hosts}/thidua?sslmode=verify-full&sslrootcert={made.folder / 'ca.pem'}&passfile={made.folder / 'passwords'}"
        (made.folder / "passwords").touch(0o600)
        (made.folder / "passwords").write_text("*:*:thidua:thidua_owner:owner\n*:*:thidua:thidua:node\n")
        self.run("store", "migrate", "--store", self.store % "thidua_owner", "--node", "thidua")
        self.https, self.metrics, *self.ports = free_ports(6)
        self.signs_and_witnesses()
        self.run("vault", "key", "--key", made.folder / "vault.key")
        self.run("token", "keys", "--dir", made.folder / "keys")
        self.token = self.run("token", "mint", "--key", made.folder / "keys/signing-key.pem", "--client", "registrar")
        for number in (1, 2):
            self.start(number)
        for port in self.ports[::2]:
            wait_for("a node is ready", lambda port=port: status(port, "/health/ready") == 200)
        made.proxy(PROXY_HTTPS=f"127.0.0.1:{self.https}", PROXY_METRICS=f"127.0.0.1:{self.metrics}",
                   NODE_1=f"127.0.0.1:{self.ports[0]}", NODE_2=f"127.0.0.1:{self.ports[2]}")
        self.trusted = made.folder / "ca.pem"
        wait_for("the proxy leads to the nodes", lambda: in_use(self.metrics, "write", 2) and in_use(self.metrics, "kept", 1))
        self.first = self.head()

    def signs_and_witnesses(self):
        """Starts whoever signs the log, and whoever sees that it only grows."""
        folder, [port] = self.made.folder, free_ports(1)
        log = self.run("signer", "key", "--name", "topology.invalid/thidua", "--key", folder / "log.key")
        self.made.start("signer", self.program, "signer", "serve", "--key", folder / "log.key", "--state", folder / "signed",
                        "--socket", folder / "signer", own_user=True)
        witness = self.run("witness", "key", "--name", "topology.invalid/witness", "--key", folder / "witness.key")
        (folder / "witnessed.txt").write_text(f"log {log}\nquorum none\n")
        self.made.start("witness", self.program, "witness", "serve", "--key", folder / "witness.key", "--logs",
                        folder / "witnessed.txt", "--state", folder / "seen", "--listen", f"127.0.0.1:{port}", own_user=True)
        (folder / "policy.txt").write_text(f"log {log}\nwitness one {witness} http://127.0.0.1:{port}\nquorum one\n")
        wait_for("the signer answers", (folder / "signer").exists)

    def run(self, *words):
        done = subprocess.run([str(part) for part in (self.program, *words)], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    def start(self, number):
        """The first one keeps the vault."""
        api, metrics = self.ports[2 * number - 2:2 * number]
        vault = ["--vault-key", self.made.folder / "vault.key"] if number == 1 else []
        state = self.made.folder / f"state{number}"
        state.mkdir(exist_ok=True)
        self.made.start(f"node{number}", self.program, "serve", "--allow-development-keys", "--store", self.store % "thidua",
                        "--listen", f"127.0.0.1:{api}", "--metrics-listen", f"127.0.0.1:{metrics}",
                        "--issuer", "urn:thidua:development", "--jwks", self.made.folder / "keys/jwks.json",
                        "--signer", self.made.folder / "signer", "--policy", self.made.folder / "policy.txt",
                        "--first-registrar", "registrar", *vault,
                        own_user=True, STATE_DIRECTORY=state)

    def head(self):
        """How many facts the log holds, as any node sees it."""
        return int(Client(self.https, self.trusted).ask("/v1/units?limit=1")[0].headers["Event-Position"])

    def post(self, client, path, body, key):
        return client.ask(path, "POST", json.dumps(body), Authorization=f"Bearer {self.token}",
                          Content_Type="application/json", Idempotency_Key=f"topology-{key}")

    def client(self):
        """Records one unit after the other; each is asked for under its key until the answer says that it is recorded."""
        connection = Client(self.https, self.trusted, timeout=75)
        while not self.ends.is_set():
            unit = new_id()
            while not self.ends.is_set():
                try:
                    answer, said = self.post(connection, "/v1/units", registration(unit), unit)
                    if answer.status == 201:
                        self.acknowledged.append((unit, time.monotonic()))
                        break
                    asked_later = answer.status == 503 and answer.headers["Retry-After"]
                    # 502 and 504, and 503 without advice, are the proxy's: for a moment no node was there.
                    if answer.status not in (502, 503, 504) or not asked_later and said.startswith(b"{"):
                        self.faults.append((answer.status, said))
                        return
                    if asked_later:
                        self.later.append(json.loads(said)["code"])
                except (OSError, http.client.HTTPException):
                    connection = Client(self.https, self.trusted, timeout=75)
                time.sleep(0.1)
            # Some dozens a second are enough: each is looked for in the end.
            self.ends.wait(0.1)

    def load(self):
        self.threads = [threading.Thread(target=self.client) for _ in range(4)]
        for thread in self.threads:
            thread.start()
        wait_for("units are recorded", lambda: len(self.acknowledged) > 50)
        self.names()
        self.made.kill("node1")
        before = len(self.acknowledged)
        wait_for("the other node carries on", lambda: len(self.acknowledged) > before + 50)
        check("a node is killed, and the other one carries on", True)
        self.start(1)
        # A node that begins while no primary is there ends, and would be started again by its unit: not what is tried here.
        wait_for("the node is in use again", lambda: in_use(self.metrics, "write", 2))

    def names(self):
        """Names of persons are led to the one node that keeps them."""
        client, (unit, _) = Client(self.https, self.trusted), self.acknowledged[0]
        bodies = [{"unit": unit, "full_name": f"Nguyễn Văn {number}"} for number in range(4)]
        kept = [self.post(client, "/v1/persons", body, new_id()) for body in bodies]
        self.first += len(kept)
        check("names of persons are kept by one node", all(answer.status == 201 for answer, _ in kept), kept[-1][1])

    def fails_over(self, primary):
        """The machine of the primary is lost: writes pause, reads do not."""
        ends = threading.Event()
        threads, faults, longest, repeated = readers(self.https, self.trusted, "/v1/units?limit=5", ends)
        primary.lose()
        before = len(self.acknowledged)
        wait_for("units are recorded again", lambda: len(self.acknowledged) > before + 20)
        ends.set()
        for thread in threads:
            thread.join()
        times = [at for _, at in self.acknowledged]
        pause = max(later - earlier for earlier, later in zip(times, times[1:]))
        check(f"the primary's machine is lost: {pause:.0f} s without writes, reads took {longest[0]:.1f} s at most",
              not faults and not repeated, (faults[:5], repeated))

    def refused(self):
        """With no standby left facts are answered with 503 and when to ask again, and nothing is acknowledged; reads go on."""
        asked, told = len(self.later), len(self.acknowledged)
        wait_for("a fact is refused for now", lambda: len(self.later) > asked)
        # What was on its way when the standby vanished may still have been acknowledged.
        check("without a standby facts are refused for now", len(self.acknowledged) <= told + len(self.threads), self.later[asked:])
        check("and reads go on", self.head() >= self.first)

    def settled(self):
        """Every unit that was acknowledged is there, once; the log is whole."""
        wait_for("both nodes are in use", lambda: in_use(self.metrics, "write", 2))
        before = len(self.acknowledged)
        wait_for("units are recorded as before", lambda: len(self.acknowledged) > before + 20)
        self.end()
        for port in self.ports[1::2]:
            wait_for("the witness has seen its head", lambda port=port: "thidua_checkpoint_witnessed 1" in samples(port))
        check("the heads of both nodes are cosigned", True)
        check("clients were told nothing else", not self.faults, self.faults[:5])
        units = [unit for unit, _ in self.acknowledged]
        client = Client(self.https, self.trusted)
        missing = [unit for unit in units if client.ask(f"/v1/units/{unit}")[0].status != 200]
        check(f"all {len(units)} units that were acknowledged are there", not missing, missing)
        whole = json.loads(self.run("--json", "store", "verify", "--store", self.store % "thidua"))
        check("and each is there once", whole["facts"] == self.first + len(units), (whole, self.first, len(units)))
        shown = {line.split("{")[0].split(" ")[0] for port in self.ports[1::2] for line in samples(port)}
        check("what is watched of nodes over a database is shown", OVER_A_DATABASE <= shown, OVER_A_DATABASE - shown)

    def end(self):
        self.ends.set()
        for thread in self.threads:
            thread.join()
