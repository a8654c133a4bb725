# SPDX-License-Identifier: Apache-2.0
"""Reads on in the CSEs' logs for lines that belong to the story. Only told, never counted: the checker sees for itself."""
import json
import pathlib
import threading

TOLD = {
    "a unit moved": lambda csi, line: f"{csi}: {unit_of(line)} and its data are now owned by {line.get('target', '?')} "
                                      f"({line.get('bytes', '?')} bytes in {line.get('rounds', '?')} rounds)",
    "a move ended before it was made": lambda csi, line: f"{csi}: {unit_of(line)} stays, the move to {line.get('target', '?')} "
                                                         f"ended: {line.get('reason', '?')}",
}


def unit_of(line: dict) -> str:
    return line.get("unit") or line.get("context", "a unit").split("/")[-1]


class LogFollower:
    def __init__(self, logs: dict[str, pathlib.Path], tell):
        self._read = {name: 0 for name in logs}
        self._logs, self._tell = logs, tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="logs", daemon=True)
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join(timeout=5)

    def _follow(self):
        while not self._stop.wait(0.1):
            for name, file in self._logs.items():
                for line in self._new_lines(name, file):
                    self._consider(name, line)

    def _new_lines(self, name: str, file: pathlib.Path):
        with open(file, "rb") as log:
            log.seek(self._read[name])
            text = log.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read[name] += len(whole)
        return whole.decode(errors="replace").splitlines()

    def _consider(self, name: str, text: str):
        if not any(message in text for message in TOLD):
            return
        try:
            line = json.loads(text)
        except ValueError:
            return
        if tell := TOLD.get(line.get("msg")):
            self._tell(tell(f"/{name}", line))
