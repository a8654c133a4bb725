# SPDX-License-Identifier: Apache-2.0
"""Plays a scenario with a local MEC system, CSEs and devices. mec-sandbox/run calls it when everything is built."""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "checker")]

import setting  # noqa: E402
import verdict  # noqa: E402
from city import City, commit_ms, round_trip_ms  # noqa: E402
from control import Control, Events  # noqa: E402
from faults import LEVELS, Faults  # noqa: E402
from log_follower import LogFollower  # noqa: E402
from mca import Refused  # noqa: E402
from processes import Household, Trouble  # noqa: E402
from teller import Teller, table  # noqa: E402

LOOP_S = 72            # a car's loop in scenario time: what --once plays
START_TIMEOUT_S = 60
SETTLE_TIMEOUT_S = 60


def arguments():
    parser = argparse.ArgumentParser(prog="mec-sandbox/run", description="A whole local edge, live, until Ctrl-C.")
    parser.add_argument("--scenario", default="dual-mep-short-path", help="name of a file in mec-sandbox/scenarios")
    parser.add_argument("--speed", type=float, default=1.0, help="scenario seconds per second")
    parser.add_argument("--once", action="store_true", help="end after a car's loop, check the invariants, print a table")
    parser.add_argument("--moves", type=int, help="with --once: end after so many completed moves")
    parser.add_argument("--report", type=pathlib.Path, help="write the report there, as JSON")
    parser.add_argument("--seed", type=int, default=1, help="makes a run repeatable as far as processes allow")
    parser.add_argument("--faults", choices=LEVELS, default="none", help="what goes wrong on purpose: light, heavy")
    parser.add_argument("--quirks", choices=("none", "advantedge"), default="none",
                        help="advantedge: the MEC system behaves as the engine of the ETSI MEC Sandbox does")
    parser.add_argument("--scrape-targets", type=pathlib.Path,
                        help="write the addresses of the CSEs' metrics there, as Prometheus' file_sd_configs reads them")
    parser.add_argument("--keep", action="store_true", help="keep the run's folder")
    parser.add_argument("--binaries", type=pathlib.Path, default=setting.ROOT / "build/release/bin",
                        help="folder of the programs; given, nothing is built")
    chosen = parser.parse_args()
    if chosen.moves is not None and (not chosen.once or chosen.moves < 1):
        parser.error("--moves takes a positive number and goes with --once")
    if not 0 < chosen.speed <= 100:
        parser.error("--speed: expected a number above 0, at most 100")
    return chosen


