# SPDX-License-Identifier: Apache-2.0
"""The control API of mec-sandbox, and the thread that follows its events."""
import http.client
import json
import threading
import urllib.parse

from processes import Trouble


class Control:
    def __init__(self, root: str):
        self.root = root
        self._url = urllib.parse.urlsplit(root)

    def call(self, method: str, path: str, body=None, timeout_s: float = 10):
        connection = http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=timeout_s)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, f"/sandbox/v1/{path}", data, {"Content-Type": "application/json"} if data else {})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status >= 300:
            raise Trouble(f"the MEC system refused {method} {path}: {response.status} {text.decode(errors='replace')}")
        return json.loads(text) if text else None


class Events:
    """Calls on_event for each event, in order, on a thread of its own; keeps all of them."""

    def __init__(self, control: Control, on_event):
        self.seen: list[dict] = []
        self.changed = threading.Condition()
        self._control, self._on_event = control, on_event
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="events", daemon=True)
        self._thread.start()

    def wait_until(self, condition, timeout_s: float) -> bool:
        """True as soon as condition(events) holds."""
        with self.changed:
            return self.changed.wait_for(lambda: condition(self.seen), timeout_s)

    def stop(self):
        self._stop.set()
        self._thread.join(timeout=5)

    def _follow(self):
        after = 0
        while not self._stop.is_set():
            try:
                answer = self._control.call("GET", f"events?after={after}&wait=1")
            except (OSError, http.client.HTTPException, Trouble):
                if self._stop.wait(0.2):
                    return
                continue
            after = answer["next"]
            for event in answer["events"]:
                self._on_event(event)
            with self.changed:
                self.seen += answer["events"]
                self.changed.notify_all()
