# SPDX-License-Identifier: Apache-2.0
"""`edgectl mec check` against the local MEC system in every edition. Usage: mec_check_test.py FOLDER-OF-PROGRAMS."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAMS = pathlib.Path()


class Check(unittest.TestCase):
    flags: list[str] = []

    def setUp(self):
        self.process = subprocess.Popen([PROGRAMS / "mec-sandbox", "--listen", "127.0.0.1:0", "--paused", "--scenarios",
                                         ROOT / "mec-sandbox/scenarios", *self.flags], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        self.root = f"http://127.0.0.1:{json.loads(self.process.stdout.readline())['port']}"
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "mn.yaml"

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=10)

    def control(self, method, path, body=None):
        request = urllib.request.Request(f"{self.root}/sandbox/v1/{path}", method=method, data=json.dumps(body).encode() if body else None,
                                         headers={"Content-Type": "application/json"} if body else {})
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read())

    def instance(self, host):
        return self.control("POST", f"hosts/{host}/applications", {"name": "edgecse"})["app_instance_id"]

    def check(self, host, peer=None, **mec):
        settings = {"enabled": True, "platform": {"api_root": f"{self.root}/{host}"}, "peers": [f"{self.root}/{peer}"] if peer else [], **mec}
        # A port that nobody else takes: the platform must be told where to call.
        self.file.write_text(json.dumps({"cse": {"type": "MN", "id": "/mn1"}, "mec": settings, "store": {"kind": "memory"},
                                         "http": {"listen": "127.61.7.1:18080", "advertise": ["http://127.61.7.1:18080"]}}))
        return self.run_check(self.file)

    def run_check(self, file, *settings):
        """(exit status, {step: (word, sentence)})"""
        chosen = [part for setting in settings for part in ("--set", setting)]
        run = subprocess.run([PROGRAMS / "edgectl", "mec", "check", "--config", file, *chosen], capture_output=True, text=True, timeout=60)
        print(run.stdout, run.stderr)
        lines = [re.fullmatch(r"(\w+) +(.+?)  +(.+)", line) for line in run.stdout.splitlines()[:-1]]
        return run.returncode, {line[2]: (line[1], line[3]) for line in lines}

    def assert_nothing_left(self, host, *where):
        """where: the list of AMS subscriptions in its answer."""
        events = self.control("GET", "events?after=0")["events"]
        for made, gone in ("service", "ADDED"), ("service", "REMOVED"):
            self.assertEqual(len([e for e in events if e["event"] == made and e.get("change") == gone]), 1)
        registered = [e for e in events if e["event"] == "ams_registration" and e["new"]]
        self.assertEqual(len(registered), len([e for e in events if e["event"] == "ams_deregistration"]))
        with urllib.request.urlopen(f"{self.root}/{host}/amsi/v1/subscriptions", timeout=10) as response:
            left = json.loads(response.read())
            for part in where or ("_links", "subscription"):
                left = left[part]
            self.assertEqual(left, [])


class Standard(Check):
    def test_an_edition_that_registers_applications(self):
        status, steps = self.check("mep1", peer="mep2")
        self.assertEqual(status, 0)
        self.assertTrue(steps["mec011 edition"][1].startswith("3.x"))
        self.assertEqual({word for word, _ in steps.values()}, {"ok"})
        self.assertIn("callback", steps)
        self.assertIn("mec021 registration at peer 1", steps)
        self.assertEqual(self.control("GET", "state")["applications"], [])
        self.assert_nothing_left("mep1")

    def test_an_edition_where_management_makes_the_instances(self):
        status, steps = self.check("mep2", app_instance_id=self.instance("mep2"))
        self.assertEqual(status, 0)
        self.assertTrue(steps["mec011 edition"][1].startswith("2.x"))
        self.assert_nothing_left("mep2")

    def test_what_is_missing_in_the_configuration(self):
        status, steps = self.check("mep2")
        self.assertEqual((status, steps["application instance"][0]), (1, "FAILED"))
        self.assertIn("mec.app_instance_id", steps["application instance"][1])
        status, steps = self.check("mep2", app_instance_id="nobody")
        self.assertEqual((status, steps["confirm ready"][0]), (1, "FAILED"))
        self.assertIn("names no instance of this platform", steps["confirm ready"][1])
        status, steps = self.check("mep1", required_services=["weather"])
        self.assertEqual((status, steps["required service weather"][0]), (1, "FAILED"))

    def test_what_is_wrong_with_the_address(self):
        status, steps = self.check("mep9")
        self.assertEqual((status, steps["mec011 profile"][0]), (1, "FAILED"))
        self.assertIn("compare mec.platform.api_root", steps["mec011 profile"][1])
        status, steps = self.check("mep1", callback="http://127.61.7.2:9/mec")
        self.assertEqual((status, steps["callback"][0]), (1, "FAILED"))
        self.assertIn("http.advertise or mec.callback", steps["callback"][1])
        self.root = "http://127.61.7.3:9"
        status, steps = self.check("mep1")
        self.assertEqual((status, steps["mec011 reachable"][0]), (1, "FAILED"))
        self.assertIn("no answer", steps["mec011 reachable"][1])

    def test_a_bad_configuration(self):
        self.file.write_text("mec: {colour: red}\n")
        run = subprocess.run([PROGRAMS / "edgectl", "mec", "check", "--config", self.file], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 2)
        self.assertIn("mec.colour", run.stderr)


class Numbers(Check):
    flags = ["--integer-enumerations"]

    def test_the_spelling_is_found(self):
        status, steps = self.check("mep1")
        self.assertEqual(status, 0)
        self.assertIn("enumerations are numbers", steps["mec021 registration"][1])
        self.assert_nothing_left("mep1")


class OldestEdition(Check):
    flags = ["--edition", "2.1.1"]

    def test_heartbeats_are_not_needed(self):
        status, steps = self.check("mep1", peer="mep2", app_instance_id=self.instance("mep1"))
        self.assertEqual(status, 0)
        self.assertEqual({name for name, (word, _) in steps.items() if word == "missing"}, {"service liveness"})
        self.assert_nothing_left("mep1", "subscription")


class CapifOnly(Check):
    flags = ["--capif-only"]

    def test_it_is_told_apart_from_a_platform_that_is_broken(self):
        status, steps = self.check("mep1")
        self.assertEqual((status, steps["mec011 profile"][0]), (1, "FAILED"))
        self.assertIn("in the CAPIF profile of MEC 011 only", steps["mec011 profile"][1])


class Tokens(Check):
    flags = ["--oauth2-client", "edgecse:secret", "--token-life", "10"]

    def settings(self, secret):
        file = self.file.parent / "secret"
        file.write_text(secret)
        return {"oauth2": {"token_endpoint": f"{self.root}/oauth2/token", "client_id": "edgecse", "client_secret_file": str(file)}}

    def test_who_has_the_secret_gets_in(self):
        status, _ = self.check("mep1", **self.settings("secret"))
        self.assertEqual(status, 0)
        self.assertEqual(self.control("GET", "tokens")["issued"], 1)
        status, _ = self.check("mep1", **self.settings("guess"))
        self.assertEqual(status, 1)


class AdvantEdge(Check):
    flags = ["--quirks", "advantedge"]

    def test_the_profile_for_the_public_sandbox(self):
        """As docs/etsi-sandbox.md tells it, on the services that the Sandbox is built on."""
        profile = ROOT / "mec-sandbox/etsi-sandbox.yaml"
        run = subprocess.run([PROGRAMS / "edgecse", "--config", profile, "--check"], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("would be the MEC application edgecse at https://try-mec.etsi.org/SANDBOX/mep1", run.stdout)
        status, steps = self.run_check(
            profile, f"mec.platform.api_root={self.root}/mep1", f'mec.peers=["{self.root}/mep2"]',
            f"mec.app_instance_id={self.instance('mep1')}", "http.listen=127.61.7.1:18080",
            'http.advertise=["http://127.61.7.1:18080"]')
        self.assertEqual((status, steps["callback"][0]), (0, "ok"))
        self.assertEqual({word for word, _ in steps.values()}, {"ok", "missing"})

    def test_what_it_lacks_is_not_needed(self):
        status, steps = self.check("mep1", app_instance_id=self.instance("mep1"))
        self.assertEqual(status, 0)
        missing = {name for name, (word, _) in steps.items() if word == "missing"}
        self.assertEqual(missing, {"service liveness", "mec011 DNS rules", "mec011 traffic rules", "mec021 neighbours",
                                   "mec033 IoT platforms"})
        self.assert_nothing_left("mep1")


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=1)
