#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a running edgecse can do, found out by asking it over HTTP: per resource type the operations, the attributes, the
behaviour. Compares with docs/capabilities.json and the page made of it, or writes both.
Usage: capabilities.py PATH-OF-edgecse [--write]"""
import collections
import itertools
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ROOT / "src/onem2m/tables"
JSON_FILE, PAGE = ROOT / "docs/capabilities.json", ROOT / "docs/capabilities.md"
sys.path.insert(0, str(TABLES))
import generate  # noqa: E402  the reader of the attribute tables

BASE, ADMIN = "cse-mn", "CAdmin"
NOBODY = "http://127.0.0.1:9/nobody"
RULES = {"acr": [{"acor": ["all"], "acop": 63}]}
TURTLE = "PGh0dHA6Ly9hPiA8aHR0cDovL2I+IDxodHRwOi8vYz4gLg=="
FUTURE = "20991231T000000"
READ = {"op": 2, "to": BASE, "fr": ADMIN, "rqi": "1", "rvi": "4"}
# What makes a smallest CREATE sensible where attributes depend on each other.
SAMPLES = {
    1: {"pv": RULES, "pvs": RULES}, 2: {"api": "Nexample", "srv": ["3"]}, 9: {"mid": [BASE], "mnm": 5}, 10: {"los": 2},
    16: {"cb": "/probe/cse", "csi": "/probe"}, 23: {"nu": [NOBODY]}, 24: {"dcrp": 5, "dsp": TURTLE},
    60: {"bcnc": 1, "bcnu": [NOBODY]}, 30: {"dgt": "20260101T000000", "con": "1"},
    48: {"nu": [NOBODY], "rrat": [BASE], "encs": {"enc": [{"net": [1]}]}, "twt": 1, "tws": "PT10S"},
    65: {"evm": 0, "evc": {"optr": 1, "sbjt": "rn", "thld": "x"}, "orc": BASE, "apv": READ},
    7: {"evt": 1, "opt": [1]}, 47: {"tpe": 2}, 50: {"tmd": 2, "rqps": {"rqp": [READ | {"to": f"{BASE}/managed"}]}},
    51: {"rqp": READ | {"to": f"{BASE}/transacted"}},
    66: {"rri": BASE, "evc": {"optr": 1, "sbjt": "rn", "thld": "x"}},
}
LABELS = itertools.count()
# Values of single attributes that must fit more than their type.
VALUES = {"et": FUTURE, "acpi": None, "nl": None, "daci": None, "at": None, "aa": None, "macp": None, "cr": None, "apri": None,
          "adri": None, "airi": None, "rn": "probe", "lon": "probe-locations",
          "csz": ["application/json"]}
PARENTS = [5, 2, 14, 3, 29, 9, 23, 12, 22, 26, 11, 37, 38, 40, 41, 63, 65, 50, 101, 103]


# Types that are more than data by the standard, but are kept as data here. What has a probe below is judged by that.
STORED_ONLY = {"backgroundDataTransfer", "multimediaSession", "localMulticastGroup", "ontologyRepository", "ontology",
               "semanticMashupJobProfile", "semanticMashupInstance", "primitiveProfile", "authorizationInformation", "modelRepo",
               "mlModel", "modelDeploymentList", "modelDeployment", "mlDatasetPolicy"}

# What one request cannot show; the tests of the types do.
SHOWN_ELSEWHERE = {"accessControlPolicy": "done", "AE": "done", "remoteCSE": "done", "contentInstance": "done",
                   "timeSyncBeacon": "done", "semanticDescriptor": "partly", "transactionMgmt": "done", "transaction": "done",
                   "delivery": "partly", "cmdhPolicy": "partly", "activeCmdhPolicy": "done", "cmdhDefaults": "done",
                   "cmdhDefEcValue": "partly",
                   "cmdhEcDefParamValues": "done", "cmdhLimits": "partly",
                   "cmdhNetworkAccessRules": "done", "cmdhNwAccessRule": "partly", "cmdhBuffer": "done",
                   "triggerRequest": "partly", "statsConfig": "done", "eventConfig": "done", "statsCollect": "done",
                   "execInstance": "done", "dependency": "done", "state": "done", "timeSeriesInstance": "done",
                   "flexContainerInstance": "done", "role": "done", "token": "done", "dynamicAuthorizationConsultation": "done",
                   "authorizationDecision": "done", "authorizationPolicy": "done",
                   "m2mServiceSubscriptionProfile": "done", "serviceSubscribedNode": "done",
                   "serviceSubscribedAppRule": "done", "AEContactList": "done", "AEContactListPerCSE": "done"}


class Lenient(dict):
    """What is not in an answer is empty, however deep one looks."""

    def __missing__(self, key):
        return Lenient()


class Edgecse:
    """A process on free ports; asks it."""

    def __init__(self, program: str, cse_type: str):
        self.folder = tempfile.TemporaryDirectory()
        settings = ["http.listen=127.0.0.1:0", "admin.listen=127.0.0.1:0", "mec.enabled=false", f"cse.type={cse_type}",
                    f"store.path={self.folder.name}/store", "cse.originator_check=trusted_network"]
        arguments = [program] + [word for setting in settings for word in ("--set", setting)]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if '"msg":"ready"' in line:
                self.url = "http://" + json.loads(line)["listen"]
                break
        else:
            sys.exit("edgecse did not get ready: " + "".join(said))

    def close(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def ask(self, method, to, content=None, number=None, origin=ADMIN):
        """(response status code, content)"""
        headers = {"X-M2M-Origin": origin, "X-M2M-RI": "1", "X-M2M-RVI": "4", "Accept": "application/json",
                   "Content-Type": "application/json" + (f";ty={number}" if number else "")}
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.url}/{to}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text, code = answer.read(), answer.headers["X-M2M-RSC"]
        except urllib.error.HTTPError as refusal:
            text, code = refusal.read(), refusal.headers["X-M2M-RSC"]
        return int(code), json.loads(text, object_hook=Lenient) if text else Lenient()

    def create(self, parent, kind, attributes):
        # A polling channel is its AE's own business.
        origin = {2: "C", 15: parent, 16: "/probe"}.get(kind.number, ADMIN)
        return self.ask("POST", parent, {kind.member: attributes}, kind.number, origin)


def fitting(name, types):
    """A value of a data type."""
    kind, low, _, ranges, members, constraint = types[name]
    if kind == "Enumeration":
        return ranges[0][0]
    if kind == "Complex":
        if constraint == "Geometry":
            return {"typ": 1, "crd": "[8.7,50]"}
        if constraint == "Region":
            return {"accr": [50, 8.7, 100]}
        chosen = members[:1] if constraint == "OneOf" else members
        return {short: fitting_of(member, types) for short, member, _, _ in chosen}
    return {"boolean": True, "number": 1.5, "integer": max(low, 7) if low >= 0 else 7, "duration": "PT30S", "base64": "YWJj",
            "timestamp": FUTURE, "timestamp-or-relative": FUTURE, "content-info": "text/plain:0", "structure": {}, "list": [],
            "schedule": "* * * * * * *"}.get(kind, "abc")


def fitting_of(written, types):
    value = fitting(written.strip("[]"), types)
    return [value] if written.startswith("[") else value


def smallest(kind, types):
    attributes = {a.short: VALUES.get(a.short) or fitting_of(a.type, types)
                  for a in kind.attributes + kind.custom if a.create == "M"}
    if kind.number == 26:  # unique for its creator
        attributes["plbl"] = f"label{next(LABELS)}"
    if kind.number == 13:
        attributes["mgd"] = kind.definition
    return attributes | SAMPLES.get(kind.number, {})


class Prober:
    def __init__(self, program):
        self.types = generate.read_data_types(TABLES / "data_types.table")
        groups, kinds = generate.read_resources(
            [TABLES / f"{name}.table" for name in ("core", "management", "services", "learning")])
        self.flex = generate.read_flex_containers(sorted((TABLES / "flex_containers").glob("*.table")))
        self.kinds = [kind for kind in kinds if kind.member and kind.number != 5]
        self.by_number = {kind.number: kind for kind in kinds if not kind.definition}
        self.in_cse, self.mn_cse = Edgecse(program, "IN"), Edgecse(program, "MN")
        # What a transaction locks must be nobody else's.
        self.parents = {51: f"{BASE}/transacted"}
        for name in ("transacted", "managed"):
            self.in_cse.create(BASE, self.by_number[3], {"rn": name})

    def close(self):
        self.in_cse.close()
        self.mn_cse.close()

    def parent_of(self, kind):
        """ri of a resource that takes such children; None when none can be made."""
        key = 13 if kind.definition else kind.number
        if key not in self.parents:
            self.parents[key] = None
            name = "mgmtObj" if kind.definition else kind.name
            for number in PARENTS:
                above = self.by_number[number]
                if name not in above.children:
                    continue
                if number == 5:
                    self.parents[key] = BASE
                else:
                    grand = self.parent_of(above)
                    code, made = self.in_cse.create(grand, above, smallest(above, self.types)) if grand else (0, None)
                    if code != 2001:
                        continue
                    self.parents[key] = next(iter(made.values()))["ri"]
                break
        return self.parents[key]

    def probe(self, kind):
        entry = {"type": kind.number, "name": kind.name, "member": kind.member}
        if "not-creatable" in kind.flags:
            return entry | {"operations": "made by the CSE", "attributes": {}}
        parent = self.parent_of(kind)
        if parent is None:
            return entry | {"operations": "absent", "attributes": {}}
        code, made = self.in_cse.create(parent, kind, smallest(kind, self.types))
        if code != 2001:
            return entry | {"operations": "absent" if code == 5001 else f"CREATE is answered {code}", "attributes": {}}
        done, owner = "C", parent if kind.number == 15 else ADMIN
        target = next(iter(made.values()))["ri"]
        done += "R" if self.in_cse.ask("GET", target, origin=owner)[0] == 2000 else "-"
        if "not-updatable" not in kind.flags and any(a.update == "O" for a in kind.attributes):
            done += "U" if self.in_cse.ask("PUT", target, {kind.member: {"lbl": ["x"]}}, origin=owner)[0] == 2004 else "-"
        done += "D" if self.in_cse.ask("DELETE", target, origin=owner)[0] == 2002 else "-"
        entry |= {"operations": done, "attributes": self.attributes(parent, kind, owner)}
        if "in-cse-only" in kind.flags:
            entry["elsewhere"] = self.mn_cse.create(BASE, kind, smallest(kind, self.types))[0]
        return entry

    def attributes(self, parent, kind, owner):
        """Attributes that a CREATE may have but that are answered otherwise than 2001, with the code."""
        refused = {}
        if kind.number in (50, 51):  # the first one locks what it is about
            return refused
        for a in kind.attributes + kind.custom:
            if a.create != "O" or VALUES.get(a.short, "") is None:
                continue
            value = VALUES.get(a.short) or fitting_of(a.type, self.types)
            code, made = self.in_cse.create(parent, kind, smallest(kind, self.types) | {a.short: value})
            if code == 2001:
                self.in_cse.ask("DELETE", next(iter(made.values()))["ri"], origin=owner)
            else:
                refused[a.short] = code
        return refused

    def flex_containers(self):
        """How many of the specialisations of TS-0023 are created."""
        kinds = [kind for kind in self.flex if kind.number == 28]
        owner = self.by_number[28]
        made = 0
        for kind in kinds:
            attributes = {a.short: fitting_of(a.type, self.types) for a in kind.custom if a.create == "M"}
            attributes["cnd"] = kind.container_definition or "abc"
            code, answer = self.in_cse.create(BASE, kind, attributes)
            made += code == 2001
            if code == 2001:
                self.in_cse.ask("DELETE", next(iter(answer.values()))["ri"])
        return {"type": owner.number, "name": owner.name, "specialisations": len(kinds), "created": made}


def behaviours(cse):
    """name -> done or absent: one request, or a few, that show it."""
    def made(number, member, attributes, parent=BASE, origin=ADMIN):
        code, answer = cse.ask("POST", parent, {member: attributes}, number, origin)
        return next(iter(answer.values())) if code == 2001 else Lenient()

    def code(*arguments, **more):
        return cse.ask(*arguments, **more)[0]

    def shows(look):
        """Whether it becomes true soon: some things happen after the answer."""
        for _ in range(20):
            if look():
                return True
            time.sleep(0.05)
        return False

    found = collections.OrderedDict()
    container = made(3, "m2m:cnt", {"rn": "behaviour", "mni": 2})
    for number in range(3):
        made(4, "m2m:cin", {"con": str(number)}, f"{BASE}/behaviour")
    found["container: la, ol, eviction"] = cse.ask("GET", f"{BASE}/behaviour/ol")[1]["m2m:cin"]["con"] == "1"
    group = made(9, "m2m:grp", {"mid": [container["ri"]], "mnm": 5})
    found["group: fan-out (fopt)"] = bool(group) and code("GET", f"{group['ri']}/fopt") == 2000
    found["group: members are validated"] = group.get("mtv") is True
    node = made(14, "m2m:nod", {"ni": "behaviour"})
    made(2, "m2m:ae", {"api": "Nexample", "rr": False, "srv": ["3"], "nl": node["ri"], "rn": "Cbehaviour"}, origin="Cbehaviour")
    found["node: hosted AEs follow their nodeLink"] = \
        cse.ask("GET", node["ri"])[1]["m2m:nod"].get("hael") == ["Cbehaviour"]
    firmware = made(13, "m2m:fwr", {"mgd": 1001, "vr": "1", "fwn": "f", "url": "http://x", "ud": False}, node["ri"])
    cse.ask("PUT", firmware["ri"], {"m2m:fwr": {"ud": True}})
    found["mgmtObj: actions show in status attributes"] = cse.ask("GET", firmware["ri"])[1]["m2m:fwr"]["uds"]["sus"] == 3
    command = made(12, "m2m:mgc", {"cmt": 2, "ext": node["ri"]})
    cse.ask("PUT", command["ri"], {"m2m:mgc": {"exe": True}})
    instances = cse.ask("GET", f"{command['ri']}?rcn=8")[1]["m2m:mgc"]["m2m:exin"]
    found["mgmtCmd: execInstances"] = bool(instances)
    found["mgmtCmd: nodes report execStatus and execResult"] = bool(instances) and \
        code("PUT", instances[0]["ri"], {"m2m:exin": {"exs": 3, "exr": 0}}) == 2004
    made(10, "m2m:lcp", {"los": 2, "lon": "behaviour-locations"})
    found["locationPolicy: container, geofence (device based)"] = code("GET", f"{BASE}/behaviour-locations") == 2000
    found["locationPolicy: network based"] = bool(made(10, "m2m:lcp", {"los": 1}))
    series = made(29, "m2m:ts", {"rn": "behaviour-series"})
    found["timeSeries: instances, la, ol"] = bool(series) and bool(
        made(30, "m2m:tsi", {"dgt": "20260101T000000", "con": "1"}, series["ri"])) and code("GET", f"{series['ri']}/la") == 2000
    flex = made(28, "cod:binSh", {"cnd": "org.onem2m.common.moduleclass.binarySwitch", "state": True, "fcied": True})
    found["flexContainer: instances (fcied)"] = bool(flex) and code("GET", f"{flex['ri']}/la") == 2000
    channel = made(15, "m2m:pch", {}, f"{BASE}/Cbehaviour", "Cbehaviour")
    found["pollingChannel: pcu"] = bool(channel)
    action = made(65, "m2m:actr", {"evm": 1, "sri": container["ri"], "evc": {"optr": 1, "sbjt": "cni", "thld": 1},
                                   "orc": container["ri"], "apv": {"op": 3, "fr": ADMIN, "to": container["ri"], "rqi": "1",
                                                                   "rvi": "4", "pc": {"m2m:cnt": {"lbl": ["acted"]}}}},
                  container["ri"])
    cse.ask("PUT", container["ri"], {"m2m:cnt": {"mni": 1}})
    found["action: runs its primitive"] = bool(action) and shows(
        lambda: cse.ask("GET", container["ri"])[1]["m2m:cnt"].get("lbl") == ["acted"])
    process = made(63, "m2m:prmr", {})
    found["processManagement: states are checked"] = \
        bool(process) and code("PUT", process["ri"], {"m2m:prmr": {"prct": 3}}) == 4005
    cross = made(48, "m2m:crs", {"nu": [NOBODY], "rrat": [container["ri"]], "encs": {"enc": [{"net": [1]}]}, "twt": 1,
                                 "tws": "PT10S"})
    found["crossResourceSubscription: member subscriptions"] = bool(cross.get("rrats"))
    subscription = made(23, "m2m:sub", {"rn": "s", "nu": [NOBODY]}, container["ri"])
    found["subscription: blocking update"] = bool(
        made(23, "m2m:sub", {"nu": ["Cbehaviour"], "enc": {"net": [7]}}, container["ri"], "Cbehaviour")) or \
        code("POST", container["ri"], {"m2m:sub": {"nu": ["Cnobody"], "enc": {"net": [7]}}}, 23) in (5204, 4103)
    found["subscription: deletion by target (ntsr)"] = \
        bool(subscription) and code("DELETE", f"{subscription['ri']}/ntsr") in (2002, 4103, 5000)
    found["request: non-blocking synchronous"] = code("GET", f"{BASE}?rt=1") == 1001
    query = "smf=SELECT%20*%20%7B%20?s%20?p%20?o%20%7D"
    found["semantics: SPARQL queries (sqi)"] = code("GET", f"{BASE}?sqi=true&rcn=10&{query}") == 2000
    found["semantics: discovery (smf)"] = code("GET", f"{BASE}?fu=1&{query}") == 2000
    described = made(24, "m2m:smd", {"dcrp": 5, "dsp": "PGh0dHA6Ly9hPiA8aHR0cDovL2I+IDEgLg=="}, container["ri"])
    found["semantics: SPARQL updates of a descriptor (soe)"] = bool(described) and \
        code("PUT", described["ri"], {"m2m:smd": {"soe": "DELETE WHERE { ?s ?p 1 }"}}) == 2004
    grouped = made(9, "m2m:grp", {"mnm": 2, "mid": [described["ri"]]}) if described else {}
    found["semantics: queries through a group (sfop)"] = \
        bool(grouped) and code("GET", f"{grouped['ri']}/sfop?sqi=true&rcn=10&{query}") == 2000
    found["announcement: attribute at is acted on"] = \
        code("POST", BASE, {"m2m:cnt": {"at": ["/no-such-cse"], "rn": "announced"}}, 3) == 2001 and \
        "at" not in cse.ask("GET", f"{BASE}/announced")[1]["m2m:cnt"]
    schedule = made(18, "m2m:sch", {"rn": "sch", "se": {"sce": ["* * * * * * 1999"]}})
    found["schedule: closes the CSE"] = bool(schedule) and code("GET", BASE) == 5103
    cse.ask("DELETE", f"{BASE}/sch")
    return {name: "done" if shown else "absent" for name, shown in found.items()}


def page(found) -> str:
    lines = ["# What works", "",
             "Made by `tests/conformance/capabilities.py --write`, which asks a running CSE; the conformance stage fails when the",
             "CSE differs from this page. C R U D: create, retrieve, update, delete by a request. An attribute is listed when a",
             "CREATE that has it (with a plain value of its type) is refused, with the response status code. Behaviour: done; partly;",
             "stored only (kept, checked and shared like any resource, but nothing happens); data (there is nothing else to do);",
             "absent.", "",
             "## Behaviour", "", "| what | |", "|---|---|"]
    lines += [f"| {name} | {state} |" for name, state in found["behaviours"].items()]
    flex = found["flexContainer"]
    lines += ["", f"flexContainer: {flex['created']} of {flex['specialisations']} specialisations can be created.", "",
              "## Types", "", "| type | name | member | operations | behaviour | refused attributes | elsewhere than at an IN-CSE |",
              "|---|---|---|---|---|---|---|"]
    for entry in found["types"]:
        refused = ", ".join(f"{name} ({code})" for name, code in sorted(entry["attributes"].items()))
        lines.append(f"| {entry['type']} | {entry['name']} | {entry['member']} | {entry['operations']} | "
                     f"{entry['behaviour']} | {refused} | "
                     f"{entry.get('elsewhere', '')} |")
    return "\n".join(lines) + "\n"


def judge(entry, behaviours_found):
    """done, partly, stored only, data (nothing to do), absent."""
    if entry["operations"] == "absent" or entry["operations"].startswith("CREATE"):
        return "absent"
    shown = [state for name, state in behaviours_found.items() if name.split(":")[0] == entry["name"]]
    if shown:
        return "done" if set(shown) == {"done"} else "partly" if "done" in shown else "stored only"
    return "stored only" if entry["name"] in STORED_ONLY else SHOWN_ELSEWHERE.get(entry["name"], "data")


def differences(old, new, path=""):
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys(), key=str):
            yield from differences(old.get(key), new.get(key), f"{path}/{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for before, after in zip(old, new):
            name = after.get("name", "") if isinstance(after, dict) else ""
            yield from differences(before, after, f"{path}/{name}")
    elif old != new:
        yield f"{path}: {json.dumps(old)} is written, {json.dumps(new)} was found"


def main() -> int:
    prober = Prober(sys.argv[1])
    try:
        found = {"behaviours": behaviours(prober.in_cse), "flexContainer": prober.flex_containers(),
                 "types": [prober.probe(kind) for kind in sorted(prober.kinds, key=lambda k: (k.number, k.definition))]}
    finally:
        prober.close()
    for entry in found["types"]:
        entry["behaviour"] = judge(entry, found["behaviours"])
    if "--write" in sys.argv:
        JSON_FILE.write_text(json.dumps(found, indent=1) + "\n")
        PAGE.write_text(page(found))
        return 0
    faults = list(differences(json.loads(JSON_FILE.read_text()), json.loads(json.dumps(found))))
    if PAGE.read_text() != page(found) and not faults:
        faults.append("docs/capabilities.md is not what docs/capabilities.json says")
    for fault in faults:
        print("capabilities:", fault)
    if faults:
        print("If that is meant: tests/conformance/capabilities.py PATH-OF-edgecse --write")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
