#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""edgecse as MN-CSE registers at ACME, an independent oneM2M CSE from PyPI, as IN-CSE; requests and notifications travel
both ways. Usage: register_at_acme.py EDGECSE VENV. Exit status 77: ACME cannot be installed here."""

import http.server
import json
import pathlib
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
EDGECSE, VENV = sys.argv[1], pathlib.Path(sys.argv[2])
SKIPPED = 77

ACME_INI = """[basic.config]
cseType=IN
cseID=id-in
cseName=cse-in
serviceProviderID=//acme.example.com
adminID=CAdmin
dataDirectory=${{baseDirectory}}
networkInterface=127.0.0.1
cseHost=127.0.0.1
httpPort={port}
databaseType=memory
logLevel=off
consoleTheme=dark
[cse.registration]
allowedCSROriginators=/mn1
[textui]
startWithTUI=false
"""

EDGECSE_YAML = """
cse: {{type: MN, id: /mn1, name: cse-mn, service_provider: //acme.example.com}}
registrar: {{id: /id-in, name: cse-in, poa: ["http://127.0.0.1:{acme}"]}}
http: {{listen: "127.0.0.1:{port}"}}
admin: {{listen: "127.0.0.1:0"}}
store: {{kind: memory}}
mec: {{enabled: false}}
mobility: {{enabled: false}}
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


class RegistersAtAcme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        acme_port, edge_port = free_port(), free_port()
        cls.processes = []
        (folder / "acme.ini").write_text(ACME_INI.format(port=acme_port))
        cls.run_process([VENV / "bin" / "acmecse", "--headless", "--http-wsgi", "--base-directory", folder], folder / "acme.log")
        cls.acme, cls.edge = Cse(acme_port), Cse(edge_port)
        wait_for("the start of ACME", lambda: cls.acme.retrieve("cse-in")[0] == 2000)
        (folder / "edgecse.yaml").write_text(EDGECSE_YAML.format(acme=acme_port, port=edge_port))
        cls.run_process([EDGECSE, "--config", folder / "edgecse.yaml"], folder / "edgecse.log")
        cls.edge_log = folder / "edgecse.log"
        try:
            wait_for("the registration", lambda: cls.acme.retrieve("cse-in/mn1")[0] == 2000, 30)
        except AssertionError:
            print(cls.edge_log.read_text(), file=sys.stderr)
            raise
        cls.app, cls.device = Inbox(), Inbox()
        cls.populate()

    @classmethod
    def run_process(cls, command, log):
        with log.open("w") as output:
            cls.processes.append(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT))

    @classmethod
    def tearDownClass(cls):
        for process in cls.processes:
            process.terminate()
        for process in cls.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        cls.folder.cleanup()

    @classmethod
    def populate(cls):
        """An AE with an open container on either side."""
        for cse, base, stem, inbox, guest in ((cls.acme, "cse-in", "Capp", cls.app, "/mn1/Cdev"),
                                              (cls.edge, "cse-mn", "Cdev", cls.device, "/id-in/Capp")):
            name = stem[1:]
            ae = {"rn": name, "api": "Ntest", "rr": True, "srv": ["3"], "poa": [inbox.url]}
            rights = {"rn": "open", "pv": {"acr": [{"acor": [guest, stem], "acop": 63}]},
                      "pvs": {"acr": [{"acor": [stem], "acop": 63}]}}
            for to, resource_type, content in ((base, 2, {"m2m:ae": ae}), (f"{base}/{name}", 1, {"m2m:acp": rights}),
                                               (f"{base}/{name}", 3, {"m2m:cnt": {"rn": "data", "acpi": [f"{base}/{name}/open"]}})):
                status, answer = cse.create(to, stem, resource_type, content)
                assert status == 2001, (to, status, answer)
        # The CSE that hosts a subscription must be allowed to notify.
        status, answer = cls.acme.ask("PUT", "cse-in/app/open", "Capp", {"m2m:acp": {"pv": {"acr": [
            {"acor": ["/mn1/Cdev", "Capp"], "acop": 63}, {"acor": ["/mn1"], "acop": 16}]}}})
        assert status == 2004, (status, answer)
        status, answer = cls.acme.ask("PUT", "cse-in/app", "Capp", {"m2m:ae": {"acpi": ["cse-in/app/open"]}})
        assert status == 2004, (status, answer)

    def test_registration_and_mirror(self):
        registration = self.acme.retrieve("cse-in/mn1")[1]["m2m:csr"]
        self.assertEqual(registration["csi"], "/mn1")
        self.assertEqual(registration["cb"], "/mn1/cse-mn")
        self.assertEqual(registration["poa"], [self.edge.url])
        mirror = wait_for("the mirror", lambda: self.edge.retrieve("id-in")[1].get("m2m:csr"))
        self.assertEqual(mirror["csi"], "/id-in")

    def test_requests_from_the_registrar_are_served_here(self):
        status, made = self.acme.create("/mn1/cse-mn/dev/data", "Capp", 4, {"m2m:cin": {"con": "down"}})
        self.assertEqual(status, 2001, made)
        status, read = self.acme.retrieve("/mn1/cse-mn/dev/data/la", "Capp")
        self.assertEqual((status, read["m2m:cin"]["con"]), (2000, "down"))
        self.assertEqual(self.edge.retrieve("cse-mn/dev/data/la", "Cdev")[1]["m2m:cin"]["con"], "down")

    def test_requests_for_the_registrar_are_served_there(self):
        status, made = self.edge.create("/id-in/cse-in/app/data", "Cdev", 4, {"m2m:cin": {"con": "up"}})
        self.assertEqual(status, 2001, made)
        status, read = self.edge.retrieve("/id-in/cse-in/app/data/la", "Cdev")
        self.assertEqual((status, read["m2m:cin"]["con"]), (2000, "up"))

    def test_errors_of_the_other_side_come_back(self):
        self.assertEqual(self.edge.retrieve("/id-in/cse-in/nothing", "Cdev")[0], 4004)
        self.assertEqual(self.acme.retrieve("/mn1/cse-mn/nothing", "Capp")[0], 4004)

    def test_notifications_travel_up(self):
        container = {"rn": "up", "acpi": ["cse-mn/dev/open"]}
        self.assertEqual(self.edge.create("cse-mn/dev", "Cdev", 3, {"m2m:cnt": container})[0], 2001)
        subscription = {"rn": "s", "nu": ["/id-in/Capp"], "enc": {"net": [3]}}
        status, made = self.edge.create("cse-mn/dev/up", "Cdev", 23, {"m2m:sub": subscription})
        self.assertEqual(status, 2001, made)
        for number in range(5):
            self.edge.create("cse-mn/dev/up", "Cdev", 4, {"m2m:cin": {"con": str(number)}})
        self.assertEqual([self.app.next_content() for _ in range(5)], [str(number) for number in range(5)])

    def test_notifications_travel_down(self):
        container = {"rn": "down", "acpi": ["cse-in/app/open"]}
        self.assertEqual(self.acme.create("cse-in/app", "Capp", 3, {"m2m:cnt": container})[0], 2001)
        subscription = {"rn": "s", "nu": ["/mn1/Cdev"], "enc": {"net": [3]}}
        status, made = self.edge.create("/id-in/cse-in/app/down", "Cdev", 23, {"m2m:sub": subscription})
        self.assertEqual(status, 2001, made)
        self.acme.create("cse-in/app/down", "Capp", 4, {"m2m:cin": {"con": "command"}})
        self.assertEqual(self.device.next_content(), "command")


if __name__ == "__main__":
    install_acme()
    unittest.main(argv=sys.argv[:1], verbosity=2)