class Run:
    def __init__(self, chosen, teller: Teller):
        self.chosen, self.teller = chosen, teller
        self.random = random.Random(chosen.seed)
        self.folder = setting.ROOT / "build/run" / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
        self.folder.mkdir(parents=True)
        self.household = Household(self.folder)
        self.addresses = setting.Addresses()
        self.interrupted = threading.Event()
        self.devices: dict[str, str] = {}  # name -> ue
        self.hosts: list[dict] = []
        self.events = self.city = self.logs = None
        self.duration_s = 0.0

    # --- setting up -------------------------------------------------------------------------------------------------

    def set_up(self):
        self._start_mec_system()
        self._start_cses()
        self.city = City(f"http://{self.addresses.infrastructure}:{setting.PORT}", "cse-in", self.addresses.city, self.chosen.seed)
        self.city.register()
        edge = self.addresses.edge(1)
        self.rtt_ms = round_trip_ms(edge, setting.PORT)
        self.commit_ms = commit_ms(f"http://{edge}:{setting.PORT}", "cse-mn")
        self._start_devices()

    def _program(self, name: str) -> str:
        program = self.chosen.binaries / name
        if not program.is_file():
            raise Trouble(f"{program} is missing; build it with: cmake --preset release && cmake --build --preset release")
        return str(program)

    def _start_mec_system(self):
        self.household.start_group()
        listen = f"{self.addresses.sandbox}:{setting.SANDBOX_PORT}"
        sandbox = self.household.start("mec-sandbox", [
            self._program("mec-sandbox"), "--listen", listen, "--scenarios", str(setting.ROOT / "mec-sandbox/scenarios"),
            "--scenario", self.chosen.scenario, "--speed", str(self.chosen.speed), "--seed", str(self.chosen.seed),
            "--quirks", self.chosen.quirks, "--paused"])
        sandbox.wait_for("ready", START_TIMEOUT_S)
        self.control = Control(f"http://{listen}")
        state = self.control.call("GET", "state")
        self.hosts = state["hosts"]
        self.teller.know(state)
        self.events = Events(self.control, self.teller.event)
        self.teller.line(f"MEC system with {len(self.hosts)} hosts at {self.control.root}")

    def _start_cses(self):
        self.household.start_group()
        program = self._program("edgecse")
        started = [self.household.start("in", [program, "--config", setting.infrastructure_cse(self.folder, self.addresses)])]
        started[0].wait_for("ready", START_TIMEOUT_S)
        for number, host in enumerate(self.hosts, 1):
            # In edition 2.2.1 management creates instances and tells them who they are; later ones register themselves.
            instance = ""
            if host["edition"] == "2.2.1":
                instance = self.control.call("POST", f"hosts/{host['name']}/applications", {"name": "edgecse"})["app_instance_id"]
            config = setting.edge_cse(self.folder, self.addresses, number, self.hosts, instance)
            started.append(self.household.start(f"mn{number}", [program, "--config", config]))
        for process in started[1:]:
            process.wait_for("ready", START_TIMEOUT_S)
        self.logs = LogFollower({process.name: process.log for process in started[1:]}, self.teller.line)
        self.teller.line("IN-CSE /in and " + ", ".join(f"MN-CSE /mn{n} at {host['name']}" for n, host in enumerate(self.hosts, 1)))
        wanted = {host["name"] for host in self.hosts}

        def all_exposed(events):
            return wanted <= {e["host"] for e in events if e["event"] == "service" and e["name"] == "onem2m-cse" and e["change"] == "ADDED"}

        if not self.events.wait_until(all_exposed, START_TIMEOUT_S):
            logs = "\n".join(f"  {process.name}:\n{process.tail()}" for process in started[1:])
            raise Trouble(f"not every MN-CSE exposed its service within {START_TIMEOUT_S} s; their last words:\n{logs}")

        if self.chosen.scrape_targets:
            self._write_scrape_targets()

    def _write_scrape_targets(self):
        names = {"in": self.addresses.infrastructure}
        names |= {f"mn{number}": self.addresses.edge(number) for number in range(1, len(self.hosts) + 1)}
        self.chosen.scrape_targets.write_text(json.dumps(
            [{"targets": [f"{address}:{setting.ADMIN_PORT}"], "labels": {"instance": name}} for name, address in names.items()]))

    def _start_devices(self):
        self.household.start_group()
        program = self._program("edge-agent")
        moving = [terminal["ue"] for terminal in self.control.call("GET", "state")["ues"] if terminal["moves"]]
        for number, ue in enumerate(moving, 1):
            name, config = setting.device(self.folder, self.addresses, number, ue, f"{self.control.root}/sandbox/v1/dns?ue={ue}",
                                          self.random.randrange(1, 1_200))
            self.devices[name] = ue
            self.household.start(name, [program, "--role", "device", "--config", config])
        for name, ue in self.devices.items():
            via = self._registered(name, ue)["via"]
            number = next(n for n in range(1, len(self.hosts) + 1) if self.addresses.edge(n) in via)
            self.city.follow(name, f"/mn{number}/cse-mn/{name}")
        self.teller.line(f"{len(self.devices)} devices publish, half of them follow triggers; the city subscribes and commands")

    def _registered(self, name: str, ue: str) -> dict:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            for line in self.ledger(ue):
                if line["what"] == "registered":
                    return line
            time.sleep(0.05)
        tail = next(process.tail() for process in self.household.groups[-1] if process.name == name)
        raise Trouble(f"{name} did not register within {START_TIMEOUT_S} s; its last words:\n{tail}")

    def ledger(self, ue: str) -> list[dict]:
        file = self.folder / f"ledger-{ue}.jsonl"
        if not file.exists():
            return []
        text = file.read_text()
        whole = text[: text.rfind("\n") + 1]  # the last line may be half written
        return [json.loads(line) for line in whole.splitlines()]

    # --- playing ----------------------------------------------------------------------------------------------------

    def play(self):
        self.control.call("POST", "scenario/start")
        begun = time.monotonic()
        faults = None
        if self.chosen.faults != "none":
            faults = Faults(self.chosen.faults, self.chosen.seed, [host["name"] for host in self.hosts], self.control,
                            lambda number: self.household.kill_and_start(f"mn{number}"), self.teller.line)
        try:
            while not self._over() and not self.interrupted.wait(0.25):
                if dead := self.household.dead():
                    raise Trouble(f"{dead[0].name} ended with status {dead[0].process.returncode}:\n{dead[0].tail()}")
                self._show_status()
        finally:
            self.duration_s = time.monotonic() - begun
            if faults:
                faults.stop()

    def _moves(self, end: str) -> int:
        return sum(e["event"] == "mobility" and e["status"].endswith(end) for e in self.events.seen)

    def _over(self) -> bool:
        if not self.chosen.once:
            return False
        if self.chosen.moves:
            return self._moves("COMPLETED") >= self.chosen.moves
        return self.control.call("GET", "state")["scenario_s"] >= LOOP_S

    def _show_status(self):
        self.teller.status(f"{self._moves('TRIGGERED')} moves asked for, {self._moves('COMPLETED')} completed, "
                           f"{self._moves('FAILED')} given up | {len(self.city.notifications)} measurements at the city, "
                           f"{len(self.city.commands)} commands sent")

    def settle(self):
        """Open moves end, then everybody who produces stops, then what is on its way arrives."""
        self.control.call("POST", "scenario/pause")
        ended = self.events.wait_until(no_move_is_open, SETTLE_TIMEOUT_S)
        if not ended:
            self.teller.line("some moves did not end")
        self.city.stop_commands()
        self._wait_until_quiet(self._commands_received)
        if unclean := self.household.stop_last_group():
            raise Trouble(f"these devices did not end cleanly: {', '.join(unclean)}")
        self._wait_until_quiet(lambda: len(self.city.notifications))

    def _commands_received(self) -> int:
        return sum(line["what"] == "command" for ue in self.devices.values() for line in self.ledger(ue))

    def _wait_until_quiet(self, count, quiet_s: float = 1.5):
        """Until the number has not changed for a while; a lost message must not make the run hang."""
        deadline, last, since = time.monotonic() + SETTLE_TIMEOUT_S, count(), time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - since < quiet_s:
            time.sleep(0.1)
            now = count()
            if now != last:
                last, since = now, time.monotonic()

    def report(self) -> dict:
        seen = mobility_of(self.events.seen)
        seen.scenario, seen.seed, seen.duration_s, seen.hosts = self.chosen.scenario, self.chosen.seed, self.duration_s, len(self.hosts)
        seen.faults = self.chosen.faults
        seen.ue_of = dict(self.devices)
        seen.ledgers = {name: self.ledger(ue) for name, ue in self.devices.items()}
        seen.met = self.city.devices
        seen.read_back = {name: self.city.read_back(name) for name in self.devices}
        seen.notifications, seen.commands = list(self.city.notifications), list(self.city.commands)
        seen.nonsense = self.city.inbox.nonsense
        seen.rtt_ms, seen.commit_ms = self.rtt_ms, self.commit_ms
        (self.folder / "city.json").write_text(json.dumps({"notifications": seen.notifications, "commands": seen.commands,
                                                           "met": seen.met, "mobility": seen.mobility}))
        return verdict.report(seen)

    def end_story(self):
        for follower in (self.events, self.logs):
            if follower:
                follower.stop()
        self.teller.end_status()
        self.teller.line("stopping")

    def tear_down(self) -> list[str]:
        unclean = self.household.stop_all()
        if self.city:
            self.city.close()
        return unclean


