# SPDX-License-Identifier: Apache-2.0
"""The image: the same bytes from the same sources, small, without a shell, with licences and a list of what is in it; it runs as
nobody on a read-only root, quickly, also when a MEC orchestrator starts it from a package.
Usage: image_story.py IMAGE IMAGE-BUILT-AGAIN MEC-IMAGE FOLDER REPORT"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

from kubernetes import Trouble, run, wait_for
from steps import Skipped, Steps

ROOT = pathlib.Path(__file__).resolve().parents[2]
LARGEST = 120_000_000
BILL = "usr/share/doc/edgecse/sbom.cdx.json"
SLOWEST_START = datetime.timedelta(seconds=2)
# A machine that is itself a container gives none of its cgroups and limits away.
SETTINGS = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
runtime = "runc"
"""
CONFIGURATION = """cse: {type: IN, id: /in, name: cse-in}
http: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0"}
store: {reserve: 1MiB}
"""


def inspect(image: str) -> dict:
    done = run("podman", "image", "inspect", image)
    if done.returncode:
        raise Trouble(done.stderr)
    return json.loads(done.stdout)[0]


def log_line(text: str, message: str) -> dict | None:
    for line in text.splitlines():
        if f'"msg":"{message}"' in line:
            return json.loads(line)
    return None


def ready_line(container: str) -> dict | None:
    said = run("podman", "logs", container).stdout
    if (found := log_line(said, "ready")) or "running" in run("podman", "inspect", "-f", "{{.State.Status}}", container).stdout:
        return found
    raise Trouble(f"the container ended: {said}")


def time_of(text: str) -> datetime.datetime:
    """podman writes nanoseconds, and the zone's name behind its offset."""
    text = re.sub(r"(\.\d{6})\d*", r"\1", text.replace(" ", "T", 1))
    return datetime.datetime.fromisoformat(re.sub(r" ?([+-]\d\d):?(\d\d).*|Z$", lambda z: f"{z[1]}:{z[2]}" if z[1] else "+00:00", text))


