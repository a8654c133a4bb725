# SPDX-License-Identifier: Apache-2.0
"""The application at the IN-CSE: subscribes to every device's data, commands every device, and writes down what it sees.
It addresses each device by where it met it first, for ever: that those addresses go on working is part of the check."""
import http.server
import json
import random
import socket
import statistics
import threading
import time

from mca import Client, Refused

NAME = "CCity"


class Inbox:
    """Takes notifications; keeps each in the order of arrival."""

    def __init__(self, address: str, on_notification):
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                identifier = self.headers.get("X-M2M-RI", "")
                try:
                    on_notification(json.loads(body), identifier)
                    code, status = "2000", 200
                except (ValueError, KeyError, TypeError) as error:
                    inbox.nonsense.append(f"{error!r} in {body[:200]!r}")
                    code, status = "4000", 400
                self.send_response(status)
                self.send_header("X-M2M-RSC", code)
                self.send_header("X-M2M-RI", identifier)
                self.send_header("X-M2M-RVI", "3")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self.nonsense = []
        self.server = Server((address, 0), Handler)
        self.url = f"http://{address}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, name="inbox", daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class City:
    """All lists are appended to by one thread each and read after stop()."""

    def __init__(self, in_point_of_access: str, in_name: str, listen: str, seed: int):
        self.client = Client(in_point_of_access, NAME)
        self.in_name = in_name
        self.random = random.Random(seed)
        self.notifications = []   # (ri of the container, n, request identifier, time in us, ri of the instance)
        self.commands = []        # (device, n, time in us, code)
        self.devices = {}         # name -> {"base": address, "ae": first representation, "containers": {...}, "from": n}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = []
        self.inbox = Inbox(listen, self._notified)

    def register(self):
        ae = {"rn": NAME, "api": "Norg.example.city", "rr": True, "srv": ["3"], "poa": [self.inbox.url]}
        self.client.create(self.in_name, "m2m:ae", ae)

    def follow(self, device: str, base: str, timeout_s: float = 20):
        """Subscribes to the data of a device, met at base (SP-relative address of its AE), and begins to command it."""
        deadline = time.monotonic() + timeout_s
        while True:  # the device may still be making its containers
            try:
                ae = self.client.retrieve(base).content["m2m:ae"]
                containers = {name: self.client.retrieve(f"{base}/{name}").content["m2m:cnt"] for name in ("data", "commands")}
                sub = self.client.create(f"{base}/data", "m2m:sub", {"rn": "city", "nu": [f"/in/{NAME}"], "nct": 1, "enc": {"net": [3]}})
                break
            except Refused:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        # Instances from here on are due; the next one certainly is.
        newest = self._newest(f"{base}/data")
        self.devices[device] = {"base": base, "ae": ae, "containers": containers, "sub": sub.content["m2m:sub"], "due_from": newest + 1}
        thread = threading.Thread(target=self._command, args=(device, base), name=f"commands-{device}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _newest(self, container: str) -> int:
        try:
            return json_of(self.client.retrieve(f"{container}/la").content["m2m:cin"]["con"])["n"]
        except Refused:
            return 0

    def _notified(self, body, identifier):
        at_us = time.time_ns() // 1000
        notification = body["m2m:sgn"]
        if notification.get("vrq"):
            return
        instance = notification["nev"]["rep"]["m2m:cin"]
        content = json_of(instance["con"])
        with self._lock:
            self.notifications.append((instance["pi"], content["n"], identifier, at_us, instance["ri"]))

    def _command(self, device: str, base: str):
        rate = random.Random(self.random.random())
        n = 0
        while not self._stop.wait(0.15 + rate.random() * 0.2):
            n += 1
            identifier = f"{NAME}-{device}-{n}"
            while True:  # the same command under the same identifier until it is taken
                try:
                    code = self.client.create(f"{base}/commands", "m2m:cin", {"con": json.dumps({"n": n})}, identifier).code
                except Refused as refused:
                    code = refused.code
                with self._lock:
                    self.commands.append((device, n, time.time_ns() // 1000, code))
                if 2000 <= code < 3000 or self._stop.wait(0.1):
                    break

    def stop_commands(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def read_back(self, device: str) -> dict:
        """What the device's resources are now, read at the address where it was met first."""
        base = self.devices[device]["base"]
        found = {"instances": [], "faults": []}
        try:
            found["ae"] = self.client.retrieve(base).content["m2m:ae"]
            found["containers"] = {name: self.client.retrieve(f"{base}/{name}").content["m2m:cnt"] for name in ("data", "commands")}
            found["sub"] = self.client.retrieve(f"{base}/data/city").content["m2m:sub"]
            found["instances"] = self._instances(f"{base}/data")
        except Refused as refused:
            found["faults"].append(str(refused))
        return found

    def _instances(self, container: str) -> list:
        """(ri, n) of all retained instances, oldest first."""
        result, offset = [], 1
        while True:
            answer = self.client.retrieve(container, rcn=4, ty=4, lim=500, ofst=offset)
            page = answer.content["m2m:cnt"].get("m2m:cin", [])
            result += [(instance["ri"], json_of(instance["con"])["n"]) for instance in page]
            if "X-M2M-CTO" not in answer.headers or not page:
                return result
            offset = int(answer.headers["X-M2M-CTO"])

    def close(self):
        self.inbox.close()


def json_of(content):
    """con as the device wrote it: a JSON object, as text or not."""
    return json.loads(content) if isinstance(content, str) else content


def round_trip_ms(address: str, port: int, samples: int = 30) -> float:
    """Median time of a TCP handshake: one round trip, without the work of a server."""
    times = []
    for _ in range(samples):
        begun = time.perf_counter()
        with socket.create_connection((address, port), timeout=5):
            times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def commit_ms(point_of_access: str, cse_name: str, samples: int = 30) -> float:
    """Median of what a durable CREATE takes longer than a RETRIEVE at the same CSE."""
    client = Client(point_of_access, "CProbe")
    client.create(cse_name, "m2m:ae", {"rn": "CProbe", "api": "Norg.example.probe", "rr": False, "srv": ["3"]})
    client.create(f"{cse_name}/CProbe", "m2m:cnt", {"rn": "c", "mni": 10})
    creates, retrieves = [], []
    for number in range(samples):
        begun = time.perf_counter()
        client.create(f"{cse_name}/CProbe/c", "m2m:cin", {"con": str(number)})
        between = time.perf_counter()
        client.retrieve(f"{cse_name}/CProbe/c/la")
        creates.append(between - begun)
        retrieves.append(time.perf_counter() - between)
    client.delete(f"{cse_name}/CProbe")
    return max(0.0, (statistics.median(creates) - statistics.median(retrieves)) * 1000)
