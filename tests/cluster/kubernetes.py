# SPDX-License-Identifier: Apache-2.0
"""A namespace of a cluster, by kubectl and helm, as the restricted PodSecurity level allows it. KUBECONFIG says which cluster."""
import json
import pathlib
import socket
import subprocess
import time


class Trouble(Exception):
    """A sentence for the person who started the run."""


def run(*words, given=None, timeout_s=600):
    return subprocess.run([str(word) for word in words], input=given, capture_output=True, text=True, check=False, timeout=timeout_s)


def wait_for(what: str, condition, timeout_s: float):
    """The first true value of condition()."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise Trouble(f"waited {timeout_s:.0f} s for {what}, in vain")
        time.sleep(0.2)
    return found


class Namespace:
    def __init__(self, name: str):
        self.name = name
        self._kinds = []
        self.kubectl("create", "namespace", name)
        self.kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
        node = json.loads(self.kubectl("get", "nodes", "-o", "json"))["items"][0]
        self.node_address = next(a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # no packet is sent
            probe.connect((self.node_address, 9))
            self.own_address = probe.getsockname()[0]

    def kubectl(self, *words, given=None) -> str:
        done = run("kubectl", "-n", self.name, *words, given=given)
        if done.returncode:
            raise Trouble(f"kubectl {' '.join(map(str, words[:3]))}: {done.stderr.strip()}")
        return done.stdout

    def get(self, kind: str, name: str) -> dict:
        return json.loads(self.kubectl("get", kind, name, "-o", "json"))

    def apply(self, *documents: dict):
        self.kubectl("apply", "-f", "-", given="\n---\n".join(json.dumps(document) for document in documents))

    def helm(self, *words):
        return run("helm", "-n", self.name, *words)

    def wait_ready(self, pod: str, timeout_s: float = 120):
        """Also of a pod that is only going to be made."""
        def is_ready():
            done = run("kubectl", "-n", self.name, "get", "pod", pod, "-o", "json")
            if done.returncode:
                return False
            found = json.loads(done.stdout)
            ready = any(c["type"] == "Ready" and c["status"] == "True" for c in found["status"].get("conditions", []))
            return ready and "deletionTimestamp" not in found["metadata"]
        try:
            wait_for(f"pod {pod}", is_ready, timeout_s)
        except Trouble as trouble:
            raise Trouble(f"{trouble}; {self.why(pod)}") from None

    def why(self, pod: str) -> str:
        """What the cluster and the pod itself say about it."""
        said = [run("kubectl", "-n", self.name, *words).stdout for words in (
            ("get", "events", "--field-selector", f"involvedObject.name={pod}", "-o", "custom-columns=:.reason,:.message"),
            ("logs", pod, "--tail=5"), ("logs", pod, "--previous", "--tail=5"))]
        return "\n".join(text.strip() for text in said)[-3000:]

    def url(self, service: str) -> str:
        """Where a Service of type NodePort is reached from here."""
        return f"http://{self.node_address}:{self.get('service', service)['spec']['ports'][0]['nodePort']}"

    def objects(self) -> set[str]:
        """kind/name of all that is there, events aside."""
        if not self._kinds:
            listed = self.kubectl("api-resources", "--verbs=list", "--namespaced", "-o", "name").split()
            self._kinds = [kind for kind in listed if not kind.startswith("events")]
        return set(self.kubectl("get", ",".join(self._kinds), "-o", "name", "--ignore-not-found").split())

    def kill(self, pod: str) -> bool:
        """kill -9 of the pod's program; False when its node is another machine, whose processes are not seen from here."""
        uid = self.get("pod", pod)["metadata"]["uid"]
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if uid in (process / "cgroup").read_text() and (process / "comm").read_text().strip() == "edgecse":
                    # By the number that was just looked up, and only if it belongs to that pod.
                    return run("kill", "-KILL", process.name).returncode == 0
            except OSError:
                continue  # it has ended
        return False

    def write_logs(self, folder: pathlib.Path):
        """What every pod said, in this life and the one before, for who has to find out what went wrong."""
        folder.mkdir(parents=True, exist_ok=True)
        for pod in self.kubectl("get", "pods", "-o", "name").split():
            for name, words in (("", ()), ("-before", ("--previous",))):
                text = run("kubectl", "-n", self.name, "logs", pod, *words).stdout
                (folder / f"{pod.split('/')[1]}{name}.log").write_text(text)

    def delete(self):
        run("kubectl", "delete", "namespace", self.name, "--timeout=120s")
