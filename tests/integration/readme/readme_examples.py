#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of README.md and of the pages for MEC developers, operators and users of the public MEC Sandbox, in a network
namespace of its own so that the ports in the text are free; the programs are those beside the given binary. Around them stands
what each page takes for granted: a CSE, a local MEC system. Usage: readme_examples.py EDGECSE_BINARY"""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from page_examples import ROOT, Page, project_folder

SKIPPED = 77


def answers(url: str, body: bytes | None = None) -> bytes | None:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=5) as answer:
            return answer.read() or b" "
    except (urllib.error.URLError, OSError):
        return None


def eventually(what: str, condition):
    """The first true result."""
    deadline = time.monotonic() + 30
    while not (result := condition()):
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.05)
    return result


@contextlib.contextmanager
def running(*command):
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def platform_answers():
    eventually("the local MEC system answers", lambda: answers("http://127.0.0.1:8090/sandbox/v1/state"))


def instance_at(host: str) -> str:
    made = eventually(f"{host} makes an application instance", lambda: answers(
        f"http://127.0.0.1:8090/sandbox/v1/hosts/{host}/applications", b'{"name": "edgecse", "app_d_id": "edgecse"}'))
    return json.loads(made)["app_instance_id"]


@contextlib.contextmanager
def cse(programs: pathlib.Path, *settings: str):
    with tempfile.TemporaryDirectory() as folder:
        words = [word for setting in (f"store.path={folder}/store", "http.listen=127.0.0.1:8080", *settings) for word in ("--set", setting)]
        with running(programs / "edgecse", "--config", ROOT / "etc/edgecse.yaml", *words):
            eventually("edgecse gets ready with etc/edgecse.yaml", lambda: answers("http://127.0.0.1:9464/readyz"))
            yield


def first_conversation(programs):
    with cse(programs, "mec.enabled=false"), project_folder() as folder, Page("README.md", folder) as page:
        return page.run()


def for_developers(programs):
    with running(programs / "mec-sandbox"), cse(programs, f"mec.app_instance_id={instance_at('mep1')}"), \
            project_folder() as folder, Page("docs/mec-developer.md", folder) as page:
        services = "http://127.0.0.1:8090/mep1/mec_service_mgmt/v1/services?ser_name=onem2m-data"
        eventually("edgecse is known at its platform", lambda: b"onem2m_data" in (answers(services) or b""))
        return page.run()


def onboarding(programs):
    with project_folder() as folder, Page("docs/onboarding.md", folder, {
            "build/release/bin/edgecse": programs / "edgecse", "/var/lib/edgecse": folder / "store"}) as page:
        return page.run(meanwhile=platform_answers)


def at_the_public_sandbox(programs):
    with running(programs / "mec-sandbox", "--quirks", "advantedge", "--paused"), project_folder() as folder:
        first, second = instance_at("mep1"), instance_at("mep2")
        profile = (ROOT / "mec-sandbox/etsi-sandbox.yaml").read_text()
        for text, here in {"https://try-mec.etsi.org/SANDBOX": "http://127.0.0.1:8090", "APP-INSTANCE-ID": first,
                           "YOUR-ADDRESS": "127.0.0.1", "YOUR-IN-CSE": "127.0.0.1", "/var/lib/edgecse": str(folder / "first")}.items():
            profile = profile.replace(text, here)
        (folder / "etsi-sandbox.yaml").write_text(profile)
        placeholders = {"https://try-mec.etsi.org/sbx1a2b3c": "http://127.0.0.1:8090", "ID-AT-MEP2": second, "YOUR-ADDRESS": "127.0.0.1",
                        "/var/lib/edgecse": folder}
        with Page("docs/etsi-sandbox.md", folder, placeholders) as page:
            count = page.run()
            eventually("the second CSE works at its platform", lambda: b'edgecse_mec_state{state="operational"} 1' in
                       (answers("http://127.0.0.1:9465/metrics") or b""))
            return count


def run_all(programs: pathlib.Path) -> int:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.environ["PATH"] = f"{programs}:{os.environ['PATH']}"
    for page in (first_conversation, for_developers, onboarding, at_the_public_sandbox):
        try:
            print(f"{page.__name__}: {page(programs)} examples ran as they stand", flush=True)
        except AssertionError as fault:
            print(f"{page.__name__}: {fault}")
            return 1
    return 0


if __name__ == "__main__":
    if os.environ.get("README_IN_NAMESPACE") != "1":
        if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            print("skipped: making a network namespace is not allowed here")
            sys.exit(SKIPPED)
        os.environ["README_IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    sys.exit(run_all(pathlib.Path(sys.argv[1]).resolve().parent))
