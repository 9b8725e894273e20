"""What no schema says of the containers in deploy/: that they run confined, that what they name is there, and that it is said
once who signs the log.

    python3 tests/manifests.py          needs PyYAML
"""

import re
from pathlib import Path

import yaml

# A label that the cluster gives.
POD = "statefulset.kubernetes.io/pod-name"
DEPLOY = Path(__file__).resolve().parents[1] / "deploy"


class Faults(list):
    def unless(self, holds, *what):
        if not holds:
            self.append(" ".join(str(part) for part in what))


def pods(document):
    """The templates of pods in a document, whatever keeps them."""
    if isinstance(document, dict):
        if "containers" in document.get("spec", {}):
            yield document
        for part in document.values():
            yield from pods(part)


def check_signing(what, command, named, faults):
    """A node has a key, a signer, or others that sign; two of these are refused at its start."""
    if command[:2] == ["thidua", "serve"]:
        image = set(re.findall(r"\bTHIDUA_\w+(?==)", (DEPLOY / "Containerfile").read_text()))
        signs = (image | set(named)) & {"THIDUA_LOG_KEY", "THIDUA_SIGNER", "THIDUA_LOG_VERIFIER"}
        faults.unless(len(signs) == 1, what, "must say once who signs:", signs)


def check_pod(name, pod, claims, faults):
    spec, whole = pod["spec"], pod["spec"].get("securityContext", {})
    faults.unless(whole.get("runAsNonRoot") and whole.get("runAsUser", 0) > 0, name, "may run as root")
    faults.unless(whole.get("seccompProfile", {}).get("type") == "RuntimeDefault", name, "has no seccomp profile")
    faults.unless(spec.get("automountServiceAccountToken") is False, name, "gets a token of the cluster")
    volumes = {volume["name"] for volume in spec.get("volumes", [])} | claims
    for container in spec["containers"] + spec.get("initContainers", []):
        context, what = container.get("securityContext", {}), f"{name}/{container['name']}"
        faults.unless(context.get("readOnlyRootFilesystem") is True, what, "can write to its root")
        faults.unless(context.get("allowPrivilegeEscalation") is False, what, "may gain rights")
        faults.unless(context.get("capabilities", {}).get("drop") == ["ALL"], what, "keeps capabilities")
        faults.unless("memory" in container.get("resources", {}).get("limits", {}), what, "has no limit of memory")
        mounts = {mount["name"] for mount in container.get("volumeMounts", [])}
        faults.unless(mounts <= volumes, what, "mounts what is not there:", mounts - volumes)
        check_signing(what, container.get("command", []), [variable["name"] for variable in container.get("env", [])], faults)


def backends(document):
    """Where an ingress leads."""
    if document["kind"] == "Ingress":
        yield from (path["backend"] for rule in document["spec"]["rules"] for path in rule["http"]["paths"])


def check_kubernetes(faults):
    documents = [document for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
                 for document in yaml.safe_load_all(file.read_text())]
    labels, serving = [], []
    for document in documents:
        name = f"{document['kind']}/{document['metadata']['name']}"
        claims = {claim["metadata"]["name"] for claim in document.get("spec", {}).get("volumeClaimTemplates", [])}
        for pod in pods(document):
            check_pod(name, pod, claims, faults)
            labels.append(pod["metadata"]["labels"])
            serving += [name for container in pod["spec"]["containers"]
                        if container["name"] == "thidua" and {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)]
        if document["kind"] != "Namespace":
            faults.unless(document["metadata"].get("namespace") == "thidua", name, "is in no namespace of its own")
    faults.unless(len(labels) >= 4, "only", len(labels), "pods were found")
    faults.unless(sorted(serving) == ["StatefulSet/thidua", "StatefulSet/thidua-one", "StatefulSet/thidua-signing"], "probes have only", serving)
    services = {document["metadata"]["name"] for document in documents if document["kind"] == "Service"}
    asked = {part["service"]["name"] for document in documents for part in backends(document)}
    faults.unless(asked <= services, "nothing is behind", asked - services)
    for document in documents:
        spec = document.get("spec", {})
        selector = spec.get("podSelector") or spec.get("selector") or {}
        wanted = selector.get("matchLabels", selector)
        if document["kind"] in ("Service", "NetworkPolicy", "PodDisruptionBudget") and wanted:
            wanted = {name: value for name, value in wanted.items() if name != POD}
            chosen = [pod for pod in labels if wanted.items() <= pod.items()]
            faults.unless(chosen, document["kind"], document["metadata"]["name"], "selects no pod")


def check_compose(faults):
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    for name, service in services.items():
        faults.unless(service.get("read_only") is True, name, "can write to its root")
        faults.unless(service.get("cap_drop") == ["ALL"], name, "keeps capabilities")
        faults.unless("no-new-privileges:true" in service.get("security_opt", []), name, "may gain rights")
        faults.unless(all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name, "is open to everyone")
        faults.unless(set(service.get("depends_on", {})) <= set(services), name, "waits for nobody")
        secrets = {secret["source"] for secret in service.get("secrets", [])}
        faults.unless(secrets <= set(compose["secrets"]), name, "reads secrets that are not there")
        check_signing(name, service.get("entrypoint", []), service.get("environment", {}), faults)
    databases = [name for name in services if name.startswith("database")]
    nodes = [name for name in services if name.startswith("node")]
    faults.unless(len(databases) == 3 and len(nodes) == 2 and "proxy" in services, "the topology is another:", *services)


if __name__ == "__main__":
    found = Faults()
    check_kubernetes(found)
    check_compose(found)
    if found:
        raise SystemExit("\n".join(found))
    print("the containers are confined, and what they name is there")
