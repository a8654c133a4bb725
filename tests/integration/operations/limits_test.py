# SPDX-License-Identifier: Apache-2.0
"""An AE that asks or keeps too much is told so, and nobody else: HTTP 429, with the time to wait. Usage: limits_test.py FOLDER-OF-PROGRAMS."""
import json
import pathlib
import shutil
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

from cse_process import Cse

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() / "edgecse"


class Limits(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, **settings):
        self.cse = Cse(PROGRAM, self.folder, **settings)
        self.addCleanup(self.cse.end)

    def ask(self, originator):
        headers = {"X-M2M-Origin": originator, "X-M2M-RI": "r1", "X-M2M-RVI": "3"}
        return urllib.request.urlopen(urllib.request.Request(f"{self.cse.root}/cse-in", headers=headers), timeout=10)

    def refusal(self, originator, attempts=20):
        """A second may pass between two requests, but not between all of them."""
        for _ in range(attempts):
            try:
                self.ask(originator).close()
            except urllib.error.HTTPError as error:
                return error
        self.fail("every request was answered")

    def create(self, parent, resource_type, content, originator):
        headers = {"X-M2M-Origin": originator, "X-M2M-RI": "r1", "X-M2M-RVI": "3", "Content-Type": f"application/json;ty={resource_type}"}
        asked = urllib.request.Request(f"{self.cse.root}/{parent}", json.dumps(content).encode(), headers)
        return urllib.request.urlopen(asked, timeout=10).status

    def test_an_ae_that_keeps_too_much_is_told_so_also_after_a_restart(self):
        self.start(cse=", limits: {resources: 2}")
        self.create("cse-in", 2, {"m2m:ae": {"rn": "meter", "api": "Nmeter", "rr": False, "srv": ["3"]}}, "CMeter")
        self.create("cse-in/meter", 3, {"m2m:cnt": {"rn": "data"}}, "CMeter")
        for _ in range(2):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.create("cse-in/meter", 3, {"m2m:cnt": {"rn": "more"}}, "CMeter")
            self.assertEqual((refused.exception.code, refused.exception.headers["X-M2M-RSC"]), (429, "4141"))
            self.assertIn("CMeter keeps 2 resources here", json.load(refused.exception)["m2m:dbg"])
            self.cse.end()
            self.start(cse=", limits: {resources: 2}")
        self.assertEqual(self.create("cse-in/meter/data", 4, {"m2m:cin": {"con": "1"}}, "CMeter"), 201)

    def test_who_asks_too_much_is_told_when_to_come_again_and_others_are_served(self):
        self.start(http=", limits: {requests_per_second: 1}")
        refused = self.refusal("CAdmin")
        self.assertEqual(refused.code, 429)
        self.assertEqual(refused.headers["Retry-After"], "1")
        self.assertEqual(refused.headers["X-M2M-RSC"], "4141")
        self.assertIn("an originator may make 1 requests in a second", json.load(refused)["m2m:dbg"])
        with self.assertRaises(urllib.error.HTTPError) as other:  # judged by its privileges, not by its rate
            self.ask("COther")
        self.assertEqual(other.exception.headers["X-M2M-RSC"], "4103")
        with urllib.request.urlopen(f"{self.cse.admin}/metrics", timeout=10) as metrics:
            self.assertRegex(metrics.read().decode(), r"(?m)^edgecse_requests_limited_total [1-9]")


if __name__ == "__main__":
    unittest.main()
