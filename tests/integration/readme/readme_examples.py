#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of README.md and docs/mec-developer.md as they stand, against a CSE with etc/edgecse.yaml, in a network
namespace of its own so that the ports in the text are free; the programs are those beside the given binary. The CSE of the
second page is an application of a local MEC system. Usage: readme_examples.py EDGECSE_BINARY

Every block marked <!-- run --> must succeed, and its output contain the text of the <!-- expect --> behind it."""
import json
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


def answers(url: str, body: bytes | None = None) -> bytes | None:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=5) as answer:
            return answer.read() or b" "
    except (urllib.error.URLError, OSError):
        return None


def eventually(what, process):
    """The first true result; None when time is over or the process ends."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        if result := what():
            return result
        time.sleep(0.05)
    return None


def run_examples(page: str) -> int:
    examples = EXAMPLE.findall((ROOT / page).read_text())
    if not examples:
        print(f"{page} has no example that is marked to be run")
        return 1
    for command, expected in examples:
        deadline = time.monotonic() + 5
        while True:  # a list may be a second old
            done = subprocess.run(["bash", "-ec", command], capture_output=True, text=True, timeout=60, cwd=ROOT)
            if done.returncode != 0 or expected in done.stdout or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if done.returncode != 0 or expected not in done.stdout:
            print(f"example of {page} failed, expected {expected!r}:\n{command}\ngot:\n{done.stdout}{done.stderr}")
            return 1
    print(f"{len(examples)} examples ran as {page} shows them")
    return 0


def run_with_cse(binary: str, page: str, *settings: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        arguments = [word for setting in (f"store.path={folder}/store", "http.listen=127.0.0.1:8080", *settings) for word in ("--set", setting)]
        server = subprocess.Popen([binary, "--config", str(ROOT / "etc/edgecse.yaml"), *arguments], stdout=subprocess.DEVNULL)
        try:
            if not eventually(lambda: answers("http://127.0.0.1:9464/readyz"), server):
                print("edgecse does not get ready with etc/edgecse.yaml")
                return 1
            if "mec.enabled=false" not in settings and not eventually(
                    lambda: b"onem2m_data" in (answers("http://127.0.0.1:8090/mep1/mec_service_mgmt/v1/services?ser_name=onem2m-data") or b""), server):
                print("edgecse does not get known at its platform")
                return 1
            return run_examples(page)
        finally:
            server.terminate()
            server.wait(20)


def run_with_platform(binary: str, page: str) -> int:
    platform = subprocess.Popen([str(pathlib.Path(binary).resolve().parent / "mec-sandbox")], stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        made = eventually(lambda: answers("http://127.0.0.1:8090/sandbox/v1/hosts/mep1/applications",
                                          b'{"name": "edgecse", "app_d_id": "edgecse"}'), platform)
        if not made:
            print("mec-sandbox does not answer")
            return 1
        return run_with_cse(binary, page, f"mec.app_instance_id={json.loads(made)['app_instance_id']}")
    finally:
        platform.terminate()
        platform.wait(20)


def run_all(binary: str) -> int:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.environ["PATH"] = f"{pathlib.Path(binary).resolve().parent}:{os.environ['PATH']}"
    return run_with_cse(binary, "README.md", "mec.enabled=false") or run_with_platform(binary, "docs/mec-developer.md")


if __name__ == "__main__":
    if os.environ.get("README_IN_NAMESPACE") != "1":
        if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL).returncode != 0:
            print("skipped: making a network namespace is not allowed here")
            sys.exit(SKIPPED)
        os.environ["README_IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    sys.exit(run_all(sys.argv[1]))
