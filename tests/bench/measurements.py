# SPDX-License-Identifier: Apache-2.0
"""What is measured. What is compared alternates, so that what else the machine does meets both; a ratio is the median of the
ratios of the rounds."""
import http.client
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

from servers import COMMON, CONTAINERS, Echo, Edgecse, Programs, load, load_command

median = statistics.median


def say(text):
    print(text, flush=True)


def alternate(rounds, *measures):
    """One list of results for each measure."""
    results = [[] for _ in measures]
    for _ in range(rounds):
        for measure, into in zip(measures, results):
            into.append(measure())
    return results


def ratio(ours, others, key="requests_per_second"):
    return median(our[key] / other[key] for our, other in zip(ours, others))


def middle(runs, key):
    return median(run[key] for run in runs)


def against_echo(options, results, parent):
    """Durable CREATE and `la` against a bare echo on the same server."""
    with Edgecse(parent / "echo") as cse, Echo() as echo:
        cse.add_containers()
        for in_flight in (8, 64, 256):
            for name, target, create in (("create", "/cse-mn/Cbench/c7", 4), ("la", "/cse-mn/Cbench/c7/la", False)):
                ours, plain = alternate(options.rounds, lambda: load(cse, options.seconds, in_flight, target, create),
                                        lambda: load(echo, options.seconds, in_flight, target, create))
                rates = [middle(runs, "requests_per_second") for runs in (ours, plain)]
                costs = [middle(runs, "cpu_us") for runs in (ours, plain)]
                tails = [middle(runs, "p99_ms") for runs in (ours, plain)]
                results[f"{name}_vs_echo_{in_flight}"] = round(ratio(ours, plain), 3)
                results[f"{name}_per_second_{in_flight}"] = round(rates[0])
                results[f"echo_{name}_per_second_{in_flight}"] = round(rates[1])
                results[f"{name}_cpu_us_{in_flight}"] = round(costs[0], 1)
                results[f"echo_{name}_cpu_us_{in_flight}"] = round(costs[1], 1)
                results[f"{name}_p50_ms_{in_flight}"] = round(middle(ours, "p50_ms"), 2)
                results[f"{name}_p99_ms_{in_flight}"] = round(tails[0], 2)
                results[f"echo_{name}_p99_ms_{in_flight}"] = round(tails[1], 2)
                say(f"{name:6} {in_flight:4} in flight: {rates[0]:7.0f}/s, echo {rates[1]:7.0f}/s, ratio "
                    f"{ratio(ours, plain):.2f}; processor {costs[0]:.1f} us, echo {costs[1]:.1f} us; "
                    f"p99 {tails[0]:.1f} ms, echo {tails[1]:.1f} ms")


def with_stored(options, results, parent):
    """CREATE and `la` beside a store that is as good as empty: 50 in each container, so that `la` has something to give."""
    sizes = [1_000_000] + ([10_000_000] if options.large else [])
    with Edgecse(parent / "stored-0", CONTAINERS * 50) as empty:
        for stored in sizes:
            folder = parent / f"stored-{stored}"
            begin = time.monotonic()
            with Edgecse(folder, stored) as cse:
                results[f"open_and_fill_s_with_{stored}"] = round(time.monotonic() - begin, 1)
                cse.settle()
                resident = [cse.resident_mib()]
                for name, target, create in (("create", "/cse-mn/Cbench/c7", 4), ("la", "/cse-mn/Cbench/c9/la", False)):
                    ours, plain = alternate(options.rounds, lambda: load(cse, options.seconds, 64, target, create),
                                            lambda: load(empty, options.seconds, 64, target, create))
                    results[f"{name}_with_{stored}_vs_empty"] = round(ratio(ours, plain), 3)
                    results[f"{name}_per_second_with_{stored}"] = round(middle(ours, "requests_per_second"))
                    results[f"{name}_p99_ms_with_{stored}"] = round(middle(ours, "p99_ms"), 2)
                    say(f"{name:6} with {stored} stored: {middle(ours, 'requests_per_second'):7.0f}/s, "
                        f"{ratio(ours, plain):.2f} of the empty store, p99 {middle(ours, 'p99_ms'):.1f} ms")
                resident += [cse.resident_mib(), empty.resident_mib()]
            disk = sum(file.stat().st_size for file in (folder / "store").rglob("*") if file.is_file()) / 2**20
            results[f"resident_mib_with_{stored}"] = round(resident[1])
            results["resident_mib_empty"] = round(resident[2])
            results[f"disk_mib_with_{stored}"] = round(disk)
            say(f"{stored} stored: {resident[0]:.0f} MiB resident when opened, {resident[1]:.0f} MiB after the load "
                f"(empty store {resident[2]:.0f} MiB), {disk:.0f} MiB on disk")
            shutil.rmtree(folder)


