# SPDX-License-Identifier: Apache-2.0
"""A whole edge in a namespace: the MEC stand-in and the devices as pods, an IN-CSE and two MN-CSEs as releases of the chart."""
import json
import pathlib
import subprocess
import tempfile
import time

from kubernetes import Namespace, Trouble, run, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "edgecse"
RESTRICTED = {"runAsNonRoot": True, "runAsUser": 10001, "runAsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
CONFINED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
DEVICE_PORT = 8091
STORE = "/var/lib/edgecse"
LIMIT = "4m"  # of helm --wait


def pod(name: str, container: dict, volumes=()) -> dict:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
            "spec": {"automountServiceAccountToken": False, "securityContext": RESTRICTED, "restartPolicy": "Never",
                     "terminationGracePeriodSeconds": 10, "volumes": list(volumes),
                     "containers": [{"name": name, "imagePullPolicy": "IfNotPresent", "securityContext": CONFINED} | container]}}


class Edge:
    def __init__(self, namespace: Namespace, image: str, mec_image: str):
        self.space, self.image, self.mec_image = namespace, image, mec_image
        self.mec_root = f"http://mec.{namespace.name}.svc:8090"
        self.devices: dict[str, str] = {}  # name -> ue

    def secret(self, name: str, host: str) -> str:
        """A secret with a fresh certificate for that host, which is its own authority; the certificate."""
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = pathlib.Path(folder, "tls.key"), pathlib.Path(folder, "tls.crt")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
                            f"subjectAltName=DNS:{host}", "-keyout", key, "-out", certificate], check=True, capture_output=True)
            text = certificate.read_text()
            self.space.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "kubernetes.io/tls",
                              "stringData": {"tls.crt": text, "tls.key": key.read_text(), "ca.crt": text}})
        return text

    # --- the MEC system ---------------------------------------------------------------------------------------------

    def start_mec_system(self) -> str:
        """Where its control API is."""
        self.space.apply(
            pod("mec", {"image": self.mec_image, "args": ["--api-root", self.mec_root, "--paused", "--seed", "1"],
                        "readinessProbe": {"httpGet": {"path": "/sandbox/v1/state", "port": 8090}, "periodSeconds": 1}}),
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "mec"},
             "spec": {"type": "NodePort", "selector": {"app": "mec"}, "ports": [{"port": 8090}]}})
        self.space.wait_ready("mec")
        return self.space.url("mec")

    # --- the CSEs: release in, mn1, mn2 -------------------------------------------------------------------------------

    def values(self, release: str, app_instance_id: str = "") -> dict:
        repository, tag = self.image.rsplit(":", 1)
        common = {"image": {"repository": repository, "tag": tag}, "service": {"type": "NodePort"},
                  "persistence": {"size": "1Gi"}, "resources": {"requests": {"cpu": "50m"}}}
        store = {"kind": "embedded", "reserve": "16MiB", "backups": f"{STORE}/backups"}
        if release == "in":
            return common | {"config": {"cse": {"type": "IN", "id": "/in", "name": "cse-in"}, "store": store}}
        number = int(release[-1])
        other = 3 - number
        return common | {"config": {
            "cse": {"type": "MN", "id": f"/mn{number}", "name": "cse-mn"}, "store": store,
            "registrar": {"id": "/in", "name": "cse-in", "poa": [f"http://in-edgecse.{self.space.name}.svc:8080"]},
            "mec": {"enabled": True, "platform": {"api_root": f"{self.mec_root}/mep{number}"},
                    "peers": [f"{self.mec_root}/mep{other}"], "app_instance_id": app_instance_id, "service": {"publish": "all"}},
            "mobility": {"peers": [f"/mn{other}"]}}}

    def helm(self, verb: str, release: str, values: dict, *words):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            json.dump(values, file)
            file.flush()
            return self.space.helm(verb, release, CHART, "-f", file.name, "--wait", "--timeout", LIMIT, *words)

    def install(self, release: str, values: dict, *words, verb="install"):
        done = self.helm(verb, release, values, *words)
        if done.returncode:
            raise Trouble(f"helm {verb} {release}: {done.stderr.strip()}\n{self.space.why(f'{release}-edgecse-0')}")

    def address(self, release: str) -> str:
        return self.space.url(f"{release}-edgecse")

    def run_beside(self, release: str, name: str, *words: str) -> str:
        """What a program of the image says in a pod that has the volume of a release whose own pod does not run."""
        claim = {"name": "store", "persistentVolumeClaim": {"claimName": f"store-{release}-edgecse-0"}}
        made = pod(name, {"image": self.image, "command": ["/usr/bin/edgectl", *words],
                          "volumeMounts": [{"name": "store", "mountPath": STORE}, {"name": "tmp", "mountPath": "/tmp"}]},
                   volumes=[claim, {"name": "tmp", "emptyDir": {}}])
        made["spec"]["securityContext"] = RESTRICTED | {"fsGroup": 10001}
        self.space.apply(made)
        phase = wait_for(f"the end of {name}", lambda: {"Succeeded", "Failed"} & {self.space.get("pod", name)["status"]["phase"]}, 120)
        said = self.space.kubectl("logs", name)
        self.space.kubectl("delete", "pod", name)
        if "Failed" in phase:
            raise Trouble(f"{' '.join(words)}: {said}")
        return said

    # --- devices ----------------------------------------------------------------------------------------------------

    def start_device(self, number: int, ue: str):
        """Every second one follows re-registration triggers. Its ledger is its log."""
        name = f"meter-{ue.replace('.', '-')}"
        self.devices[name] = ue
        settings = {"device": {
            "name": name, "ue": ue, "resolver": f"{self.mec_root}/sandbox/v1/dns?ue={ue}", "cse_name": "cse-mn",
            "readers": ["/in/CCity"], "measurements": "/etc/device/water-flow.csv", "first_row": 100 * number,
            "ledger": "-"}}
        lines = "device:\n" + "".join(f"  {key}: {json.dumps(value)}\n" for key, value in settings["device"].items())
        lines += f"  interval: PT0.1S\n  triggers: {'follow' if number % 2 else 'ignore'}\n"  # choices are written without quotes
        self.space.apply(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name},
             "data": {"device.yaml": lines, "water-flow.csv": (ROOT / "mec-sandbox/data/water-flow.csv").read_text()}},
            pod(name, {"image": self.image, "command": ["/usr/bin/edge-agent"],
                       "args": ["--role", "device", "--config", "/etc/device/device.yaml"],
                       "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                               {"name": "EDGE_AGENT_DEVICE_LISTEN", "value": f"$(POD_IP):{DEVICE_PORT}"}],
                       "volumeMounts": [{"name": "device", "mountPath": "/etc/device"}]},
                volumes=[{"name": "device", "configMap": {"name": name}}]))
        self.space.wait_ready(name)
        return name

    def ledger(self, device: str) -> list[dict]:
        """The whole lines so far."""
        done = run("kubectl", "-n", self.space.name, "logs", device)
        found = []
        for line in done.stdout[: done.stdout.rfind("\n") + 1].splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if "what" in entry:
                found.append(entry)
        return found

    def wait_sent(self, device: str, more: int, timeout_s: float = 120):
        """Until so many more of its measurements were acknowledged."""
        def count():
            return sum(line["what"] == "sent" for line in self.ledger(device))
        goal, deadline = count() + more, time.monotonic() + timeout_s
        while count() < goal:
            if time.monotonic() > deadline:
                raise Trouble(f"{device} got no {more} measurements acknowledged within {timeout_s:.0f} s; {self.space.why(device)}")
            time.sleep(0.5)
