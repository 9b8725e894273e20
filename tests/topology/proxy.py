"""Two nodes behind HAProxy: what is passed on, a node that dies, one that freezes, a time when nothing can be written."""

import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

from common import (ROOT, Client, check, free_ports, in_use, new_id, registration, samples, status, topology, wait_for,
                    watched)


def readers(port, trusted, path, ends):
    """Reads on four connections until the moment ends: what was not a 200, the longest wait in seconds, and how many were
    made once more because the proxy had closed the connection."""
    faults, longest, repeated = [], [0.0], []

    def read():
        client = Client(port, trusted, timeout=30)
        while not ends.is_set():
            began = time.monotonic()
            try:
                answer, again = client.read(path)
                if answer.status != 200:
                    faults.append(answer.status)
                if again:
                    repeated.append(path)
            except (OSError, http.client.HTTPException) as fault:
                faults.append(repr(fault))
                client = Client(port, trusted, timeout=30)
            longest[0] = max(longest[0], time.monotonic() - began)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    return threads, faults, longest, repeated


def run(program):
    """Without a database the second node serves a copy of the first one's log."""
    with topology() as made:
        https, metrics, unused, *nodes = free_ports(7)
        keys, stores = made.folder / "keys", [made.folder / f"store{node}" for node in (1, 2)]
        subprocess.run([program, "token", "keys", "--dir", keys], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([program, "import", "--store", f"sled:{stores[0]}", "--client", "registrar",
                        ROOT / "api-spec/import/quang-tri-2025.jsonl"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        shutil.copytree(*stores)

        def node(number, jwks=keys / "jwks.json"):
            api, own = nodes[2 * number - 2:2 * number]
            made.start(f"node{number}", program, "serve", "--allow-development-keys", "--store",
                       f"sled:{stores[number - 1]}", "--listen", f"127.0.0.1:{api}", "--metrics-listen",
                       f"127.0.0.1:{own}", "--issuer", "urn:thidua:development", "--jwks", jwks)

        node(1), node(2)
        made.proxy(PROXY_HTTPS=f"127.0.0.1:{https}", PROXY_METRICS=f"127.0.0.1:{metrics}",
                   NODE_1=f"127.0.0.1:{nodes[0]}", NODE_2=f"127.0.0.1:{nodes[2]}")
        trusted = made.folder / "ca.pem"
        wait_for("both nodes are in use", lambda: in_use(metrics, "write", 2) and in_use(metrics, "read", 2))

        def posts(client):
            token = subprocess.run([program, "token", "mint", "--key", keys / "signing-key.pem", "--client", client],
                                   check=True, capture_output=True, text=True).stdout.strip()
            return {"method": "POST", "Authorization": f"Bearer {token}", "Content_Type": "application/json"}

        asked = posts("registrar")
        watched("haproxy", samples(metrics))
        passes_on(https, trusted, nodes[0], asked)
        keeps_apart(https, trusted, nodes, asked, posts("thanh-tra"))
        survives(made, https, metrics, trusted, node)
        cannot_write(made, https, metrics, trusted, node, asked, f"http://127.0.0.1:{unused}/jwks.json")


def passes_on(https, trusted, direct, asked):
    path = "/v1/units?limit=3&q=C%C3%B4ng%20an"
    through, own = Client(https, trusted), Client(direct)
    (proxied, body), (answer, wanted) = through.ask(path), own.ask(path)
    check("a read through the proxy has the node's bytes", proxied.status == 200 and body == wanted, body[:300])
    path = f"/v1/units/{json.loads(body)['items'][0]['id']}"
    proxied, answer = through.ask(path)[0], own.ask(path)[0]
    kept = {name: value for name, value in answer.headers.items() if name not in ("date", "request-id")}
    check("and its headers", kept.items() <= dict(proxied.headers).items(), proxied.headers)
    check("an entity tag answers 304", through.ask(path, If_None_Match=kept["etag"])[0].status == 304)
    check("the metrics stay inside", through.ask("/metrics")[0].status == 404)
    context = ssl.create_default_context(cafile=trusted)
    context.set_alpn_protocols(["h2"])
    with context.wrap_socket(socket.create_connection(("127.0.0.1", https)), server_hostname="127.0.0.1") as spoken:
        check("HTTP/2 is spoken", spoken.selected_alpn_protocol() == "h2")
    recorded, said = through.ask("/v1/units", body=json.dumps(registration(new_id())), Idempotency_Key=f"topology-{new_id()}",
                                 **asked)
    check("a fact is recorded through the proxy", recorded.status == 201, said)


def keeps_apart(https, trusted, nodes, asked, auditor):
    """What a node keeps for itself is asked of that node: exports, and its log of who was shown what."""
    grant = json.dumps({"client": "thanh-tra", "role": "auditor", "basis": {"illustrative": True}})
    given, said = Client(nodes[0]).ask("/v1/grants", body=grant, Idempotency_Key=f"topology-{new_id()}", **asked)
    check("an auditor is appointed", given.status == 201, said)
    through = Client(https, trusted)
    begun, said = through.ask("/v1/audit/exports", body="{}", Idempotency_Key=f"topology-{new_id()}", **auditor)
    found = [Client(https, trusted).ask(begun.headers["Location"], **{**auditor, "method": "GET"})[0].status for _ in range(4)]
    check("an export is found by whoever asked for it", begun.status == 202 and found == [200] * 4, (said, found))
    path = "/v1/audit/reads/policy"
    own = [Client(node).ask(path)[1] for node in nodes[::2]]
    named = [through.ask(path, Host=f"node{number}.thidua.example")[1] for number in (1, 2)]
    check("each log of reads is found under the name of its node", own[0] != own[1] and named == own, (own, named))
    check("and that of the first one under every other name", all(through.ask(path)[1] == own[0] for _ in range(4)))


def survives(made, https, metrics, trusted, node):
    for number, name in ((signal.SIGKILL, "dies"), (signal.SIGSTOP, "freezes")):
        ends = threading.Event()
        threads, faults, longest, repeated = readers(https, trusted, "/v1/units?limit=5", ends)
        made.signal("node1", number)
        wait_for("the proxy sees it", lambda: in_use(metrics, "read", 1))
        ends.set()
        for thread in threads:
            thread.join()
        # A node that is killed may break one connection of each reader; one that freezes breaks none.
        broken = len(threads) if number == signal.SIGKILL else 0
        check(f"when a node {name}, every reader is answered within {longest[0]:.1f} s, {len(repeated)} on a new connection",
              not faults and longest[0] < 6 and len(repeated) <= broken, (faults[:5], repeated))
        if number == signal.SIGKILL:
            made.processes.pop("node1").wait()
            node(1)
        else:
            made.signal("node1", signal.SIGCONT)
        _, took = wait_for("it comes back", lambda: in_use(metrics, "write", 2) and in_use(metrics, "read", 2))
        check(f"and it is in use again {took:.1f} s after it came back", True)


def cannot_write(made, https, metrics, trusted, node, asked, nobody):
    """A node whose issuer's keys cannot be had lives and is not ready."""
    for number in (1, 2):
        made.kill(f"node{number}")
        node(number, nobody)
    wait_for("both live", lambda: in_use(metrics, "read", 2) and in_use(metrics, "write", 0))
    check("when nothing can be written, reads go on", status(https, "/v1/units?limit=1", trusted) == 200)
    answer, body = Client(https, trusted).ask("/v1/units", body="{}", Idempotency_Key="topology-refused", **asked)
    check("and a node says why", answer.status == 503 and "code" in json.loads(body) and answer.headers["Retry-After"],
          (answer.headers, body))
