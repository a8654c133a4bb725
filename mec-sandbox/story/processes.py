# SPDX-License-Identifier: Apache-2.0
"""The processes of a run: started, watched, stopped in order. Their output goes to log files in the run's folder."""
import json
import pathlib
import signal
import subprocess
import threading
import time


class Trouble(Exception):
    """A sentence for the person who started the run."""


class Process:
    def __init__(self, name: str, command: list[str], folder: pathlib.Path):
        self.name = name
        self.log = folder / f"{name}.log"
        self.command = command
        self._output = open(self.log, "ab")
        self._asked = False
        # Its own session: Ctrl-C reaches the story only, which stops everybody in order.
        self.process = subprocess.Popen(command, stdout=self._output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                        start_new_session=True)

    def running(self) -> bool:
        return self.process.poll() is None

    def lines(self) -> list[dict]:
        """The log lines that are JSON objects."""
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                found.append(entry)
        return found

    def wait_for(self, message: str, timeout_s: float) -> dict:
        """The first log line with that msg."""
        deadline = time.monotonic() + timeout_s
        while True:
            for line in self.lines():
                if line.get("msg") == message:
                    return line
            if not self.running():
                raise Trouble(f"{self.name} ended with status {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise Trouble(f"{self.name} did not say \"{message}\" within {timeout_s:.0f} s:\n{self.tail()}")
            time.sleep(0.05)

    def tail(self, count: int = 8) -> str:
        return "\n".join("    " + line for line in self.log.read_text(errors="replace").splitlines()[-count:])

    def ask_to_stop(self):
        """Once: a second signal would end a process that is already stopping in order."""
        if self.running() and not self._asked:
            self._asked = True
            self.process.send_signal(signal.SIGTERM)

    def stop(self, timeout_s: float = 15) -> bool:
        """True when it ended by itself with status 0."""
        self.ask_to_stop()
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._output.close()
        return self.process.returncode == 0


class Household:
    """All processes of a run. Stops groups one after the other: the last started first."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.groups: list[list[Process]] = []
        self.changing = threading.Lock()  # held while a process is being replaced

    def start_group(self):
        self.groups.append([])

    def start(self, name: str, command: list[str]) -> Process:
        process = Process(name, command, self.folder)
        self.groups[-1].append(process)
        return process

    def kill_and_start(self, name: str) -> Process:
        """As a crash: no signal that it could answer; then the same command again."""
        group, index = next((group, index) for group in self.groups for index, process in enumerate(group) if process.name == name)
        old = group[index]
        with self.changing:
            old.process.kill()
            old.process.wait()
            group[index] = Process(name, old.command, self.folder)
        return group[index]

    def dead(self) -> list[Process]:
        with self.changing:
            return [process for group in self.groups for process in group if not process.running()]

    def stop_last_group(self) -> list[str]:
        """Those that did not end cleanly, with their status."""
        group = self.groups.pop()
        for process in group:
            process.ask_to_stop()
        return [f"{process.name} (status {process.process.returncode})" for process in group if not process.stop()]

    def stop_all(self) -> list[str]:
        unclean = []
        while self.groups:
            unclean += self.stop_last_group()
        return unclean