def memory_of_aes(_options, results, parent):
    with Edgecse(parent / "aes") as cse:
        before = cse.resident_mib()
        body = json.dumps({"m2m:ae": {"rn": "C{n}", "api": "Nbench", "rr": True, "srv": ["3"], "lbl": ["kind:meter"],
                                      "poa": ["http://127.0.0.1:9000"]}})
        load(cse, 2, 8, "/cse-mn", 2, body, ["X-M2M-Origin: C{n}"] + COMMON[1:])
        made = int(float(re.search(r'^edgecse_resources{type="2"} (\S+)', cse.metrics(), re.MULTILINE)[1]))
        grown = (cse.resident_mib() - before) * 1024
    results["kib_per_1000_aes"] = round(grown * 1000 / made)
    say(f"{made} AEs registered: {grown * 1000 / made:.0f} KiB resident per 1,000")


def notifications(options, results, parent):
    """One subscription per container, in order each: how fast durable CREATEs reach their targets."""
    subscribed = 16
    with Edgecse(parent / "notify") as cse, Echo() as target:
        cse.add_containers(subscribed)
        for number in range(subscribed):
            cse.ask("POST", f"/cse-mn/Cbench/c{number}", {"m2m:sub": {
                "nu": [f"http://127.0.0.1:{target.port}/n{number}"], "enc": {"net": [3]}, "nct": 1}}, 23)
        before, begin = target.posts(), time.monotonic()
        loads = [subprocess.Popen(load_command(cse.port, options.seconds, 4, f"/cse-mn/Cbench/c{number}", 4),
                                  stdout=subprocess.PIPE, text=True) for number in range(subscribed)]
        asked = sum(json.loads(process.communicate()[0])["asked"] for process in loads)
        created_in = time.monotonic() - begin
        arrived = target.posts()
        while time.monotonic() - begin < 300:
            time.sleep(0.2)
            now = target.posts()
            if now == arrived:
                break
            arrived = now
        elapsed = time.monotonic() - begin - 0.2
        delivered = arrived - before
    results["notifications_per_second"] = round(delivered / elapsed)
    results["creates_per_second_with_notification"] = round(asked / created_in)
    results["notifications_missing"] = max(0, asked - subscribed * 4 - delivered)
    say(f"{delivered} notifications of {asked} CREATEs in {elapsed:.1f} s: {delivered / elapsed:.0f}/s, while creating "
        f"{asked / created_in:.0f}/s")


class Device:
    """An AE with one connection to each CSE, one request in flight."""

    def __init__(self, servers):
        self.connections = {server: http.client.HTTPConnection("127.0.0.1", server.port, timeout=30) for server in servers}
        self.number = 0

    def ask(self, server, method, path, body=None, type_number=None):
        self.number += 1
        headers = {"X-M2M-Origin": "Cmover", "X-M2M-RI": f"m{self.number}", "X-M2M-RVI": "3"}
        if type_number:
            headers["Content-Type"] = f"application/json;ty={type_number}"
        begin = time.perf_counter()
        connection = self.connections[server]
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        waited = (time.perf_counter() - begin) * 1000
        if answer.status not in (200, 201):
            raise SystemExit(f"bench: {method} {path} was answered {answer.status} {text[:200]!r}")
        return waited

    def register(self, server):
        return self.ask(server, "POST", "/cse-mn", {"m2m:ae": {"rn": "Cmover", "api": "Nbench", "rr": False, "srv": ["3"],
                                                              "lbl": ["Credential-ID:mover"]}}, 2)

    def publish(self, server):
        return self.ask(server, "POST", "/cse-mn/Cmover/data", {"m2m:cin": {"con": "x" * 200}}, 4)