class Story:
    def __init__(self, image: str, again: str, mec_image: str, folder: pathlib.Path):
        self.image, self.again, self.mec_image, self.folder = image, again, mec_image, folder
        settings = folder / "containers.conf"
        settings.write_text(SETTINGS)
        os.environ["CONTAINERS_CONF"] = str(settings)

    def same_again(self):
        first, second = inspect(self.image), inspect(self.again)
        assert first["RootFS"] == second["RootFS"], "the layers differ"
        assert first["Id"] == second["Id"], "the configurations differ"
        return first["Id"][:12]

    def contents(self):
        described = inspect(self.image)
        assert described["Size"] < LARGEST, described["Size"]
        assert described["User"] == "10001:10001", described["User"]
        archive = self.folder / "image.tar"
        files, bill = {}, {}
        assert run("podman", "save", "--format", "docker-archive", "-o", archive, self.image).returncode == 0
        with tarfile.open(archive) as outer:
            for name in json.load(outer.extractfile("manifest.json"))[0]["Layers"]:
                with tarfile.open(fileobj=outer.extractfile(name)) as layer:
                    here = {member.name.strip("./"): member for member in layer.getmembers()}
                    if BILL in here:
                        bill = json.load(layer.extractfile(here[BILL]))
                    files |= here
        programs = {name for name in files if "/bin/" in f"/{name}" or "/sbin/" in f"/{name}"}
        assert programs == {"usr/bin/edgecse", "usr/bin/edge-agent", "usr/bin/edgectl"}, programs
        assert bill["bomFormat"] == "CycloneDX" and len(bill["components"]) > 20
        for component in bill["components"]:
            assert f"usr/share/doc/edgecse/licenses/{component['name']}" in files, component["name"]
        libraries = [name for name, member in files.items() if ".so" in name and member.isfile()]
        return f"{described['Size'] / 1e6:.1f} MB, {len(bill['components'])} components, {len(libraries)} libraries"

    def runs_containers(self):
        done = run("podman", "run", "--rm", "--network=host", "--entrypoint", "/usr/bin/edgecse", self.image, "--version")
        if done.returncode:
            raise Skipped(f"no container runs here: {done.stderr.strip()[-300:]}")
        assert "edgecse 0.1.0" in done.stdout, done.stdout
        return done.stdout.splitlines()[0]

    def starts(self):
        """As its user, without capabilities, on a read-only root; from the start of the container to "ready", the best of three."""
        file = self.folder / "in.yaml"
        file.write_text(CONFIGURATION + "mec: {enabled: false}\n")
        times = []
        for attempt in range(3):
            name = f"edgecse-start-{os.getpid()}-{attempt}"
            started = run("podman", "run", "-d", "--name", name, "--network=host", "--read-only", "--cap-drop", "ALL",
                          "--volume", f"{file}:/etc/edgecse/edgecse.yaml:ro", self.image)
            try:
                assert started.returncode == 0, started.stderr
                ready = wait_for("ready", lambda name=name: ready_line(name), 60)
                state = json.loads(run("podman", "inspect", name).stdout)[0]["State"]
                times.append(time_of(ready["ts"]) - time_of(state["StartedAt"]))
                got = run("podman", "exec", name, "/usr/bin/edgectl", "--cse", f"http://{ready['listen']}", "get", "cse-in")
                assert '"csi": "/in"' in got.stdout, got.stdout + got.stderr
                assert run("podman", "stop", "-t", "30", name).returncode == 0
                assert log_line(run("podman", "logs", name).stdout, "stopped"), run("podman", "logs", name).stdout
            finally:
                run("podman", "rm", "-f", "-v", name)
        assert min(times) < SLOWEST_START, times
        return f"{min(times).total_seconds() * 1000:.0f} ms"

    def instantiated_from_its_package(self):
        """edgectl package build, onboard, instantiate, terminate; the orchestrator runs the image with podman."""
        programs = self.folder / "programs"
        programs.mkdir()
        for image, name in ((self.image, "edgectl"), (self.mec_image, "mec-sandbox")):
            container = run("podman", "create", image).stdout.strip()
            copied = run("podman", "cp", f"{container}:/usr/bin/{name}", programs / name)
            run("podman", "rm", container)
            assert copied.returncode == 0, copied.stderr

        def edgectl(*words):
            done = run(programs / "edgectl", *words)
            assert done.returncode == 0, done.stderr
            return done.stdout.strip()

        package, instances, log = self.folder / "edgecse.csar", self.folder / "instances", self.folder / "mec.log"
        edgectl("package", "build", "--output", package, "--appd", ROOT / "appd", "--chart", ROOT / "helm/edgecse", "--licence",
                ROOT / "LICENSE", "--image", self.image)
        with open(log, "wb") as output:
            mec = subprocess.Popen([programs / "mec-sandbox", "--listen", "127.0.0.1:0", "--scenarios", ROOT / "mec-sandbox/scenarios",
                                    "--paused", "--instances", instances], stdout=output, stderr=output)
        try:
            ready = wait_for("the MEC system", lambda: log_line(log.read_text(), "ready"), 30)
            at = ("--meo", f"http://127.0.0.1:{ready['port']}/meo", "--patience", "90")
            application = edgectl("package", "onboard", package, *at)
            file = self.folder / "mn.yaml"
            file.write_text(CONFIGURATION)
            instance = edgectl("package", "instantiate", application, "--host", "mep1", "--config", file, *at)
            listed = run("podman", "ps", "--format", "{{.Names}} {{.Image}}").stdout
            assert f"edgecse-{instance} {self.image}" in listed, listed
            own = (instances / instance / "log").read_text()
            got = edgectl("--cse", f"http://{log_line(own, 'ready')['listen']}", "get", "cse-in")
            assert '"csi": "/in"' in got, got
            edgectl("package", "terminate", instance, *at)
            assert log_line((instances / instance / "log").read_text(), "stopped")
            second = edgectl("package", "instantiate", application, "--host", "mep2", "--config", file, *at)
            edgectl("package", "terminate", second, "--grace", "0", *at)
            left = run("podman", "ps", "-a", "--format", "{{.Names}}").stdout
            assert instance not in left and second not in left, left
        finally:
            mec.terminate()
            mec.wait()


def play(story: Story, steps: Steps):
    steps.take("the same sources give the same image", story.same_again)
    steps.take("the image holds three programs, their libraries, licences and the list of it", story.contents)
    if steps.take("a container of it runs", story.runs_containers):
        steps.take("it is ready in less than 2 s, as nobody on a read-only root", story.starts)
        steps.take("an orchestrator runs it from its package, and ends it gracefully or at once", story.instantiated_from_its_package)


def main() -> int:
    image, again, mec_image, folder, report = sys.argv[1:]
    steps = Steps("image", dependent=False)
    try:
        play(Story(image, again, mec_image, pathlib.Path(folder)), steps)
    finally:
        steps.write(pathlib.Path(report))
    return 1 if steps.failed else 0


if __name__ == "__main__":
    sys.exit(main())
