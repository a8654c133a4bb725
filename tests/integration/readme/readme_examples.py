#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs README.md's examples as they stand, against a CSE with etc/edgecse.yaml, in a network namespace of its own so that
the ports in the text are free; the programs are those beside the given binary. Usage: readme_examples.py EDGECSE_BINARY

Every block marked <!-- run --> must succeed, and its output contain the text of the <!-- expect --> behind it."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
EXAMPLE = re.compile(r"<!-- run -->\n```sh\n(.*?)```\n<!-- expect (.*?) -->", re.S)
SKIPPED = 77


def ready() -> bool:
    try:
        return urllib.request.urlopen("http://127.0.0.1:9464/readyz", timeout=1).status == 200
    except (urllib.error.URLError, OSError):
        return False


def run_examples(binary: str) -> int:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.environ["PATH"] = f"{pathlib.Path(binary).resolve().parent}:{os.environ['PATH']}"
    examples = EXAMPLE.findall((ROOT / "README.md").read_text())
    if not examples:
        print("README.md has no example that is marked to be run")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([binary, "--config", str(ROOT / "etc/edgecse.yaml"), "--set", f"store.path={folder}/store",
                                   "--set", "http.listen=127.0.0.1:8080", "--set", "mec.enabled=false"],
                                  stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 30
            while not ready():
                if server.poll() is not None or time.monotonic() > deadline:
                    print("edgecse does not get ready with etc/edgecse.yaml")
                    return 1
                time.sleep(0.05)
            for command, expected in examples:
                done = subprocess.run(["bash", "-ec", command], capture_output=True, text=True, timeout=30)
                if done.returncode != 0 or expected not in done.stdout:
                    print(f"example failed, expected {expected!r}:\n{command}\ngot:\n{done.stdout}{done.stderr}")
                    return 1
            print(f"{len(examples)} examples ran as README.md shows them")
            return 0
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    if os.environ.get("README_IN_NAMESPACE") != "1":
        if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL).returncode != 0:
            print("skipped: making a network namespace is not allowed here")
            sys.exit(SKIPPED)
        os.environ["README_IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    sys.exit(run_examples(sys.argv[1]))
