# SPDX-License-Identifier: Apache-2.0
"""ACME, an independent oneM2M CSE from PyPI, and clients of a CSE, for the tests of this folder. Exit status 77: ACME cannot
be installed here. Usage of each test: TEST EDGECSE VENV."""

import http.server
import json
import pathlib
import queue
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
EDGECSE, VENV = sys.argv[1], pathlib.Path(sys.argv[2])
SKIPPED = 77

ACME_INI = """[basic.config]
cseType={type}
cseID={id}
cseName={name}
serviceProviderID=//acme.example.com
adminID=CAdmin
dataDirectory=${{baseDirectory}}
networkInterface=127.0.0.1
cseHost=127.0.0.1
httpPort={port}
databaseType=memory
logLevel=off
consoleTheme=dark
{registrar}
[cse.registration]
allowedCSROriginators=/mn1,/in
[textui]
startWithTUI=false
"""


def install_acme():
    wanted = (HERE / "requirements.txt").read_text()
    mark = VENV / "installed.txt"
    if mark.exists() and mark.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    pip = [VENV / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"]
    if subprocess.run(pip).returncode != 0:
        print("skipped: ACME cannot be installed, no package index is reachable", file=sys.stderr)
        sys.exit(SKIPPED)
    mark.write_text(wanted)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cse:
    """What a client sees of a CSE over HTTP."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.requests = 0

    def ask(self, method, to, origin, content=None, resource_type=None):
        self.requests += 1
        path = "/~" + to if to.startswith("/") else "/" + to
        headers = {"X-M2M-Origin": origin, "X-M2M-RI": f"r{self.requests}", "X-M2M-RVI": "3", "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json" + (f";ty={resource_type}" if resource_type else "")
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, text = answer.headers.get("X-M2M-RSC"), answer.read()
        except urllib.error.HTTPError as answer:
            status, text = answer.headers.get("X-M2M-RSC"), answer.read()
        return int(status or 0), json.loads(text) if text else None

    def create(self, to, origin, resource_type, content):
        return self.ask("POST", to, origin, content, resource_type)

    def retrieve(self, to, origin="CAdmin"):
        return self.ask("GET", to, origin)

    def make(self, to, origin, resource_type, content):
        """The representation of what is created; it must be."""
        status, answer = self.create(to, origin, resource_type, content)
        assert status == 2001, (to, status, answer)
        return next(iter(answer.values()))

    def read(self, to, origin="CAdmin"):
        """The representation; None when there is none."""
        status, answer = self.retrieve(to, origin)
        return next(iter(answer.values())) if status == 2000 else None

    def put(self, to, origin, content):
        return self.ask("PUT", to, origin, content)


class Inbox:
    """An AE's pointOfAccess: agrees to everything and keeps what it is told."""

    def __init__(self):
        self.messages = messages = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
                if not body.get("m2m:sgn", {}).get("vrq"):
                    messages.put(body)
                self.send_response(200)
                self.send_header("X-M2M-RSC", "2000")
                self.send_header("X-M2M-RI", self.headers.get("X-M2M-RI", ""))
                self.send_header("X-M2M-RVI", "3")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next_content(self):
        notification = self.messages.get(timeout=30)
        return notification["m2m:sgn"]["nev"]["rep"]["m2m:cin"]["con"]


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = condition()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            found = None
        if found:
            return found
        time.sleep(0.1)  # between two looks at another process
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Processes:
    """What a test started; ended with it."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def run(self, command, name):
        with (self.folder / f"{name}.log").open("w") as output:
            self.running.append(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT))

    def run_acme(self, cse_type, cse_id, name, port, registrar=""):
        folder = self.folder / cse_id
        folder.mkdir()
        ini = ACME_INI.format(type=cse_type, id=cse_id, name=name, port=port, registrar=registrar)
        (folder / "acme.ini").write_text(ini)
        self.run([VENV / "bin" / "acmecse", "--headless", "--http-wsgi", "--base-directory", folder], cse_id)

    def run_edgecse(self, configuration):
        (self.folder / "edgecse.yaml").write_text(configuration)
        self.run([EDGECSE, "--config", self.folder / "edgecse.yaml"], "edgecse")

    def end(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
