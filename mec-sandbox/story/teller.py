# SPDX-License-Identifier: Apache-2.0
"""Turns events into the lines that a person reads, above a status line that stays at the bottom of a terminal."""
import sys
import threading
import time


class Teller:
    """Thread-safe."""

    def __init__(self, out=sys.stdout):
        self._out, self._lock = out, threading.Lock()
        self._live = out.isatty()
        self._status = ""
        self._begun = time.monotonic()
        self._kinds: dict[str, str] = {}      # ue -> car, pedestrian, ...
        self._triggered: dict[str, dict] = {}  # ue -> event of its open move

    def know(self, state: dict):
        self._kinds = {terminal["ue"]: terminal["kind"] for terminal in state["ues"]}

    def line(self, text: str):
        with self._lock:
            self._out.write(f"\r\033[K[{time.monotonic() - self._begun:7.2f}] {text}\n" if self._live
                            else f"[{time.monotonic() - self._begun:7.2f}] {text}\n")
            self._draw()

    def status(self, text: str):
        with self._lock:
            self._status = text
            self._draw()

    def end_status(self):
        with self._lock:
            self._status = ""
            if self._live:
                self._out.write("\r\033[K")
            self._out.flush()

    def _draw(self):
        if self._live and self._status:
            self._out.write(f"\r\033[K{self._status}")
        self._out.flush()

    def event(self, event: dict):
        tell = getattr(self, f"_on_{event['event']}", None)
        text = tell(event) if tell else None
        if text:
            self.line(text)

    def _who(self, ue: str) -> str:
        return f"{self._kinds.get(ue, 'terminal')} {ue}"

    def _on_app_registered(self, e):
        return f"{e['host']}: {e['name']} registered with the platform"

    def _on_app_ready(self, e):
        return f"{e['host']}: {e['name']} is ready"

    def _on_app_gone(self, e):
        return f"{e['host']}: {e['name']} left the platform"

    def _on_app_terminating(self, e):
        return f"{e['host']}: the platform asks {e['name']} to end within {e['grace_s']} s"

    def _on_service(self, e):
        words = {"ADDED": "exposed", "REMOVED": "withdrawn", "STATE_CHANGED": f"now {e['state']}"}
        return f"{e['host']}: service {e['name']} {words[e['change']]}" if e["change"] in words else None

    def _on_platform_restarted(self, e):
        return f"{e['host']}: the platform crashed and forgot everything"

    def _on_ue_zone(self, e):
        return f"{self._who(e['ue'])} left {e['from']} for {e['zone']}" if e["from"] and e["zone"] else None

    def _on_mobility(self, e):
        ue, status = e["ue"], e["status"].rsplit("_", 1)[1]
        if status == "TRIGGERED":
            self._triggered[ue] = e
            return f"{self._who(ue)}: {e['host']} is asked to hand over to {e['target_host']}"
        begun = self._triggered.pop(ue, None)
        took = f" in {e['time_ms'] - begun['time_ms']} ms" if begun else ""
        end = "completed" if status == "COMPLETED" else "given up, it came back"
        return f"{self._who(ue)}: move {e['host']} -> {e['target_host']} {end}{took}"

    def _on_steered(self, e):
        # Before the scenario begins to run, names only find the first CSE that is there.
        return f"{self._who(e['ue'])}: its name now leads to {e['to']}" if e["scenario_s"] > 0 else None

    def _on_notification_failed(self, e):
        return f"{e['host']}: {e['type']} could not be delivered: {e.get('why', '')}"


def table(report: dict) -> str:
    """The closing table."""
    m, n, c, v, w = (report[name] for name in ("messages", "notifications", "commands", "moves", "extra_wait_ms"))
    rows = [("", "accepted", "delivered", "lost", "doubled", "reordered"),
            ("measurements", m["accepted"], m["delivered"], m["lost"], m["duplicated"], m["reordered"]),
            ("notifications", n["due"], n["delivered"], n["lost"], n["duplicated"], n["reordered"]),
            ("commands", c["accepted"], c["received"], c["lost"], c["duplicated"], c["reordered"])]
    text = "\n".join(f"  {row[0]:<14}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows)
    goal = 2 * w["rtt_p50"] + 2 * w["commit_p50"]
    held = "\n".join(f"  {'held  ' if i['held'] else 'BROKEN'} {i['id']:<6} {i['evidence']}" for i in report["invariants"])
    return (f"\n{report['scenario']}: {report['devices']} devices, {report['hosts']} hosts, {report['duration_s']} s\n"
            f"  moves: {v['triggered']} triggered, {v['completed']} completed, {v['aborted']} given up, {v['open']} open\n{text}\n"
            f"  extra wait of {w['requests']} requests that met a move: p50 {w['p50']} ms, p99 {w['p99']} ms, max {w['max']} ms\n"
            f"    against 2 RTT + 2 commits = {goal:.2f} ms (RTT {w['rtt_p50']} ms, commit {w['commit_p50']} ms) and the budget of 200 ms\n"
            f"  double owners: {report['double_owner']}, identity changes: {report['identity_changes']}, blocked: {report['blocked_s']} s\n"
            f"{held}\n")
