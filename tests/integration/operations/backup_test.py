# SPDX-License-Identifier: Apache-2.0
"""A backup is made while the CSE serves, is whole, and brings back what was acknowledged before it.
Usage: backup_test.py FOLDER-OF-PROGRAMS."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from cse_process import Cse

PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()


def edgectl(*words):
    return subprocess.run([PROGRAMS / "edgectl", *map(str, words)], capture_output=True, text=True, check=False)


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def cse(self, name):
        cse = Cse(PROGRAMS / "edgecse", self.folder, name)
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

    def test_a_store_that_is_there_is_set_aside_when_asked_and_nobody_uses_it(self):
        cse, backup = self.backed_up()
        words = ("store", "restore", backup, self.folder / "store", "--set-aside")
        refused = edgectl(*words)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("is in use; stop the CSE first", refused.stderr)
        cse.end()
        restored = edgectl(*words)
        self.assertEqual(restored.returncode, 0, restored.stderr)
        self.assertEqual(self.cse("store").newest(), "before")
        self.assertIn("2 instances", edgectl("store", "check", self.folder / "store.before-1").stdout)

    def test_what_is_no_store_is_named(self):
        refused = edgectl("store", "check", self.folder)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("holds no store", refused.stderr)
        self.assertFalse(list(self.folder.iterdir()))


if __name__ == "__main__":
    unittest.main()
