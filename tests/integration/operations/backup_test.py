# SPDX-License-Identifier: Apache-2.0
"""A backup is made while the CSE serves, is whole, and brings back what was acknowledged before it.
Usage: backup_test.py FOLDER-OF-PROGRAMS."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()


def edgectl(*words):
    return subprocess.run([PROGRAMS / "edgectl", *map(str, words)], capture_output=True, text=True, check=False)


class Cse:
    def __init__(self, folder, store):
        self.log, self.requests = folder / f"{store.name}.log", 0
        file = folder / "edgecse.yaml"
        file.write_text(f"""
cse: {{type: IN, id: /in, name: cse-in}}
http: {{listen: "127.0.0.1:0"}}
admin: {{listen: "127.0.0.1:0"}}
store: {{path: {store}, reserve: 1MiB, backups: {folder}/backups}}
mec: {{enabled: false}}
""")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([PROGRAMS / "edgecse", "--config", file], stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not (ready := re.search(r'"msg":"ready".*?"listen":"([^"]+)","admin":"([^"]+)"', self.log.read_text())):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(self.log.read_text())
            time.sleep(0.05)
        self.root, self.admin = f"http://{ready[1]}", f"http://{ready[2]}"

    def ask(self, to, resource_type=None, content=None):
        self.requests += 1
        headers = {"X-M2M-Origin": "CAdmin", "X-M2M-RI": f"{id(self)}-{self.requests}", "X-M2M-RVI": "3"}
        if resource_type:
            headers["Content-Type"] = f"application/json;ty={resource_type}"
        request = urllib.request.Request(f"{self.root}/{to}", content and json.dumps(content).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def put(self, content):
        self.ask("cse-in/log", 4, {"m2m:cin": {"con": content}})

    def newest(self):
        return self.ask("cse-in/log/la")["m2m:cin"]["con"]

    def end(self):
        self.process.terminate()
        self.process.wait()


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def cse(self, name):
        cse = Cse(self.folder, self.folder / name)
        self.addCleanup(cse.end)
        return cse

    def backed_up(self):
        """A CSE that got "before" before its backup and "after" after it; the backup's folder."""
        cse = self.cse("store")
        cse.ask("cse-in", 3, {"m2m:cnt": {"rn": "log"}})
        cse.put("before")
        made = edgectl("store", "backup", "--admin", cse.admin)
        self.assertEqual(made.returncode, 0, made.stderr)
        cse.put("after")
        return cse, pathlib.Path(made.stdout.strip())

    def test_a_restored_backup_holds_what_was_acknowledged_before_it(self):
        cse, backup = self.backed_up()
        self.assertEqual(cse.newest(), "after")
        self.assertIn("1 instances", edgectl("store", "check", backup).stdout)
        restored = edgectl("store", "restore", backup, self.folder / "again")
        self.assertEqual(restored.returncode, 0, restored.stderr)
        self.assertEqual(self.cse("again").newest(), "before")

    def test_a_damaged_backup_is_refused_and_nothing_is_written(self):
        _, backup = self.backed_up()
        for file in backup.glob("MANIFEST-*"):
            file.write_bytes(b"nonsense")
        self.assertEqual(edgectl("store", "check", backup).returncode, 1)
        self.assertEqual(edgectl("store", "restore", backup, self.folder / "again").returncode, 1)
        self.assertFalse((self.folder / "again").exists())

    def test_a_store_that_is_there_is_not_overwritten(self):
        _, backup = self.backed_up()
        refused = edgectl("store", "restore", backup, self.folder / "store")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("is not empty", refused.stderr)

    def test_what_is_no_store_is_named(self):
        refused = edgectl("store", "check", self.folder)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("holds no store", refused.stderr)
        self.assertFalse(list(self.folder.iterdir()))


if __name__ == "__main__":
    unittest.main()
