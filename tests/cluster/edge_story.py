# SPDX-License-Identifier: Apache-2.0
"""The chart on a real cluster: an IN-CSE and two MN-CSEs with the MEC stand-in, devices that move between the MN pods while these
are upgraded and killed, and the checker that counts every message. Runs where KUBECONFIG and PATH lead to kubectl, helm and a
cluster that has the images. Usage: edge_story.py IMAGE NEXT-IMAGE MEC-IMAGE REPORT"""
import json
import os
import pathlib
import ssl
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("mec-sandbox/story", "mec-sandbox/checker", "tests/integration/readme")]

import verdict  # noqa: E402
from city import City, commit_ms, round_trip_ms  # noqa: E402
from control import Control, Events  # noqa: E402
from edge import CHART, STORE, Edge  # noqa: E402
from kubernetes import Namespace, Trouble, run, wait_for  # noqa: E402
from mca import Client, Refused  # noqa: E402
from page_examples import Page, project_folder  # noqa: E402
from steps import Skipped, Steps  # noqa: E402

RELEASES = ("in", "mn1", "mn2")
# UE -> where it is first.
TERMINALS = {"10.100.0.1": "zone01", "10.100.0.2": "zone04", "10.10.0.1": "zone02"}
ZONE_OF_HOST = {"mep1": "zone03", "mep2": "zone04"}
PATIENCE_S = 120
PAGE_NAMESPACE = "edge"  # of docs/kubernetes.md
BAD_VALUES = {
    "config.cse.typ=IN": "additional properties 'typ' not allowed",
    "config.registrar.id=/in": "an IN-CSE has no registrar",
    "config.store.kind=memory": "keeps nothing",
    "replicas=2": "'replicas' not allowed",
    "config.http.threads=0": "/config/http/threads",
}


