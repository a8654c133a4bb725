# SPDX-License-Identifier: Apache-2.0
"""A MEC application that knows no oneM2M: finds onem2m-data through MEC 011, reads a device's latest value, subscribes and
receives, and goes on receiving after the device moved to the other host. Runs mec-sandbox, an IN-CSE, an edgecse per host
and a device. The
example application follows the device live over the same move.
Usage: application_without_onem2m.py PATH-OF-mec-sandbox PATH-OF-edgecse PATH-OF-edge-agent"""
import http.client
import http.server
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
SANDBOX, EDGECSE, AGENT = "", "", ""
UE = "10.100.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(method, url, body=None, headers=None):
    """(status, headers, JSON body). Redirects are followed, as an ordinary client does."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None
    except urllib.error.HTTPError as refusal:
        text = refusal.read()
        return refusal.code, refusal.headers, json.loads(text) if text else None


def eventually(what, seconds=30):
    """The first true result; the last one when time is over."""
    end = time.monotonic() + seconds
    while True:
        try:
            result = what()
        except (OSError, KeyError, IndexError, TypeError):
            result = None
        if result or time.monotonic() > end:
            return result
        time.sleep(0.05)


class Callbacks:
    """Takes notifications; refuses while told so."""

    def __init__(self):
        self.received, self.status = [], 204
        callbacks = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if callbacks.status == 204:
                    callbacks.received.append(body)
                self.send_response(callbacks.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/data"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):  # values only
        return [event for body in list(self.received) if body["notificationType"] == "DataChangeNotification" for event in body["events"]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class World(unittest.TestCase):
    """Everything runs, the device at the first host."""

    @classmethod
    def setUpClass(cls):
        if cls is World:
            raise unittest.SkipTest("what the others have in common")
        cls.folder = tempfile.TemporaryDirectory()
        cls.processes = []
        cls.port = free_port()
        cls.root = f"http://127.0.0.1:{cls.port}"
        cls.start(SANDBOX, "--listen", f"127.0.0.1:{cls.port}", "--scenario", "dual-mep-short-path")
        assert eventually(lambda: call("GET", f"{cls.root}/sandbox/v1/state")[0] == 200), "the MEC system does not answer"
        cls.place("mep1")
        cls.infrastructure_port, cls.cse_ports = free_port(), {}
        cls.start_with(EDGECSE, {"cse.type": "IN", "cse.id": "/in", "cse.name": "cse-in", "http.listen": f"127.0.0.1:{cls.infrastructure_port}",
                                 "admin.listen": "127.0.0.1:0", "store.kind": "memory", "mec.enabled": "false"})
        for number in (1, 2):
            cls.start_cse(number)
        # A terminal has a host once its scenario plays; from then on it stays where the test puts it.
        call("POST", f"{cls.root}/sandbox/v1/scenario/start")
        cls.start_device()

    @classmethod
    def tearDownClass(cls):
        for process in reversed(cls.processes):
            process.terminate()
        for process in cls.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        cls.folder.cleanup()

    @classmethod
    def start(cls, *arguments):
        with open(pathlib.Path(cls.folder.name) / f"{len(cls.processes)}.log", "w") as log:
            cls.processes.append(subprocess.Popen(arguments, stdout=log, stderr=log, cwd=ROOT))

    @classmethod
    def start_with(cls, program, settings, *arguments):
        cls.start(program, *arguments, *(word for key, value in settings.items() for word in ("--set", f"{key}={value}")))

    @classmethod
    def place(cls, host):
        state = call("GET", f"{cls.root}/sandbox/v1/state")[2]
        zone = next(h for h in state["hosts"] if h["name"] == host)["zones"][0]
        status, _, answer = call("PUT", f"{cls.root}/sandbox/v1/terminals/{UE}/place", {"zone": zone})
        assert status // 100 == 2, answer

    @classmethod
    def start_cse(cls, number):
        created = call("POST", f"{cls.root}/sandbox/v1/hosts/mep{number}/applications", {"name": "edgecse", "app_d_id": "edgecse"})[2]
        port = cls.cse_ports[number] = free_port()
        other = 3 - number
        settings = {"cse.id": f"/mn{number}", "registrar.id": "/in", "registrar.name": "cse-in",
                    "registrar.poa": f'["http://127.0.0.1:{cls.infrastructure_port}"]', "http.listen": f"127.0.0.1:{port}", "admin.listen": "127.0.0.1:0", "store.kind": "memory",
                    "mec.enabled": "true", "mec.platform.api_root": f"{cls.root}/mep{number}", "mec.peers": f'["{cls.root}/mep{other}"]',
                    "mec.app_instance_id": created["app_instance_id"], "mobility.peers": f'["/mn{other}"]'}
        cls.start_with(EDGECSE, settings)

    @classmethod
    def start_device(cls):
        settings = {"device.name": "meter", "device.ue": UE, "device.resolver": f"{cls.root}/sandbox/v1/dns?ue={UE}",
                    "device.measurements": str(ROOT / "mec-sandbox/data/water-flow.csv"),
                    "device.ledger": str(pathlib.Path(cls.folder.name) / "ledger.jsonl")}
        cls.start_with(AGENT, settings, "--role", "device")

    def logs(self):
        return "\n".join(file.read_text()[-6000:] for file in sorted(pathlib.Path(self.folder.name).glob("*.log")))

    def find_service(self):
        """What any MEC application does: look the service up by name at its platform."""
        def look():
            services = call("GET", f"{self.root}/mep1/mec_service_mgmt/v1/services?ser_name=onem2m-data")[2]
            local = [s for s in services if f":{self.cse_ports[1]}/" in s["transportInfo"]["endpoint"]["uris"][0]]
            return local and local[0]["transportInfo"]["endpoint"]["uris"][0]
        endpoint = eventually(look)
        self.assertTrue(endpoint, self.logs())
        return endpoint

    def find_data(self, endpoint):
        """The measurements of the one device that is offered."""
        def look():
            return next((d for d in call("GET", f"{endpoint}/data")[2] if d["path"] == "data"), None)
        data = eventually(look)
        self.assertTrue(data, self.logs())
        return data


class AtOneHost(World):
    def test_finds_the_service_reads_and_subscribes(self):
        endpoint = self.find_service()
        devices = eventually(lambda: call("GET", f"{endpoint}/devices")[2])
        self.assertEqual([device["name"] for device in devices], ["meter"])
        data = self.find_data(endpoint)
        self.assertEqual(data["deviceId"], devices[0]["deviceId"])

        latest = eventually(lambda: call("GET", data["_links"]["latest"]["href"]))
        self.assertEqual(latest[0], 200)
        value = json.loads(latest[2]["value"])
        self.assertIn("flow", value)
        self.assertEqual(value["n"], latest[2]["sequence"])

        callbacks = Callbacks()
        self.addCleanup(callbacks.close)
        status, headers, answer = call("POST", f"{endpoint}/subscriptions",
                                       {"callbackReference": callbacks.url, "filterCriteria": {"dataId": [data["dataId"]]}})
        self.assertEqual(status, 201, answer)
        self.assertTrue(eventually(lambda: len(callbacks.events()) >= 10), self.logs())

        callbacks.status = 503  # the application is away for a moment: nothing is lost, nothing comes twice
        time_away = len(callbacks.events())
        newest = call("GET", data["_links"]["latest"]["href"])[2]["sequence"]
        eventually(lambda: call("GET", data["_links"]["latest"]["href"])[2]["sequence"] > newest + 5)
        callbacks.status = 204
        self.assertTrue(eventually(lambda: len(callbacks.events()) >= time_away + 15, 60), self.logs())
        numbers = [event["sequence"] for event in callbacks.events()]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        sequences = [body["sequence"] for body in callbacks.received]
        self.assertEqual(sequences, sorted(set(sequences)))

        self.assertEqual(call("DELETE", headers["Location"])[0], 204)
        self.assertEqual(call("GET", headers["Location"])[0], 404)

    def test_pages_values_and_refuses_what_is_unknown(self):
        endpoint = self.find_service()
        data = self.find_data(endpoint)
        eventually(lambda: call("GET", data["_links"]["latest"]["href"])[2]["sequence"] >= 30)
        url, sequences = data["_links"]["values"]["href"] + "?limit=10", []
        while url and len(sequences) < 30:
            _, headers, page = call("GET", url)
            sequences += [value["sequence"] for value in page]
            link = headers.get("Link", "")
            url = link[1:link.index(">")] if link else None
        self.assertEqual(sequences, list(range(1, len(sequences) + 1)))
        for query in ("colour=red", "limit=0", "order=up", "since=yesterday"):
            status, headers, problem = call("GET", data["_links"]["values"]["href"] + "?" + query)
            self.assertEqual((status, headers["Content-Type"]), (400, "application/problem+json"), problem)
        self.assertEqual(call("GET", f"{endpoint}/data/none/latest")[0], 404)

    def test_comes_back_after_the_platform_restarted(self):
        self.find_service()
        status, _, answer = call("POST", f"{self.root}/sandbox/v1/hosts/mep1/restart", {"outage_ms": 500})
        self.assertEqual(status // 100, 2, answer)
        self.find_service()

        def device_is_registered():
            registrations = call("GET", f"{self.root}/mep1/amsi/v1/app_mobility_services")[2]
            return any(d["associateId"]["value"] == UE for r in registrations for d in r.get("deviceInformation", []))
        self.assertTrue(eventually(device_is_registered, 60), self.logs())


class OverAMove(World):
    def test_goes_on_receiving_after_the_device_moved(self):
        endpoint = self.find_service()
        data = self.find_data(endpoint)
        callbacks = Callbacks()
        self.addCleanup(callbacks.close)
        status, _, answer = call("POST", f"{endpoint}/subscriptions", {"callbackReference": callbacks.url})
        self.assertEqual(status, 201, answer)

        def measurements():
            return [event for event in callbacks.events() if event["dataId"] == data["dataId"]]
        self.assertTrue(eventually(lambda: len(measurements()) >= 5), self.logs())
        follower = subprocess.Popen([sys.executable, ROOT / "app/examples/follow_device", "--platform", f"{self.root}/mep1", "--device", "meter",
                                     "--path", "data", "--count", "60"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(follower.kill)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(iter(follower.stdout.readline, "")), daemon=True)
        reader.start()
        self.assertTrue(eventually(lambda: any(line[:9].strip().isdigit() for line in list(lines))), "".join(lines) + self.logs())
        moves = Callbacks()
        self.addCleanup(moves.close)
        status, _, answer = call("POST", f"{endpoint}/subscriptions",
                                 {"subscriptionType": "DeviceMobilitySubscription", "callbackReference": moves.url})
        self.assertEqual(status, 201, answer)
        self.place("mep2")
        other = f"http://127.0.0.1:{self.cse_ports[2]}/onem2m_data/v1"

        def at_the_other_host():
            return data["deviceId"] in [device["deviceId"] for device in call("GET", f"{other}/devices")[2]]
        self.assertTrue(eventually(at_the_other_host), self.logs())
        seen = len(measurements())
        self.assertTrue(eventually(lambda: len(measurements()) >= seen + 20), self.logs())
        numbers = [event["sequence"] for event in measurements()]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))), "in order, each once")

        # Whoever wants to follow is told, and the example did.
        self.assertTrue(eventually(lambda: any(body.get("event") == "MOVED" for body in list(moves.received))), self.logs())
        told = next(body for body in moves.received if body.get("event") == "MOVED")
        self.assertEqual((told["deviceId"], told["from"], told["to"], told["newServiceUri"]), (data["deviceId"], "/mn1", "/mn2", other))
        self.assertTrue(eventually(lambda: follower.poll() is not None, 60), "".join(lines) + self.logs())
        reader.join(10)
        self.assertEqual(follower.returncode, 0, "".join(lines))
        shown = "".join(lines)
        self.assertIn(f"moved     to /mn2, goes on at {other}/data/{data['dataId']}/stream", shown)
        self.assertIn("60 values, 0 missed", shown)

        # The old address still leads there: the new host answers.
        self.assertEqual(call("GET", data["_links"]["latest"]["href"])[0], 200)
        request = http.client.HTTPConnection("127.0.0.1", self.cse_ports[1], timeout=10)
        self.addCleanup(request.close)
        request.request("GET", f"/onem2m_data/v1/data/{data['dataId']}/latest")
        answer = request.getresponse()
        self.assertEqual((answer.status, answer.headers["Location"]), (307, f"{other}/data/{data['dataId']}/latest"))


if __name__ == "__main__":
    SANDBOX, EDGECSE, AGENT = (str(pathlib.Path(program).resolve()) for program in sys.argv[1:4])
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
