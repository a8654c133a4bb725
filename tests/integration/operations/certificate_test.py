# SPDX-License-Identifier: Apache-2.0
"""A certificate that is replaced while edgecse runs is taken without a restart, as Kubernetes replaces the files of a secret: by
one link to another folder. One that cannot be used is named, and the old one stays. Usage: certificate_test.py FOLDER-OF-PROGRAMS."""
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from cse_process import Cse

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() / "edgecse"
PATIENCE_S = 60  # the files are looked at every ten seconds


class Secret:
    """A folder whose files are links into a folder that a link names: what the kubelet makes of a secret."""

    def __init__(self, folder):
        self.folder, self.versions = folder, 0
        folder.mkdir()
        for name in ("tls.crt", "tls.key"):
            (folder / name).symlink_to(f"..data/{name}")

    def replace(self, fill):
        self.versions += 1
        version = self.folder / f"..{self.versions}"
        version.mkdir()
        fill(version)
        fresh = self.folder / "..data_tmp"
        fresh.symlink_to(version.name)
        os.replace(fresh, self.folder / "..data")


def certificate(name):
    def fill(folder):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
                       check=True, capture_output=True)
    return fill


def nonsense(folder):
    for name in ("tls.crt", "tls.key"):
        (folder / name).write_text("nonsense")


class Certificates(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.secret = Secret(self.folder / "tls")

    def start(self, fill, more=""):
        self.secret.replace(fill)
        tls = f", tls: {{certificate_file: {self.secret.folder}/tls.crt, key_file: {self.secret.folder}/tls.key{more}}}"
        self.cse = Cse(PROGRAM, self.folder, http=tls)
        self.addCleanup(self.cse.end)

    def served(self):
        """The certificate that a new connection is shown."""
        host, port = self.cse.root.removeprefix("http://").split(":")
        return ssl.get_server_certificate((host, int(port)))

    def current(self):
        return (self.secret.folder / "tls.crt").read_text()

    def wait_for(self, what, condition):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what}: {self.cse.log.read_text()}")
            time.sleep(0.2)

    def test_edgectl_shows_its_own_to_a_cse_that_wants_one(self):
        """As helm test does with tls.verifyClients: the CSE's own certificate, which is its own authority here."""
        file = self.secret.folder / "tls.crt"
        self.start(certificate("own"), f", client_ca_file: {file}, require_client_certificate: true")
        words = [PROGRAM.with_name("edgectl"), "--cse", self.cse.root.replace("http:", "https:"), "--ca-file", file]
        run = subprocess.run([*words, "get", "cse-in"], capture_output=True, text=True, timeout=30)
        self.assertEqual(run.returncode, 1, run.stdout)
        shown = ["--certificate-file", file, "--key-file", self.secret.folder / "tls.key"]
        run = subprocess.run([*words, *shown, "get", "cse-in"], capture_output=True, text=True, timeout=30)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn('"csi"', run.stdout)

    def test_a_renewed_one_is_served_and_a_broken_one_is_not(self):
        self.start(certificate("first"))
        first = self.served()
        self.assertEqual(first, self.current())
        self.secret.replace(nonsense)
        self.wait_for("the warning", lambda: "the changed certificate cannot be used, the old one stays" in self.cse.log.read_text())
        self.assertEqual(self.served(), first)
        self.secret.replace(certificate("second"))
        self.wait_for("the second certificate", lambda: self.served() == self.current())

    def test_a_broken_one_is_refused_at_the_start_with_its_file(self):
        with self.assertRaisesRegex(AssertionError, f"{self.secret.folder}/tls.crt"):
            self.start(nonsense)


if __name__ == "__main__":
    unittest.main()