class Story:
    def __init__(self, image: str, next_image: str, mec_image: str):
        self.next_image = next_image
        self.space = Namespace(f"edgecse-test-{os.getpid()}")
        self.edge = Edge(self.space, image, mec_image)
        self.events = self.city = None
        self.values: dict[str, dict] = {}
        self.before: set[str] = set()

    def bad_values(self):
        self.before = self.space.objects()
        for setting, words in BAD_VALUES.items():
            done = self.space.helm("install", "bad", CHART, "-f", CHART / "ci" / "in-values.yaml", "--set", setting)
            assert done.returncode and words in done.stderr, f"{setting}: {done.stdout}{done.stderr}"
        assert self.space.objects() == self.before, "a refused release left something"
        return f"{len(BAD_VALUES)} sentences"

    def install(self):
        control = Control(self.edge.start_mec_system())
        self.control, self.events = control, Events(control, lambda event: None)
        self.with_mec = self.space.objects()
        for release in RELEASES:
            # In edition 2.2.1, which mep2 plays, management creates instances and tells them who they are.
            instance = ""
            if release == "mn2":
                instance = control.call("POST", "hosts/mep2/applications", {"name": "edgecse"})["app_instance_id"]
            self.values[release] = self.edge.values(release, instance)
            self.edge.install(release, self.values[release])

    def helm_test(self):
        for release in RELEASES:
            done = self.space.helm("test", release, "--logs", "--timeout", "2m")
            name = "cse-in" if release == "in" else "cse-mn"
            assert done.returncode == 0 and f'"rn": "{name}"' in done.stdout, done.stdout + done.stderr

    def services(self):
        def all_exposed(events):
            return {"mep1", "mep2"} <= {e["host"] for e in events
                                        if e["event"] == "service" and e["name"] == "onem2m-cse" and e["change"] == "ADDED"}
        if not self.events.wait_until(all_exposed, PATIENCE_S):
            raise Trouble("\n".join(self.space.why(f"{release}-edgecse-0") for release in RELEASES))

    def devices(self):
        self.city = City(self.edge.address("in"), "cse-in", self.space.own_address, seed=1)
        self.city.register()
        for number, (ue, zone) in enumerate(TERMINALS.items(), 1):
            self.control.call("PUT", f"terminals/{ue}/place", {"zone": zone})
            name = self.edge.start_device(number, ue)
            registered = wait_for(f"the registration of {name}", lambda name=name: [
                line for line in self.edge.ledger(name) if line["what"] == "registered"], PATIENCE_S)
            cse = "mn1" if "mn1-" in registered[0]["via"] else "mn2"
            self.city.follow(name, f"/{cse}/cse-mn/{name}", PATIENCE_S)
        for name in self.edge.devices:
            self.edge.wait_sent(name, 20)
        return f"{len(self.edge.devices)} devices"

    def send_to(self, host: str):
        """All terminals are in that host's zone now; the moves go on."""
        for ue in TERMINALS:
            self.control.call("PUT", f"terminals/{ue}/place", {"zone": ZONE_OF_HOST[host]})

    def wait_moved(self):
        def ended(events):
            seen = verdict.Seen()
            seen.mobility = [event for event in events if event["event"] == "mobility"]
            moves = verdict.moves_of(seen)
            return moves and all(move["end"] != "open" for move in moves)
        if not self.events.wait_until(ended, PATIENCE_S):
            raise Trouble("a move did not end: " + "\n".join(self.space.why(f"{release}-edgecse-0") for release in RELEASES))
        for name in self.edge.devices:
            self.edge.wait_sent(name, 10)

    def moves(self):
        for host in ("mep2", "mep1", "mep2", "mep1"):
            self.send_to(host)
            self.wait_moved()
        for name in self.edge.devices:
            via = {line["via"] for line in self.edge.ledger(name) if line["what"] == "sent"}
            assert len(via) == 2, f"{name} was served by {via} only"

    def upgrade(self):
        """Each release once, the MN-CSE first to which the devices are just moving."""
        self.send_to("mep2")
        repository, tag = self.next_image.rsplit(":", 1)
        for release in ("mn2", "mn1", "in"):
            values = self.values[release] | {"image": {"repository": repository, "tag": tag}}
            old = self.space.get("pod", f"{release}-edgecse-0")["metadata"]["uid"]
            self.edge.install(release, values, verb="upgrade")
            new = self.space.get("pod", f"{release}-edgecse-0")
            assert new["metadata"]["uid"] != old and new["spec"]["containers"][0]["image"] == self.next_image, new
        self.wait_moved()

    def kill(self):
        for release, host in (("mn1", "mep1"), ("in", "mep2"), ("mn2", "mep1")):
            self.send_to(host)
            name = f"{release}-edgecse-0"
            if not self.space.kill(name):
                raise Skipped("the processes of the node cannot be seen from here")

            def came_back(name=name):
                return self.space.get("pod", name)["status"]["containerStatuses"][0]["restartCount"] == 1
            wait_for(f"the restart of {name}", came_back, PATIENCE_S)
            self.space.wait_ready(name)
            self.wait_moved()

    def delete_by_force(self):
        for release, host in (("mn2", "mep2"), ("mn1", "mep1")):
            self.send_to(host)
            self.space.kubectl("delete", "pod", f"{release}-edgecse-0", "--grace-period=0", "--force")
            self.space.wait_ready(f"{release}-edgecse-0")
            self.wait_moved()

    def nothing_lost(self):
        seen = self.settled()
        report = verdict.report(seen)
        held = [invariant for invariant in report["invariants"] if not invariant["held"]]
        assert not held, json.dumps(held, indent=1)
        assert report["moves"]["completed"] >= 4 * len(TERMINALS), report["moves"]
        moves, measurements, commands = report["moves"], report["messages"], report["commands"]
        return (f"{moves['completed']} moves completed, {moves['aborted']} given up; {measurements['accepted']} measurements, "
                f"{commands['accepted']} commands: none lost, doubled or reordered")

    def settled(self) -> verdict.Seen:
        """Who produces stops, what is on its way arrives; then everything that was seen."""
        self.city.stop_commands()
        quiet(lambda: sum(line["what"] == "command" for name in self.edge.devices for line in self.edge.ledger(name)))
        seen = verdict.Seen(scenario="pods", seed=1, hosts=2)
        seen.faults = "pods upgraded and killed"
        seen.ledgers = {name: self.edge.ledger(name) for name in self.edge.devices}
        self.space.kubectl("delete", "pod", *self.edge.devices)
        quiet(lambda: len(self.city.notifications))
        with self.events.changed:
            seen.mobility = [event for event in self.events.seen if event["event"] == "mobility"]
        seen.ue_of, seen.met = dict(self.edge.devices), self.city.devices
        seen.read_back = {name: self.city.read_back(name) for name in self.edge.devices}
        seen.notifications, seen.commands = list(self.city.notifications), list(self.city.commands)
        seen.nonsense = self.city.inbox.nonsense
        address = self.edge.address("mn1")
        seen.rtt_ms = round_trip_ms(*split(address))
        seen.commit_ms = commit_ms(address, "cse-mn")
        return seen

    def uninstall(self):
        self.control.call("POST", "scenario/pause")
        for release in reversed(RELEASES):
            done = self.space.helm("uninstall", release, "--wait", "--timeout", "2m")
            assert done.returncode == 0, done.stderr
            self.wait_gone(release)
        devices = {f"configmap/{name}" for name in self.edge.devices}
        left = self.space.objects() - self.with_mec - devices
        assert left == {f"persistentvolumeclaim/store-{release}-edgecse-0" for release in RELEASES}, left
        return f"{len(left)} claims of volumes are left"

    def wait_gone(self, release: str):
        wait_for(f"the end of {release}'s pod", lambda: run(
            "kubectl", "-n", self.space.name, "get", "pod", f"{release}-edgecse-0").returncode, PATIENCE_S)

    def reinstall(self):
        self.edge.install("in", self.values["in"])
        client = Client(self.edge.address("in"), "CCity")
        found = wait_for("the city's registration", lambda: client.retrieve("cse-in/CCity").content["m2m:ae"], PATIENCE_S)
        assert found["poa"] == [self.city.inbox.url], found

    def write_down(self, folder: pathlib.Path):
        self.space.write_logs(folder)
        if self.events:
            with self.events.changed:
                (folder / "mec-events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in self.events.seen))

    def restore(self):
        """The guide to disasters: a backup made in the pod, the CSE stopped, its store set aside and replaced, the CSE started."""
        name, client = "in-edgecse", Client(self.edge.address("in"), "CCity")
        client.create("cse-in/CCity", "m2m:cnt", {"rn": "before"})
        backup = self.space.kubectl("exec", f"{name}-0", "--", "/usr/bin/edgectl", "store", "backup").strip()
        client.create("cse-in/CCity", "m2m:cnt", {"rn": "after"})
        self.space.kubectl("scale", "statefulset", name, "--replicas=0")
        self.wait_gone("in")
        said = self.edge.run_beside("in", "restore", "store", "restore", backup, f"{STORE}/store", "--set-aside")
        assert "whole" in said, said
        self.space.kubectl("scale", "statefulset", name, "--replicas=1")
        self.space.wait_ready(f"{name}-0")
        wait_for("what was there before the backup", lambda: found(client, "cse-in/CCity/before"), PATIENCE_S)
        assert not found(client, "cse-in/CCity/after")

    def tls(self):
        """A release with a given secret: helm test asks over TLS; a renewed secret is served by the same process."""
        host = f"secure-edgecse.{self.space.name}.svc"
        first = self.edge.secret("secure-tls", host)
        values = self.edge.values("in") | {"tls": {"enabled": True, "secretName": "secure-tls"}, "persistence": {"enabled": False}}
        self.edge.install("secure", values)
        address = split(self.edge.address("secure"))
        done = self.space.helm("test", "secure", "--timeout", "2m")
        assert done.returncode == 0, done.stdout + done.stderr
        assert ssl.get_server_certificate(address) == first
        second = self.edge.secret("secure-tls", host)
        wait_for("the renewed certificate", lambda: ssl.get_server_certificate(address) == second, 2 * PATIENCE_S)
        status = self.space.get("pod", "secure-edgecse-0")["status"]["containerStatuses"][0]
        assert status["restartCount"] == 0, status
        assert self.space.helm("uninstall", "secure", "--wait").returncode == 0

    def page(self):
        """What docs/kubernetes.md shows, as it stands."""
        if run("kubectl", "get", "namespace", PAGE_NAMESPACE).returncode == 0:
            raise Skipped(f"the cluster has a namespace {PAGE_NAMESPACE}, which is not ours")
        try:
            with project_folder() as folder, Page("docs/kubernetes.md", folder, limit_s=600) as page:
                return f"{page.run()} examples"
        finally:
            run("kubectl", "delete", "namespace", PAGE_NAMESPACE, "--timeout=120s")

    def end(self):
        if self.events:
            self.events.stop()
        if self.city:
            self.city.close()
        self.space.delete()


def split(address: str):
    host, port = address.removeprefix("http://").rsplit(":", 1)
    return host, int(port)


def found(client: Client, to: str) -> bool:
    try:
        return bool(client.retrieve(to).content)
    except Refused:
        return False


def quiet(count):
    """Until the number has not changed between five looks; a lost message must not make the run hang."""
    same, last = 0, count()

    def settled():
        nonlocal same, last
        now = count()
        same, last = (same + 1, last) if now == last else (0, now)
        return same >= 5
    wait_for("what is on its way", settled, PATIENCE_S)


def play(story: Story, steps: Steps):
    steps.take("bad values are refused with a sentence, and leave nothing", story.bad_values)
    steps.take("an IN-CSE and two MN-CSEs are installed in a restricted namespace", story.install)
    steps.take("helm test retrieves the CSEBase of each", story.helm_test)
    steps.take("both MEC platforms are told the service", story.services)
    steps.take("devices register, publish and get commands", story.devices)
    steps.take("devices move between the two MN pods", story.moves)
    steps.take("a rolling upgrade of every CSE goes on under load", story.upgrade)
    steps.take("kill -9 of each CSE while devices move", story.kill)
    steps.take("pods deleted by force while devices move", story.delete_by_force)
    steps.take("the checker finds every message", story.nothing_lost)
    steps.take("uninstalling leaves nothing but the volumes", story.uninstall)
    steps.take("a release that is installed again finds its data", story.reinstall)
    steps.take("a backup made in the pod is restored on its volume", story.restore)
    steps.take("TLS with a given secret, which is renewed without a restart", story.tls)
    steps.take("the page for cluster administrators runs as it stands", story.page)


def main() -> int:
    image, next_image, mec_image, report = sys.argv[1:]
    steps = Steps("cluster")
    story = Story(image, next_image, mec_image)
    try:
        play(story, steps)
    finally:
        if steps.failed:
            logs = pathlib.Path(report).parent / "cluster-pods"
            story.write_down(logs)
            print(f"  the pods' logs and the events of the MEC system: {logs}")
        story.end()
        steps.write(pathlib.Path(report))
    return 1 if steps.failed else 0


if __name__ == "__main__":
    sys.exit(main())
