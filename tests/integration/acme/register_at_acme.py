#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""edgecse as MN-CSE registers at ACME, an independent oneM2M CSE from PyPI, as IN-CSE; requests and notifications travel
both ways. Usage: register_at_acme.py EDGECSE VENV. Exit status 77: ACME cannot be installed here."""

import pathlib
import sys
import tempfile
import unittest

from acme_peer import Cse, Inbox, Processes, free_port, install_acme, wait_for

EDGECSE_YAML = """
cse: {{type: MN, id: /mn1, name: cse-mn, service_provider: //acme.example.com}}
registrar: {{id: /id-in, name: cse-in, poa: ["http://127.0.0.1:{acme}"]}}
http: {{listen: "127.0.0.1:{port}"}}
admin: {{listen: "127.0.0.1:0"}}
store: {{kind: memory}}
mec: {{enabled: false}}
mobility: {{enabled: false}}
"""

# type, member, attributes, one that the announced resource shows
ANNOUNCED_TYPES = (
    (9, "m2m:grp", {"mnm": 3, "mid": [], "mt": 0, "gn": "g", "aa": ["gn"]}, "gn"),
    (28, "cod:bat", {"cnd": "org.onem2m.common.moduleclass.battery", "lvl": 7, "aa": ["lvl"]}, "lvl"),
    (29, "m2m:ts", {"pei": 1000, "aa": ["pei"]}, "pei"),
)


def filled(member, attributes, stem, target):
    members = {"mid": [stem]} if "mid" in attributes else {}
    return {member: {**attributes, **members, "at": [target]}}


class RegistersAtAcme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        acme_port, edge_port = free_port(), free_port()
        cls.processes = Processes(folder)
        cls.processes.run_acme("IN", "id-in", "cse-in", acme_port)
        cls.acme, cls.edge = Cse(acme_port), Cse(edge_port)
        wait_for("the start of ACME", lambda: cls.acme.retrieve("cse-in")[0] == 2000)
        cls.processes.run_edgecse(EDGECSE_YAML.format(acme=acme_port, port=edge_port))
        cls.edge_log = folder / "edgecse.log"
        try:
            wait_for("the registration", lambda: cls.acme.retrieve("cse-in/mn1")[0] == 2000, 30)
        except AssertionError:
            print(cls.edge_log.read_text(), file=sys.stderr)
            raise
        cls.app, cls.device = Inbox(), Inbox()
        cls.populate()

    @classmethod
    def tearDownClass(cls):
        cls.processes.end()
        cls.folder.cleanup()

    @classmethod
    def populate(cls):
        """An AE with an open container on either side."""
        for cse, base, stem, inbox, guest in ((cls.acme, "cse-in", "Capp", cls.app, "/mn1/Cdev"),
                                              (cls.edge, "cse-mn", "Cdev", cls.device, "/id-in/Capp")):
            name = stem[1:]
            ae = {"rn": name, "api": "Ntest", "rr": True, "srv": ["3"], "poa": [inbox.url]}
            rights = {"rn": "open", "pv": {"acr": [{"acor": [guest, stem], "acop": 63}]},
                      "pvs": {"acr": [{"acor": [stem], "acop": 63}]}}
            for to, resource_type, content in ((base, 2, {"m2m:ae": ae}), (f"{base}/{name}", 1, {"m2m:acp": rights}),
                                               (f"{base}/{name}", 3, {"m2m:cnt": {"rn": "data", "acpi": [f"{base}/{name}/open"]}})):
                status, answer = cse.create(to, stem, resource_type, content)
                assert status == 2001, (to, status, answer)
        # The CSE that hosts a subscription must be allowed to notify.
        status, answer = cls.acme.ask("PUT", "cse-in/app/open", "Capp", {"m2m:acp": {"pv": {"acr": [
            {"acor": ["/mn1/Cdev", "Capp"], "acop": 63}, {"acor": ["/mn1"], "acop": 16}]}}})
        assert status == 2004, (status, answer)
        status, answer = cls.acme.ask("PUT", "cse-in/app", "Capp", {"m2m:ae": {"acpi": ["cse-in/app/open"]}})
        assert status == 2004, (status, answer)

    def test_registration_and_mirror(self):
        registration = self.acme.retrieve("cse-in/mn1")[1]["m2m:csr"]
        self.assertEqual(registration["csi"], "/mn1")
        self.assertEqual(registration["cb"], "/mn1/cse-mn")
        self.assertEqual(registration["poa"], [self.edge.url])
        mirror = wait_for("the mirror", lambda: self.edge.retrieve("id-in")[1].get("m2m:csr"))
        self.assertEqual(mirror["csi"], "/id-in")

    def test_requests_from_the_registrar_are_served_here(self):
        status, made = self.acme.create("/mn1/cse-mn/dev/data", "Capp", 4, {"m2m:cin": {"con": "down"}})
        self.assertEqual(status, 2001, made)
        status, read = self.acme.retrieve("/mn1/cse-mn/dev/data/la", "Capp")
        self.assertEqual((status, read["m2m:cin"]["con"]), (2000, "down"))
        self.assertEqual(self.edge.retrieve("cse-mn/dev/data/la", "Cdev")[1]["m2m:cin"]["con"], "down")

    def test_requests_for_the_registrar_are_served_there(self):
        status, made = self.edge.create("/id-in/cse-in/app/data", "Cdev", 4, {"m2m:cin": {"con": "up"}})
        self.assertEqual(status, 2001, made)
        status, read = self.edge.retrieve("/id-in/cse-in/app/data/la", "Cdev")
        self.assertEqual((status, read["m2m:cin"]["con"]), (2000, "up"))

    def test_errors_of_the_other_side_come_back(self):
        self.assertEqual(self.edge.retrieve("/id-in/cse-in/nothing", "Cdev")[0], 4004)
        self.assertEqual(self.acme.retrieve("/mn1/cse-mn/nothing", "Capp")[0], 4004)

    def test_notifications_travel_up(self):
        container = {"rn": "up", "acpi": ["cse-mn/dev/open"]}
        self.assertEqual(self.edge.create("cse-mn/dev", "Cdev", 3, {"m2m:cnt": container})[0], 2001)
        subscription = {"rn": "s", "nu": ["/id-in/Capp"], "enc": {"net": [3]}}
        status, made = self.edge.create("cse-mn/dev/up", "Cdev", 23, {"m2m:sub": subscription})
        self.assertEqual(status, 2001, made)
        for number in range(5):
            self.edge.create("cse-mn/dev/up", "Cdev", 4, {"m2m:cin": {"con": str(number)}})
        self.assertEqual([self.app.next_content() for _ in range(5)], [str(number) for number in range(5)])

    def test_notifications_travel_down(self):
        container = {"rn": "down", "acpi": ["cse-in/app/open"]}
        self.assertEqual(self.acme.create("cse-in/app", "Capp", 3, {"m2m:cnt": container})[0], 2001)
        subscription = {"rn": "s", "nu": ["/mn1/Cdev"], "enc": {"net": [3]}}
        status, made = self.edge.create("/id-in/cse-in/app/down", "Cdev", 23, {"m2m:sub": subscription})
        self.assertEqual(status, 2001, made)
        self.acme.create("cse-in/app/down", "Capp", 4, {"m2m:cin": {"con": "command"}})
        self.assertEqual(self.device.next_content(), "command")

    def test_resources_are_announced_to_the_registrar(self):
        """Every announceable type that both sides know."""
        ae = self.edge.make("cse-mn", "Cshown", 2, {"m2m:ae": {
            "rn": "shown", "api": "Ntest", "rr": True, "srv": ["3"], "at": ["/id-in"], "aa": ["apn"], "apn": "name"}})
        self.assertEqual(len(ae["at"]), 1, ae)
        there = self.acme.read(ae["at"][0])
        self.assertEqual((there["ty"], there["lnk"], there["apn"]), (10002, "/mn1/Cshown", "name"))
        base = self.acme.read("/id-in/" + there["pi"].rsplit("/", 1)[-1])
        self.assertEqual((base["ty"], base["lnk"]), (10005, "/mn1/mn1"))
        rows = ANNOUNCED_TYPES + ((3, "m2m:cnt", {"rn": "c", "mni": 5, "aa": ["mni"]}, "mni"),)
        for resource_type, member, attributes, shown in rows:
            made = self.edge.make("cse-mn/shown", "Cshown", resource_type, filled(member, attributes, "Cshown", "/id-in"))
            self.assertTrue(made.get("at"), (member, made))
            there = self.acme.read(made["at"][0])
            self.assertEqual(there["ty"], resource_type + 10000, member)
            self.assertEqual(there.get(shown), made.get(shown), member)
        made = self.edge.make("cse-mn/shown/c", "Cshown", 4, {"m2m:cin": {"con": "x", "at": ["/id-in"], "aa": ["con"]}})
        self.assertEqual(self.acme.read(made["at"][0])["con"], "x")
        status, changed = self.edge.put("cse-mn/shown", "Cshown", {"m2m:ae": {"apn": "other", "lbl": ["l"]}})
        self.assertEqual(status, 2004, changed)
        there = self.acme.read(ae["at"][0])
        self.assertEqual((there["apn"], there["lbl"]), ("other", ["l"]))
        self.assertEqual(self.edge.ask("DELETE", "cse-mn/shown", "Cshown")[0], 2002)
        self.assertIsNone(self.acme.read(ae["at"][0]))

    def test_resources_of_the_registrar_are_announced_here(self):
        ae = self.acme.make("cse-in", "Cguest", 2, {"m2m:ae": {
            "rn": "guest", "api": "Ntest", "rr": True, "srv": ["3"], "at": ["/mn1"], "aa": ["apn"], "apn": "name"}})
        there = self.edge.read(ae["at"][0])
        self.assertEqual((there["ty"], there["lnk"], there["apn"]), (10002, "/id-in/Cguest", "name"))
        for resource_type, member, attributes, shown in ANNOUNCED_TYPES:
            made = self.acme.make("cse-in/guest", "Cguest", resource_type, filled(member, attributes, "Cguest", "/mn1"))
            there = self.edge.read(made["at"][0])
            self.assertEqual(there["ty"], resource_type + 10000, member)
            self.assertEqual(there.get(shown), made.get(shown), member)
        status, changed = self.acme.put("cse-in/guest", "Cguest", {"m2m:ae": {"apn": "other"}})
        self.assertEqual(status, 2004, changed)
        self.assertEqual(self.edge.read(ae["at"][0])["apn"], "other")
        self.assertEqual(self.acme.ask("DELETE", "cse-in/guest", "Cguest")[0], 2002)
        self.assertIsNone(self.edge.read(ae["at"][0]))

    def test_a_group_here_reaches_over_both(self):
        """The other way round ACME judges members elsewhere by its own policies, and refuses."""
        members = ["/mn1/cse-mn/dev/data", "/id-in/cse-in/app/data"]
        group = self.edge.make("cse-mn/dev", "Cdev", 9, {"m2m:grp": {"rn": "both", "mt": 3, "mnm": 5, "mid": members}})
        self.assertEqual((group["cnm"], group["mtv"]), (2, True), group)
        status, answer = self.edge.create("cse-mn/dev/both/fopt", "Cdev", 4, {"m2m:cin": {"con": "all"}})
        self.assertEqual(status, 2000, answer)
        self.assertEqual([item["rsc"] for item in answer["m2m:agr"]["m2m:rsp"]], [2001, 2001], answer)
        self.assertEqual(self.edge.read("cse-mn/dev/data/la", "Cdev")["con"], "all")
        self.assertEqual(self.acme.read("cse-in/app/data/la", "Capp")["con"], "all")


if __name__ == "__main__":
    install_acme()
    unittest.main(argv=sys.argv[:1], verbosity=2)