def mobility_of(events) -> verdict.Seen:
    seen = verdict.Seen()
    seen.mobility = [event for event in events if event["event"] == "mobility"]
    return seen


def no_move_is_open(events) -> bool:
    return all(move["end"] != "open" for move in verdict.moves_of(mobility_of(events)))


def conclude(run: Run) -> bool:
    run.teller.end_status()
    run.teller.line("the moves are over; checking")
    report = run.report()
    print(table(report))
    if run.chosen.report:
        run.chosen.report.write_text(json.dumps(report, indent=1) + "\n")
    return all(invariant["held"] for invariant in report["invariants"])


def main() -> int:
    chosen, teller = arguments(), Teller()
    run = Run(chosen, teller)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: run.interrupted.set())
    good = False
    try:
        run.set_up()
        run.play()
        good = True
        if chosen.once and not run.interrupted.is_set():
            run.settle()
            good = conclude(run)
    except (Trouble, Refused, OSError) as trouble:
        good = False
        teller.end_status()
        print(f"mec-sandbox/run: {trouble}", file=sys.stderr)
    finally:
        run.end_story()
        unclean = run.tear_down()
    if unclean:
        good = False
        print(f"mec-sandbox/run: these did not end cleanly: {', '.join(unclean)}", file=sys.stderr)
    if good and not chosen.keep:
        shutil.rmtree(run.folder)
    else:
        print(f"The run's folder: {run.folder.relative_to(setting.ROOT)}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