def wait_for(condition, what):
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"bench: {what} did not happen")
        time.sleep(0.02)


def moves(options, results, parent):
    """A device with 1,000 instances goes back and forth between two CSEs while it publishes: what do the requests that meet
    a move wait longer, against two round trips and two commits?"""
    with Edgecse(parent / "in", identity="/in", settings={"cse.type": "IN", "cse.name": "cse-in"}) as home:
        def mn(number):
            return Edgecse(parent / f"mn{number}", identity=f"/mn{number}", settings={
                "registrar.id": "/in", "registrar.name": "cse-in", "registrar.poa": f"[{home.url}]",
                "mobility.peers": f"[/mn{3 - number}]"})
        with mn(1) as one, mn(2) as two:
            servers = (one, two)
            for server in servers:
                wait_for(lambda: "edgecse_registrar_up 1" in server.metrics(), "the registration at the IN-CSE")
            device, mover = Device(servers), Device(servers)
            device.register(one)
            device.ask(one, "POST", "/cse-mn/Cmover", {"m2m:cnt": {"rn": "data"}}, 3)
            for _ in range(1000):
                device.publish(one)
            wait_for(lambda: b"directory/" in home.ask("GET", "/cse-in/directory?fu=1&ty=28", origin="CAdmin"),
                     "the entry in the directory")
            usual = [device.publish(one) for _ in range(300)]
            trips = [device.ask(one, "GET", "/cse-mn/Cmover/data/la") for _ in range(300)]
            rtt, commit = median(trips), max(0.0, median(usual) - median(trips))
            extra, registrations = [], []
            for move in range(options.moves):
                source, target = servers[move % 2], servers[1 - move % 2]
                registering = threading.Thread(target=lambda: registrations.append(mover.register(target)))
                registering.start()
                waits = []
                while registering.is_alive():
                    waits.append(device.publish(source))
                registering.join()
                extra.append(max(0.0, max(waits, default=0.0) - median(usual)))
                device.publish(target)
    goal = 2 * rtt + 2 * commit
    results.update({"move_extra_wait_ms_p50": round(median(extra), 2), "move_extra_wait_ms_max": round(max(extra), 2),
                    "move_rtt_ms_p50": round(rtt, 3), "move_commit_ms_p50": round(commit, 3),
                    "move_2rtt_2commits_ms": round(goal, 2), "move_registration_ms_p50": round(median(registrations), 1)})
    say(f"{options.moves} moves with 1,000 instances: the longest extra wait of each {median(extra):.1f} ms (median), "
        f"{max(extra):.1f} ms (worst), against 2 RTT + 2 commits = {goal:.1f} ms; the registration that moves "
        f"{median(registrations):.0f} ms")


def services(_options, results, _parent):
    """Discovery in 100,000 resources, by the administrator and by a policy of 1,000 rules; a group of 1,000; 10,000 subscriptions."""
    for command in (["bench_services_cost"], ["bench_cse_cost", "20000"]):
        done = subprocess.run([Programs.path(command[0]), *command[1:]], stdout=subprocess.PIPE, text=True, check=True)
        for name, value in json.loads(done.stdout).items():
            results[name] = round(value, 2)


PARTS = {"echo": against_echo, "stored": with_stored, "memory": memory_of_aes, "notify": notifications, "moves": moves,
         "services": services}


def run(options, results, near):
    parent = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=near))
    try:
        for name, part in PARTS.items():
            if options.only in (None, name):
                part(options, results, parent)
    finally:
        shutil.rmtree(parent, ignore_errors=True)
