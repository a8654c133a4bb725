# SPDX-License-Identifier: Apache-2.0
"""The programs that the bench starts, and the load it puts on them."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTAINERS = 100
CONTENT = json.dumps({"m2m:cin": {"con": "x" * 200}})
COMMON = ["X-M2M-Origin: Cbench", "X-M2M-RI: {n}", "X-M2M-RVI: 3", "Accept: application/json"]
TICKS = os.sysconf("SC_CLK_TCK")


class Programs:
    """Where they are."""
    folder = ROOT / "build" / "bench" / "bin"

    @classmethod
    def path(cls, name):
        return cls.folder / name


def processor_seconds(pid):
    """User and system time of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Echo:
    """The yardstick, and a target of notifications."""

    def __enter__(self):
        self.process = subprocess.Popen([Programs.path("bench_echo_server"), "2"], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def posts(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/count", timeout=30) as answer:
            return int(answer.read())


class Edgecse:
    """The real server on a store of its own, filled before if asked."""

    def __init__(self, folder, instances=0, identity="/mn1", settings=()):
        self.folder = folder
        self.identity = identity
        self.settings = dict(settings)
        self.folder.mkdir(exist_ok=True)
        if instances:
            subprocess.run([Programs.path("bench_fill_store"), folder / "store", str(instances), str(CONTAINERS)], check=True)

    def __enter__(self):
        self.port, admin = free_port(), free_port()
        settings = {"cse.type": "MN", "cse.id": self.identity, "cse.name": "cse-mn",
                    "http.listen": f"127.0.0.1:{self.port}", "admin.listen": f"127.0.0.1:{admin}",
                    "store.path": str(self.folder / "store"), "mec.enabled": "false", **self.settings}
        command = [Programs.path("edgecse")]
        for name, value in settings.items():
            command += ["--set", f"{name}={value}"]
        self.log = open(self.folder / "edgecse.log", "wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        wait_until_ready(self.process, admin, self.folder / "edgecse.log")
        self.admin = admin
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method, path, body=None, type_number=None, origin="Cbench"):
        headers = {"X-M2M-Origin": origin, "X-M2M-RI": "setup", "X-M2M-RVI": "3", "Content-Type": "application/json"}
        if type_number:
            headers["Content-Type"] += f";ty={type_number}"
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def add_containers(self, count=CONTAINERS):
        self.ask("POST", "/cse-mn", {"m2m:ae": {"rn": "Cbench", "api": "Nbench", "rr": True, "srv": ["3"]}}, 2)
        for number in range(count):
            self.ask("POST", "/cse-mn/Cbench", {"m2m:cnt": {"rn": f"c{number}"}}, 3)
            self.ask("POST", f"/cse-mn/Cbench/c{number}", json.loads(CONTENT), 4)

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=30) as answer:
            return answer.read().decode()

    def settle(self):
        """Waits until what was written before is compacted: until the processor rests for a second."""
        before = processor_seconds(self.process.pid)
        for _ in range(120):
            time.sleep(1)
            now = processor_seconds(self.process.pid)
            if now - before < 0.05:
                return
            before = now

    def resident_mib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0


def wait_until_ready(process, admin, log):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit(f"bench: edgecse ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=1)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    sys.exit("bench: edgecse does not get ready")


def load_command(port, seconds, in_flight, target, create=False, body=None, fields=()):
    command = [Programs.path("bench_load"), "--port", str(port), "--seconds", str(seconds), "--in-flight", str(in_flight),
               "--connections", str(in_flight), "--target", target, "--expect", str(201 if create else 200)]
    for field in fields or COMMON:
        command += ["--header", field]
    if create:
        command += ["--method", "POST", "--body", body or CONTENT, "--header", f"Content-Type: application/json;ty={create}"]
    return command


def load(server, seconds, in_flight, target, create=False, body=None, fields=()):
    """What bench_load says, and `cpu_us`: processor time of the server for one request."""
    before = processor_seconds(server.process.pid)
    done = subprocess.run(load_command(server.port, seconds, in_flight, target, create, body, fields),
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: a load did not run: {done.stdout}")
    result = json.loads(done.stdout)
    result["cpu_us"] = (processor_seconds(server.process.pid) - before) * 1e6 / result["asked"]
    return result
