"""Two nodes over the three databases, behind the proxy, and clients that record units until they are told that they are."""

import http.client
import json
import shutil
import subprocess
import threading
import time
import uuid

from common import Client, check, free_ports, in_use, samples, status, wait_for
from proxy import readers


class Nodes:
    """The nodes, the proxy before them, and a client's token."""

    def __init__(self, made, databases, program):
        self.made, self.acknowledged, self.ends, self.threads = made, [], threading.Event(), []
        self.program = made.folder / "thidua"
        shutil.copy(program, self.program)
        hosts = ",".join(f"{database.host}:{database.port}" for database in databases)
        self.store = f"postgres://%s@{hosts}/thidua?sslmode=verify-full&sslrootcert={made.folder / 'ca.pem'}&passfile={made.folder / 'passwords'}"
        for name, text in {"passwords": "*:*:thidua:thidua_owner:owner\n*:*:thidua:thidua:node\n"}.items():
            (made.folder / name).touch(0o600)
            (made.folder / name).write_text(text)
        self.run("store", "migrate", "--store", self.store % "thidua_owner", "--node", "thidua")
        self.run("signer", "key", "--name", "topology.invalid/thidua", "--key", made.folder / "log.key")
        self.run("token", "keys", "--dir", made.folder / "keys")
        self.token = self.run("token", "mint", "--key", made.folder / "keys/signing-key.pem", "--client", "registrar")
        self.https, self.metrics, *self.ports = free_ports(6)
        for number in (1, 2):
            self.start(number)
        for port in self.ports[::2]:
            wait_for("a node is ready", lambda port=port: status(port, "/health/ready") == 200)
        made.proxy(PROXY_HTTPS=f"127.0.0.1:{self.https}", PROXY_METRICS=f"127.0.0.1:{self.metrics}",
                   NODE_1=f"127.0.0.1:{self.ports[0]}", NODE_2=f"127.0.0.1:{self.ports[2]}")
        self.trusted = made.folder / "ca.pem"
        wait_for("the proxy leads to the nodes", lambda: status(self.https, "/health/ready", self.trusted) == 200)
        self.first = self.head()

    def run(self, *words):
        done = subprocess.run([str(part) for part in (self.program, *words)], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    def start(self, number):
        api, metrics = self.ports[2 * number - 2:2 * number]
        self.made.start(f"node{number}", self.program, "serve", "--allow-development-keys", "--store", self.store % "thidua",
                        "--listen", f"127.0.0.1:{api}", "--metrics-listen", f"127.0.0.1:{metrics}",
                        "--issuer", "urn:thidua:development", "--jwks", self.made.folder / "keys/jwks.json",
                        "--log-key", self.made.folder / "log.key", "--anchor", self.made.folder / f"anchor{number}",
                        "--first-registrar", "registrar", own_user=True)

    def head(self):
        """How many facts the log holds, as any node sees it."""
        return int(Client(self.https, self.trusted).ask("/v1/units?limit=1")[0].headers["Event-Position"])

    def post(self, client, unit):
        body = {"id": unit, "name": {"vi": f"Đơn vị {unit}", "en": f"Unit {unit}"}, "kind": "association",
                "place": "Tỉnh Quảng Trị", "basis": {"illustrative": True}}
        return client.ask("/v1/units", "POST", json.dumps(body), Authorization=f"Bearer {self.token}",
                          Content_Type="application/json", Idempotency_Key=f"topology-{unit}")

    def client(self):
        """Records one unit after the other; each is asked for under its key until the answer says that it is recorded."""
        connection = Client(self.https, self.trusted, timeout=30)
        while not self.ends.is_set():
            unit = str(uuid.UUID(int=uuid.uuid4().int & ~(0xf << 76) | 7 << 76))
            while True:
                try:
                    answer, said = self.post(connection, unit)
                    if answer.status == 201:
                        break
                    if answer.status not in (502, 503, 504):
                        raise SystemExit(f"{answer.status}: {said}")
                except (OSError, http.client.HTTPException):
                    connection = Client(self.https, self.trusted, timeout=30)
                time.sleep(0.1)
            self.acknowledged.append((unit, time.monotonic()))
            # Some dozens a second are enough: each is looked for in the end.
            self.ends.wait(0.1)

    def load(self):
        self.threads = [threading.Thread(target=self.client) for _ in range(4)]
        for thread in self.threads:
            thread.start()
        wait_for("units are recorded", lambda: len(self.acknowledged) > 50)
        self.made.kill("node1")
        before = len(self.acknowledged)
        wait_for("the other node carries on", lambda: len(self.acknowledged) > before + 50)
        check("a node is killed, and the other one carries on", True)
        self.start(1)

    def fails_over(self, primary):
        """The machine of the primary is lost: writes pause, reads do not."""
        ends = threading.Event()
        threads, faults, longest = readers(self.https, self.trusted, "/v1/units?limit=5", ends)
        primary.lose()
        before = len(self.acknowledged)
        wait_for("units are recorded again", lambda: len(self.acknowledged) > before + 20)
        ends.set()
        for thread in threads:
            thread.join()
        times = [at for _, at in self.acknowledged]
        pause = max(later - earlier for earlier, later in zip(times, times[1:]))
        check(f"the primary's machine is lost: {pause:.0f} s without writes, reads took {longest[0]:.1f} s at most",
              not faults, faults[:5])

    def refused(self):
        """With no standby left a fact is answered with 503 and when to ask again; reads go on."""
        answer, said = self.post(Client(self.https, self.trusted, timeout=30), str(uuid.uuid4()))
        check("without a standby a fact is refused for now", answer.status == 503 and answer.headers["Retry-After"], said)
        check("and reads go on", self.head() >= self.first)

    def settled(self):
        """Every unit that was acknowledged is there, once; the log is whole."""
        wait_for("both nodes are in use", lambda: in_use(self.metrics, "write", 2))
        self.ends.set()
        for thread in self.threads:
            thread.join()
        units = [unit for unit, _ in self.acknowledged]
        client = Client(self.https, self.trusted)
        missing = [unit for unit in units if client.ask(f"/v1/units/{unit}")[0].status != 200]
        check(f"all {len(units)} units that were acknowledged are there", not missing, missing)
        whole = json.loads(self.run("--json", "store", "verify", "--store", self.store % "thidua"))
        check("and each is there once", whole["facts"] == self.first + len(units), (whole, self.first, len(units)))
        check("a node says that it reaches its database", "thidua_log_reachable 1" in samples(self.ports[1]))
