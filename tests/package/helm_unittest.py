# SPDX-License-Identifier: Apache-2.0
"""Runs the chart's own suites, helm/edgecse/tests/*_test.yaml, with helm-unittest, which is built from the Go registry when it is
missing. Usage: helm_unittest.py FOLDER. Exit status 77: it cannot be built here."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE, VERSION = "github.com/helm-unittest/helm-unittest", "v1.1.2"
SKIPPED = 77


def go(words, folder, environment):
    done = subprocess.run(["go", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"go {words[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout.strip()


def build(target: pathlib.Path):
    """`go install` refuses a module with replaced dependencies, so it is built as the dependency of a module with the same."""
    search = f"{os.environ['PATH']}:/usr/local/go/bin"
    if not shutil.which("go", path=search):
        raise OSError("Go is not installed")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = os.environ | {"PATH": search, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=mod -modcacherw"}
        described = go(["mod", "download", "-json", f"{MODULE}@{VERSION}"], "/", environment)
        source = pathlib.Path(re.search(r'"Dir": "([^"]+)"', described)[1])
        module = re.sub(r"^module .*", "module edgecse.test/helm-unittest", (source / "go.mod").read_text(), flags=re.M)
        (folder / "go.mod").write_text(f"{module}\nrequire {MODULE} {VERSION}\n")
        shutil.copyfile(source / "go.sum", folder / "go.sum")
        # Without optimisation it builds in less time, and is quick enough.
        go(["build", "-gcflags=all=-N -l", "-ldflags=-s -w", "-o", target, f"{MODULE}/cmd/helm-unittest"], folder, environment)


def main() -> int:
    program = pathlib.Path(sys.argv[1]).resolve() / f"helm-unittest-{VERSION}"
    try:
        if not program.exists():
            build(program)
    except OSError as error:
        print(f"skipped: helm-unittest cannot be built: {error}")
        return SKIPPED
    return subprocess.run([program, "--strict", ROOT / "helm" / "edgecse"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
