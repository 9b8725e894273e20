"""What both halves of the topology need: a folder, processes in it, a certificate, and a client."""

import contextlib
import http.client
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BEGUN = time.monotonic()
PATIENCE = 60
# Patroni takes no database for reachable whose address is 127.0.0.1; these are of this machine, too.
DATABASE_HOSTS = ["127.0.0.11", "127.0.0.12", "127.0.0.13"]
POSTGRES = Path("/usr/lib/postgresql/15/bin")


def free_ports(count):
    """Ports nobody listens on, and none that a connection is given for its own end: what is down finds its port again."""
    found = []
    for port in random.sample(range(20_000, 32_000), 1_000):
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise SystemExit(f"no {count} ports are free")


def wait_for(what, holds):
    """Asks until it holds; gives what it gave and how long it took, in seconds."""
    began = time.monotonic()
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError, KeyError):
            if found := holds():
                return found, time.monotonic() - began
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"waited {PATIENCE} s in vain: {what}")
        time.sleep(0.05)


def new_id():
    """A UUID as the service takes it, of version 7."""
    return str(uuid.UUID(int=uuid.uuid4().int & ~(0xf << 76) | 7 << 76))


def registration(unit):
    """The body that registers a unit."""
    return {"id": unit, "name": {"vi": f"Đơn vị {unit}", "en": f"Unit {unit}"}, "kind": "association",
            "place": "Tỉnh Quảng Trị", "basis": {"illustrative": True}}


def check(what, holds, shown=""):
    if not holds:
        raise SystemExit(f"does not hold: {what} {shown}")
    print(f"  {time.monotonic() - BEGUN:3.0f} s  {what}", flush=True)


class Topology:
    """A folder with what the processes need, and the processes."""

    def __init__(self, folder, user=None):
        self.folder, self.user, self.processes = folder, user, {}
        self.certificate()

    def certificate(self):
        """An authority, and one certificate of it for everything that speaks TLS here."""
        names = "subjectAltName=" + ",".join(f"IP:{host}" for host in ["127.0.0.1", *DATABASE_HOSTS])
        self.openssl("req", "-x509", "-days", "2", "-subj", "/CN=topology authority", "-keyout", "ca.key", "-out", "ca.pem")
        self.openssl("req", "-subj", "/CN=topology", "-keyout", "server.key", "-out", "server.csr")
        (self.folder / "names").write_text(names)
        subprocess.run(["openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                        "-days", "2", "-extfile", "names", "-out", "server.pem"], check=True, cwd=self.folder,
                       stderr=subprocess.DEVNULL)
        both = [(self.folder / name).read_bytes() for name in ("server.pem", "server.key")]
        (self.folder / "proxy.pem").write_bytes(b"".join(both))
        if self.user:
            for path in [self.folder, *self.folder.iterdir()]:
                shutil.chown(path, self.user, self.user)

    def openssl(self, request, *words):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        subprocess.run(["openssl", request, *key, *words], check=True, cwd=self.folder, stderr=subprocess.DEVNULL)

    def environment(self, additions):
        """What is set for a process; its home is here."""
        home = {"HOME": str(self.folder)}
        return {**os.environ, **home, **{name: str(value) for name, value in additions.items()}}

    def start(self, name, *command, own_user=False, **environment):
        """Starts a process as the user of the topology, or as whoever runs this."""
        user = None if own_user else self.user
        log = open(self.folder / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
            env=self.environment(environment),
            user=user, group=user, extra_groups=[] if user else None, start_new_session=True)

    def running(self):
        """Whoever ended without having been asked to is a fault."""
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        if ended:
            raise SystemExit(f"ended: {ended}")

    def signal(self, name, number):
        self.processes[name].send_signal(number)

    def kill(self, name):
        self.signal(name, signal.SIGKILL)
        self.processes.pop(name).wait()

    def proxy(self, **environment):
        configuration = DEPLOY / "haproxy/haproxy.cfg"
        subprocess.run(["haproxy", "-c", "-q", "-f", configuration], check=True,
                       env={**os.environ, **environment, "PROXY_CERTIFICATE": str(self.folder / "proxy.pem")})
        self.start("haproxy", "haproxy", "-W", "-db", "-f", configuration,
                   own_user=True, PROXY_CERTIFICATE=self.folder / "proxy.pem", **environment)

    def stop(self):
        for name in list(self.processes):
            self.kill(name)

    def logs(self):
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)


@contextlib.contextmanager
def topology(user=None):
    with tempfile.TemporaryDirectory(prefix="thidua-topology-") as folder:
        made = Topology(Path(folder), user)
        try:
            yield made
        except BaseException:
            made.logs()
            raise
        finally:
            made.stop()


class Client:
    """One connection, kept; through the proxy when it has a certificate to trust."""

    def __init__(self, port, trusted=None, timeout=10, host="127.0.0.1"):
        if trusted:
            context = ssl.create_default_context(cafile=trusted)
            self.connection = http.client.HTTPSConnection(host, port, context=context, timeout=timeout)
        else:
            self.connection = http.client.HTTPConnection(host, port, timeout=timeout)

    def ask(self, path, method="GET", body=None, **headers):
        answer = self.begin(path, method, body, headers)
        return answer, answer.read()

    def read(self, path):
        """A read as every client makes it: when a connection that was kept is closed before a byte of the answer, it is made
        once more on a new one (RFC 9112, section 9.3.1). The answer, and whether that was so."""
        kept = self.connection.sock is not None
        try:
            answer, again = self.begin(path), False
        except ConnectionError:
            if not kept:
                raise
            self.connection.close()
            answer, again = self.begin(path), True
        answer.read()
        return answer, again

    def begin(self, path, method="GET", body=None, headers=None):
        headers = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        self.connection.request(method, path, body, headers)
        return self.connection.getresponse()


def status(port, path, trusted=None):
    return Client(port, trusted).ask(path)[0].status


def samples(port, host="127.0.0.1"):
    """The lines of a page of metrics that are no comments."""
    text = Client(port, host=host).ask("/metrics")[1].decode()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def in_use(metrics, backend, count):
    """Whether so many servers of a backend pass their checks."""
    wanted = f'haproxy_backend_active_servers{{proxy="{backend}"}} {count}'
    return wanted in samples(metrics)


def watched(whose, shown):
    """Whatever the alerts and the dashboard name of a program is among what it shows."""
    there = {re.match(r"\w+", line).group() for line in shown}
    texts = "".join(path.read_text() for path in (DEPLOY / "monitoring").iterdir())
    wanted = set(re.findall(rf"\b{whose}_\w+", texts))
    check(f"the metrics of {whose} that are watched are there ({len(wanted)})", wanted and wanted <= there, wanted - there)
