#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ACME, an independent oneM2M CSE from PyPI, as MN-CSE registers at edgecse as IN-CSE; requests, notifications,
announcements and group members travel both ways. Usage: acme_registers.py EDGECSE VENV. Exit status 77: ACME cannot be
installed here."""

import pathlib
import sys
import tempfile
import unittest

from acme_peer import Cse, Inbox, Processes, free_port, install_acme, wait_for
from announceable import ANNOUNCEABLE, REFUSED_BY_ACME

EDGECSE_YAML = """
cse: {{type: IN, id: /in, name: cse-in, service_provider: //acme.example.com}}
http: {{listen: "127.0.0.1:{port}"}}
admin: {{listen: "127.0.0.1:0"}}
store: {{kind: memory}}
mec: {{enabled: false}}
mobility: {{enabled: false}}
"""

REGISTRAR = """registrarCseHost=127.0.0.1
registrarCsePort={port}
registrarCseID=in
registrarCseName=cse-in
"""

OPEN = {"acr": [{"acor": ["all"], "acop": 63}]}


class AcmeRegisters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.processes = Processes(pathlib.Path(cls.folder.name))
        acme_port, edge_port = free_port(), free_port()
        cls.edge, cls.acme = Cse(edge_port), Cse(acme_port)
        cls.processes.run_edgecse(EDGECSE_YAML.format(port=edge_port))
        wait_for("the start of edgecse", lambda: cls.edge.retrieve("cse-in")[0] == 2000)
        cls.processes.run_acme("MN", "id-mn", "cse-mn", acme_port, REGISTRAR.format(port=edge_port))
        wait_for("the registration", lambda: cls.edge.retrieve("id-mn")[0] == 2000)
        wait_for("the mirror", lambda: cls.acme.retrieve("in")[0] == 2000)
        cls.app, cls.device = Inbox(), Inbox()
        for cse, base, stem, inbox in ((cls.edge, "cse-in", "Capp", cls.app), (cls.acme, "cse-mn", "Cdev", cls.device)):
            name = stem[1:]
            cse.make(base, stem, 2, {"m2m:ae": {"rn": name, "api": "Ntest", "rr": True, "srv": ["3"], "poa": [inbox.url]}})
            cse.make(f"{base}/{name}", stem, 1, {"m2m:acp": {"rn": "open", "pv": OPEN, "pvs": OPEN}})
            cse.make(f"{base}/{name}", stem, 3, {"m2m:cnt": {"rn": "data", "acpi": [f"{base}/{name}/open"]}})
            status, answer = cse.put(f"{base}/{name}", stem, {"m2m:ae": {"acpi": [f"{base}/{name}/open"]}})
            assert status == 2004, (status, answer)

    @classmethod
    def tearDownClass(cls):
        cls.processes.end()
        cls.folder.cleanup()

    def test_registration(self):
        registration = self.edge.read("id-mn")
        self.assertEqual((registration["csi"], registration["cb"]), ("/id-mn", "/id-mn/cse-mn"))
        self.assertEqual(registration["rn"], "id-mn")

    def test_requests_travel_both_ways(self):
        status, made = self.edge.create("/id-mn/cse-mn/dev/data", "Capp", 4, {"m2m:cin": {"con": "down"}})
        self.assertEqual(status, 2001, made)
        self.assertEqual(self.acme.read("cse-mn/dev/data/la", "Cdev")["con"], "down")
        status, made = self.acme.create("/in/cse-in/app/data", "Cdev", 4, {"m2m:cin": {"con": "up"}})
        self.assertEqual(status, 2001, made)
        self.assertEqual(self.edge.read("cse-in/app/data/la", "Capp")["con"], "up")
        self.assertEqual(self.edge.retrieve("/id-mn/cse-mn/nothing", "Capp")[0], 4004)
        self.assertEqual(self.acme.retrieve("/in/cse-in/nothing", "Cdev")[0], 4004)

    def test_notifications_travel_both_ways(self):
        for cse, container, stem, target, inbox in (
                (self.edge, "cse-in/app", "Capp", "/id-mn/Cdev", self.device),
                (self.acme, "cse-mn/dev", "Cdev", "/in/Capp", self.app)):
            cse.make(container, stem, 3, {"m2m:cnt": {"rn": "told", "acpi": [f"{container}/open"]}})
            cse.make(f"{container}/told", stem, 23, {"m2m:sub": {"rn": "s", "nu": [target], "enc": {"net": [3]}}})
            cse.make(f"{container}/told", stem, 4, {"m2m:cin": {"con": f"by {stem}"}})
            self.assertEqual(inbox.next_content(), f"by {stem}")

    def test_announcements_travel_both_ways(self):
        for here, there, base, target, link in ((self.edge, self.acme, "cse-in", "/id-mn", "/in/Cshown"),
                                                (self.acme, self.edge, "cse-mn", "/in", "/id-mn/Cshown")):
            ae = here.make(base, "Cshown", 2, {"m2m:ae": {"rn": "shown", "api": "Ntest", "rr": True, "srv": ["3"],
                                                          "at": [target], "aa": ["apn"], "apn": "one"}})
            announced = there.read(ae["at"][0])
            self.assertEqual((announced["lnk"], announced["apn"]), (link, "one"))
            container = here.make(f"{base}/shown", "Cshown", 3, {"m2m:cnt": {"rn": "c", "at": [target]}})
            self.assertEqual(there.read(container["at"][0])["ty"], 10003)
            self.assertEqual(here.put(f"{base}/shown", "Cshown", {"m2m:ae": {"apn": "two"}})[0], 2004)
            self.assertEqual(there.read(ae["at"][0])["apn"], "two")
            self.assertEqual(here.ask("DELETE", f"{base}/shown", "Cshown")[0], 2002)
            self.assertIsNone(there.read(ae["at"][0]))

    def test_every_announceable_type_is_announced_both_ways(self):
        for here, there, base, target, prefix in ((self.edge, self.acme, "cse-in", "/id-mn", "/in/"),
                                                  (self.acme, self.edge, "cse-mn", "/in", "/id-mn/")):
            ae = here.make(base, "Call", 2, {"m2m:ae": {"rn": "all", "api": "Ntest", "rr": True, "srv": ["3"], "at": [target]}})
            made = {"base": base, "ae": f"{base}/all"}
            for row in ANNOUNCEABLE:
                with self.subTest(announced_to=target, member=row.member):
                    original = self.make_announced(here, target, made, row)
                    if there is self.edge or row.name not in REFUSED_BY_ACME:
                        self.check_announced(here, there, target, prefix, made[row.name], original, row)
            for address in (made["ae"], *(made[row.name] for row in ANNOUNCEABLE if row.parent == "base")):
                self.assertEqual(here.ask("DELETE", address, "CAdmin")[0], 2002, address)
            self.assertIsNone(there.read(ae["at"][0]))

    def make_announced(self, here, target, made, row):
        references = {
            "grp": {"mid": [made["ae"]]}, "depr": {"rri": made.get("cnt")},
            "actr": {"sri": made.get("cnt"), "orc": made["ae"],
                     "apv": {"op": 2, "fr": "CAdmin", "to": made["ae"], "rqi": "r", "rvi": "3"}}}
        content = {"rn": row.name, **row.attributes, **references.get(row.name, {}), "at": [target]}
        if row.named:
            content["aa"] = [row.named]
        made[row.name] = f"{made[row.parent]}/{row.name}"
        return here.make(made[row.parent], "CAdmin", row.resource_type, {row.member: content})

    def check_announced(self, here, there, target, prefix, address, original, row):
        """Where the original says, with what is named, kept up to date; read and found by the CSE of the original, too."""
        announced_at = original["at"][0]
        self.assertTrue(announced_at.startswith(target + "/"), original)
        status, answer = there.retrieve(announced_at, prefix[:-1])
        self.assertEqual(status, 2000, answer)
        (member, announced), = answer.items()
        self.assertEqual((member, announced["ty"], announced["lnk"]),
                         (row.announced_member, row.resource_type + 10000, prefix + original["ri"]), answer)
        if row.named:
            self.assertEqual(announced.get(row.named), original[row.named], answer)
        if row.changed is not None:
            status, answer = here.put(address, "CAdmin", {row.member: {row.named: row.changed}})
            self.assertEqual(status, 2004, answer)
            self.assertEqual(there.read(announced_at).get(row.named), row.changed)

    def test_groups_reach_over_both(self):
        members = ["/in/cse-in/app/data", "/id-mn/cse-mn/dev/data"]
        group = self.edge.make("cse-in/app", "Capp", 9, {"m2m:grp": {"rn": "both", "mt": 3, "mnm": 5, "mid": members}})
        self.assertEqual((group["cnm"], group["mtv"]), (2, True), group)
        status, answer = self.edge.create("cse-in/app/both/fopt", "Capp", 4, {"m2m:cin": {"con": "all"}})
        self.assertEqual(status, 2000, answer)
        self.assertEqual([item["rsc"] for item in answer["m2m:agr"]["m2m:rsp"]], [2001, 2001], answer)


if __name__ == "__main__":
    install_acme()
    unittest.main(argv=sys.argv[:1], verbosity=2)
