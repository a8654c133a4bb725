# SPDX-License-Identifier: Apache-2.0
"""What goes wrong during a run, on purpose and repeatably: light delays the network's notifications, heavy also lets
platforms crash and kills MN-CSEs, which start again. The invariants must hold all the same."""
import random
import threading

LEVELS = ("none", "light", "heavy")


class Faults:
    def __init__(self, level: str, seed: int, hosts: list[str], control, restart_cse, tell):
        """restart_cse(number): kills the MN-CSE of that number and starts it again."""
        self._hosts, self._control, self._restart_cse, self._tell = hosts, control, restart_cse, tell
        self._random = random.Random(f"faults {seed}")
        self._stop = threading.Event()
        actions = {"light": [self._delay], "heavy": [self._delay, self._crash_platform, self._kill_cse]}[level]
        self._thread = threading.Thread(target=self._play, args=(actions,), name="faults", daemon=True)
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join(timeout=60)
        self._control.call("DELETE", "faults")

    def _play(self, actions):
        while not self._stop.wait(self._random.uniform(4, 8)):
            self._random.choice(actions)()

    def _delay(self):
        delay = self._random.randrange(200, 2_000)
        self._tell(f"fault: the next three mobility notifications are {delay} ms late")
        self._control.call("POST", "faults", {"action": "delay", "notification_type": "MobilityProcedureNotification",
                                              "delay_ms": delay, "count": 3})

    def _crash_platform(self):
        host, outage = self._random.choice(self._hosts), self._random.randrange(200, 3_000)
        self._tell(f"fault: the platform of {host} crashes for {outage} ms")
        self._control.call("POST", f"hosts/{host}/restart", {"outage_ms": outage})

    def _kill_cse(self):
        number = self._random.randrange(len(self._hosts)) + 1
        self._tell(f"fault: kill -9 of the MN-CSE /mn{number}")
        self._restart_cse(number)
