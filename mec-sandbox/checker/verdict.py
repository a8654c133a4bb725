# SPDX-License-Identifier: Apache-2.0
"""From what was seen to the report and the invariants. Pure: no clock, no network, no file."""
import collections
import math
import statistics

BUDGET_MS = 200.0  # GR MEC-DEC 050
AFTERMATH_US = 200_000  # a request sent this soon after the network called a move completed still meets it


class Seen:
    """Everything the verdict rests on. Times in microseconds of one wall clock."""

    def __init__(self, scenario="", seed=0, duration_s=0.0, hosts=0):
        self.scenario, self.seed, self.duration_s, self.hosts = scenario, seed, duration_s, hosts
        self.faults = "none"
        self.ledgers = {}        # device -> list of its lines
        self.ue_of = {}          # device -> address of its terminal
        self.met = {}            # device -> what City.devices says
        self.read_back = {}      # device -> what City.read_back says
        self.notifications = []  # City.notifications
        self.commands = []       # City.commands
        self.mobility = []       # events "mobility" of the MEC system
        self.nonsense = []
        self.rtt_ms = 0.0
        self.commit_ms = 0.0


def percentile(values, part):
    """Nearest rank; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else 0.0


def moves_of(seen: Seen) -> list[dict]:
    """The moves of all terminals: when the network asked, how and when it ended (None: still open)."""
    moves, open_moves = [], {}
    for event in seen.mobility:
        status, ue = event["status"].rsplit("_", 1)[1], event["ue"]
        if status == "TRIGGERED":
            if ue in open_moves and open_moves[ue]["to"] == event["target_host"]:
                continue  # told again by a platform that had crashed
            open_moves[ue] = {"ue": ue, "from": event["host"], "to": event["target_host"], "begun_us": event["time_ms"] * 1000,
                              "ended_us": None, "end": "open"}
            moves.append(open_moves[ue])
        elif ue in open_moves:
            open_moves.pop(ue).update(ended_us=event["time_ms"] * 1000, end={"COMPLETED": "completed", "FAILED": "aborted"}[status])
    return moves


def lines(seen: Seen, device: str, what: str) -> list[dict]:
    return [line for line in seen.ledgers[device] if line["what"] == what]


def acknowledged(seen: Seen, device: str) -> list[dict]:
    return [line for line in lines(seen, device, "sent") if 2000 <= line["rsc"] < 3000]


def out_of_order(numbers) -> int:
    """Numbers that come after a greater one for the first time seen."""
    greatest, late, known = -1, 0, set()
    for number in numbers:
        if number in known:
            continue
        known.add(number)
        late += number < greatest
        greatest = max(greatest, number)
    return late


def messages(seen: Seen) -> dict:
    """Measurements: acknowledged by a CSE against retained in the container after the last move."""
    result = dict(accepted=0, delivered=0, lost=0, duplicated=0, reordered=0)
    missing = {}
    for device in seen.ledgers:
        accepted = {line["n"] for line in acknowledged(seen, device)}
        retained = [n for _, n in seen.read_back[device]["instances"]]
        lost = sorted(accepted - set(retained))
        result["accepted"] += len(accepted)
        result["delivered"] += len(accepted) - len(lost)
        result["lost"] += len(lost)
        result["duplicated"] += len(retained) - len(set(retained))
        result["reordered"] += out_of_order(retained)
        if lost:
            missing[device] = lost[:10]
    return result | ({"missing": missing} if missing else {})


def notifications(seen: Seen) -> dict:
    """Notifications to the subscriber at the IN-CSE. One that comes again under its identifier is the same one."""
    result = dict(due=0, delivered=0, lost=0, duplicated=0, reordered=0)
    missing = {}
    arrived = collections.defaultdict(dict)  # container -> request identifier -> n, in the order of first arrival
    for container, n, identifier, _, _ in seen.notifications:
        arrived[container].setdefault(identifier, n)
    for device, met in seen.met.items():
        due = {line["n"] for line in acknowledged(seen, device) if line["n"] >= met["due_from"]}
        numbers = list(arrived[met["containers"]["data"]["ri"]].values())
        result["due"] += len(due)
        result["delivered"] += len(due & set(numbers))
        lost = sorted(due - set(numbers))
        result["lost"] += len(lost)
        result["duplicated"] += len(numbers) - len(set(numbers))
        result["reordered"] += out_of_order(numbers)
        if lost:
            missing[device] = lost[:10]
    return result | ({"missing": missing} if missing else {})


def double_owners(seen: Seen) -> int:
    """Two CSEs that acknowledge for one device number its instances independently: one identifier, two contents."""
    contents = collections.defaultdict(set)
    for device in seen.ledgers:
        for line in acknowledged(seen, device):
            if line.get("ri"):
                contents[line["ri"]].add((device, line["n"]))
    device_of = {met["containers"]["data"]["ri"]: device for device, met in seen.met.items()}
    for container, n, _, _, ri in seen.notifications:
        contents[ri].add((device_of.get(container, container), n))
    for device, found in seen.read_back.items():
        for ri, n in found["instances"]:
            contents[ri].add((device, n))
    return sum(len(different) > 1 for different in contents.values())


def identity_changes(seen: Seen) -> list[str]:
    changes = []
    for device, met in seen.met.items():
        now = seen.read_back[device]
        changes += [f"{device}: registered as {line['aei']}, was {met['ae']['aei']}"
                    for line in lines(seen, device, "registered") if line["aei"] != met["ae"]["aei"]]
        if "ae" not in now:
            continue
        pairs = [("AE-ID", met["ae"]["aei"], now["ae"]["aei"]), ("AE", met["ae"]["ri"], now["ae"]["ri"])]
        pairs += [(name, met["containers"][name]["ri"], now["containers"][name]["ri"]) for name in met["containers"] if "containers" in now]
        changes += [f"{device}: {what} was {before}, is {after}" for what, before, after in pairs if before != after]
    return changes


def waits(seen: Seen) -> tuple[dict, float]:
    """Requests that met a move of their terminal: what they waited longer than the device's median without one; and the
    time beyond a second that any request waited."""
    extra, blocked_us = [], 0
    moves = moves_of(seen)
    for device in seen.ledgers:
        spans = [(move["begun_us"], (move["ended_us"] or math.inf) + AFTERMATH_US) for move in moves if move["ue"] == seen.ue_of[device]]
        met, calm = [], []
        for line in acknowledged(seen, device):
            begun, ended = line["at_us"], line["at_us"] + line["wait_us"]
            (met if any(begun <= end and ended >= start for start, end in spans) else calm).append(line["wait_us"])
        usual = statistics.median(calm) if calm else 0
        extra += [max(0, wait - usual) / 1000 for wait in met]
        blocked_us += sum(wait - 1_000_000 for wait in met + calm if wait > 1_000_000)
    return {"p50": round(percentile(extra, 0.5), 3), "p99": round(percentile(extra, 0.99), 3), "max": round(max(extra, default=0.0), 3),
            "requests": len(extra), "rtt_p50": round(seen.rtt_ms, 3), "commit_p50": round(seen.commit_ms, 3)}, round(blocked_us / 1e6, 3)


def commands(seen: Seen) -> dict:
    result = dict(accepted=0, received=0, lost=0, duplicated=0, reordered=0)
    for device in seen.met:
        taken = {n for name, n, _, code in seen.commands if name == device and 2000 <= code < 3000}
        by_identifier = {}
        for line in lines(seen, device, "command"):
            by_identifier.setdefault(line["rqi"], line["n"])
        numbers = list(by_identifier.values())
        result["accepted"] += len(taken)
        result["received"] += len(taken & set(numbers))
        result["lost"] += len(taken - set(numbers))
        result["duplicated"] += len(numbers) - len(set(numbers))
        result["reordered"] += out_of_order(numbers)
    return result


def report(seen: Seen) -> dict:
    moves = moves_of(seen)
    count = collections.Counter(move["end"] for move in moves)
    extra, blocked_s = waits(seen)
    result = {
        "scenario": seen.scenario, "seed": seen.seed, "faults": seen.faults, "duration_s": round(seen.duration_s, 1), "hosts": seen.hosts,
        "devices": len(seen.ledgers),
        "moves": {"triggered": len(moves), "completed": count["completed"], "aborted": count["aborted"], "open": count["open"],
                  "by_trigger": {"ams": count["completed"]}},
        "messages": messages(seen), "notifications": notifications(seen), "commands": commands(seen),
        "double_owner": double_owners(seen), "identity_changes": len(identity_changes(seen)),
        "extra_wait_ms": extra, "blocked_s": blocked_s,
    }
    result["invariants"] = invariants(seen, result)
    return result


def invariants(seen: Seen, result: dict) -> list[dict]:
    """Held or not, each with what it rests on. A run that shows nothing holds nothing."""
    judged = []

    def judge(identifier, held, evidence):
        judged.append({"id": identifier, "held": bool(held), "evidence": evidence})

    changes = identity_changes(seen)
    judge("HR-1", seen.met and not changes, "; ".join(changes[:5]) or f"{len(seen.met)} devices kept AE-ID and identifiers")
    judge("HR-2", result["double_owner"] == 0, f"{result['double_owner']} instance identifiers stand for two contents")
    gone = [f"{device}: {fault}" for device, found in seen.read_back.items() for fault in found["faults"]]
    gone += [f"{device}: the subscription has another identifier" for device, met in seen.met.items()
             if "sub" in seen.read_back[device] and seen.read_back[device]["sub"]["ri"] != met["sub"]["ri"]]
    judge("HR-3", seen.met and not gone, "; ".join(gone[:5]) or "containers and subscriptions are there, under their identifiers")
    m, n, c = result["messages"], result["notifications"], result["commands"]
    judge("HR-4", m["accepted"] and not (m["lost"] or m["duplicated"] or m["reordered"]),
          f"{m['accepted']} measurements acknowledged, {m['lost']} lost, {m['duplicated']} doubled, {m['reordered']} out of order")
    judge("HR-4n", n["due"] and not (n["lost"] or n["duplicated"] or n["reordered"] or seen.nonsense),
          f"{n['due']} notifications due, {n['lost']} lost, {n['duplicated']} doubled, {n['reordered']} out of order"
          + (f"; not understood: {seen.nonsense[0]}" if seen.nonsense else ""))
    judge("HR-5", seen.met and all(found["instances"] for found in seen.read_back.values()),
          "every device was read at the address where it was met first")
    judge("HR-7", c["accepted"] and not (c["lost"] or c["duplicated"] or c["reordered"]),
          f"{c['accepted']} commands taken, {c['lost']} lost, {c['duplicated']} doubled, {c['reordered']} out of order")
    w = result["extra_wait_ms"]
    goal = 2 * w["rtt_p50"] + 2 * w["commit_p50"]
    # What a killed CSE or a late network costs is shown, not judged.
    if seen.faults == "none":
        judge("HR-8", result["moves"]["triggered"] and w["p99"] <= BUDGET_MS,
              f"p50 {w['p50']} ms, p99 {w['p99']} ms, max {w['max']} ms of {w['requests']} requests; 2 RTT + 2 commits = {goal:.2f} ms, "
              f"budget {BUDGET_MS:.0f} ms")
    judge("HR-9", result["moves"]["open"] == 0, f"{result['moves']['open']} of {result['moves']['triggered']} moves did not end")
    return judged
