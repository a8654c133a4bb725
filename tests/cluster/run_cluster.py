# SPDX-License-Identifier: Apache-2.0
"""The stage cluster: builds the images, looks at them, and plays the chart's story on a real cluster: that of KUBECONFIG, else one
made for this run by ../shared/peers/kubernetes. Usage: run_cluster.py FOLDER-FOR-REPORTS. Exit status 77: says why not.

KUBECONFIG           a cluster whose nodes and this machine reach each other
EDGECSE_CLUSTER_LOAD with it: the command that puts an image archive (its argument) on the nodes, as "kind load image-archive"
"""
import fcntl
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MAKER = ROOT.parent / "shared" / "peers" / "kubernetes" / "cluster"
SKIPPED = 77
COMPILING = "Building CXX object"  # in the log of a build
IMAGE, AGAIN, NEXT, MEC_IMAGE = (f"localhost/{name}" for name in ("edgecse:test", "edgecse:again", "edgecse:next", "mec-sandbox:test"))
RELEASED = "docker.io/library/edgecse:" + re.search(r'^appVersion: "(.+)"', (ROOT / "helm/edgecse/Chart.yaml").read_text(), re.M)[1]

sys.path.insert(0, str(ROOT / "tests" / "package"))


class Unavailable(Exception):
    """Why there is no cluster or no image here."""


def call(*words, **more):
    subprocess.run([str(word) for word in words], check=True, **more)


def identifier_of(image: str) -> str:
    """Empty: there is no such image."""
    return subprocess.run(["buildah", "images", "-q", image], capture_output=True, text=True, check=False).stdout.strip()


def build_images(logs: pathlib.Path):
    for program in ("buildah", "podman"):
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")
    earlier = {identifier_of(image) for image in (IMAGE, AGAIN, MEC_IMAGE)} - {""}
    for words in ((IMAGE,), (AGAIN,), ("--sandbox", MEC_IMAGE)):
        log = logs / f"image-{words[-1].split('/')[1].replace(':', '-')}.log"
        print(f"  building {words[-1]} ({log.relative_to(ROOT)})", flush=True)
        with open(log, "wb") as output:
            built = subprocess.run([ROOT / "etc" / "build-image", *words], stdout=output, stderr=output, check=False).returncode == 0
        if not built and COMPILING in log.read_text():
            raise subprocess.CalledProcessError(1, f"etc/build-image {' '.join(words)}; see {log.relative_to(ROOT)}")
        if not built:  # no rights, no base, no packages: it never came to our sources
            raise Unavailable(f"no image can be built here: {log.read_text()[-500:]}")
    call("buildah", "tag", IMAGE, NEXT)
    for identifier in earlier - {identifier_of(image) for image in (IMAGE, AGAIN, MEC_IMAGE)}:  # what lost its name just now
        subprocess.run(["buildah", "rmi", identifier], capture_output=True, check=False)


def archives(folder: pathlib.Path) -> list[pathlib.Path]:
    """Of the images, and of the one that the chart names when no value does."""
    made = []
    for image, name in ((IMAGE, IMAGE), (NEXT, NEXT), (MEC_IMAGE, MEC_IMAGE), (IMAGE, RELEASED)):
        made.append(folder / f"{name.rsplit('/', 1)[1].replace(':', '-')}.tar")
        call("buildah", "push", "-q", image, f"docker-archive:{made[-1]}:{name}", stdout=subprocess.DEVNULL)
    return made


class GivenCluster:
    """That of KUBECONFIG. It stays as it is, a namespace of ours aside that goes at the end."""

    def __init__(self):
        import tools  # of the package stage: it has helm and kubectl
        self.loader = os.environ.get("EDGECSE_CLUSTER_LOAD")
        if not self.loader:
            raise Unavailable("KUBECONFIG is set, but not EDGECSE_CLUSTER_LOAD: the command that puts an image archive on its nodes")
        folder = ROOT / "build" / "package-tools"
        tools.install(folder)
        self.environment = os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}

    def load(self, files):
        for file in files:
            call(*shlex.split(self.loader), file, stdout=subprocess.DEVNULL)

    def run(self, *words) -> int:
        return subprocess.run([str(word) for word in words], env=self.environment, check=False).returncode

    def close(self):
        pass


class OwnCluster:
    """Made for this run, one at a time on a machine."""

    def __init__(self, logs: pathlib.Path):
        if not MAKER.exists():
            raise Unavailable(f"neither is KUBECONFIG set nor is {MAKER} here")
        if os.geteuid() != 0:
            raise Unavailable("KUBECONFIG is not set, and a cluster of one's own needs root")
        if not shutil.which("go") and pathlib.Path("/usr/local/go/bin/go").exists():
            os.environ["PATH"] += ":/usr/local/go/bin"
        home = pathlib.Path(os.environ.setdefault("EDGECSE_K8S_HOME", str(pathlib.Path.home() / ".cache" / "edgecse-k8s")))
        home.mkdir(parents=True, exist_ok=True)
        self.lock = open(home / "test.lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.log = open(logs / "cluster-own.log", "wb")
        print("  making a cluster (10 minutes of processor time when it was never built here)", flush=True)
        for verb in ("build", "up"):
            if self._maker(verb):
                raise Unavailable(f"{MAKER} {verb} failed: {(logs / 'cluster-own.log').read_text()[-500:]}")

    def _maker(self, *words) -> int:
        return subprocess.run([MAKER, *map(str, words)], stdout=self.log, stderr=self.log, check=False).returncode

    def load(self, files):
        if self._maker("load", *files):
            raise Unavailable(f"the images cannot be loaded: {pathlib.Path(self.log.name).read_text()[-500:]}")

    def run(self, *words) -> int:
        return subprocess.run([MAKER, "run", *map(str, words)], check=False).returncode

    def close(self):
        self._maker("down")
        self.lock.close()


def main() -> int:
    logs = pathlib.Path(sys.argv[1]).resolve()
    try:
        build_images(logs)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            failed = subprocess.run([sys.executable, HERE / "image_story.py", IMAGE, AGAIN, MEC_IMAGE, folder, logs / "cluster-image.xml"],
                                    check=False).returncode
            cluster = GivenCluster() if os.environ.get("KUBECONFIG") else OwnCluster(logs)
            try:
                cluster.load(archives(folder))
                failed |= cluster.run(sys.executable, HERE / "edge_story.py", IMAGE, NEXT, MEC_IMAGE, logs / "cluster-edge.xml")
            finally:
                cluster.close()
        return 1 if failed else 0
    except Unavailable as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    except subprocess.CalledProcessError as error:
        print(f"failed: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
