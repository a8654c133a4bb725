# SPDX-License-Identifier: Apache-2.0
"""The package from the build to the end of an instance: what is broken is refused with file, field and reason, what is whole is
onboarded, runs on a MEC host, answers a RETRIEVE of its CSEBase, and ends gracefully.
Usage: package_test.py FOLDER-OF-PROGRAMS."""
import hashlib
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
DEFINITIONS, MANIFEST = "Definitions/edgecse.yaml", "edgecse.mf"


def edgectl(*words):
    return subprocess.run([PROGRAMS / "edgectl", *map(str, words)], capture_output=True, text=True, check=False)


def build(folder, name="edgecse.csar", *words):
    run = edgectl("package", "build", "--output", folder / name, "--appd", ROOT / "appd", "--chart", ROOT / "helm/edgecse",
                  "--licence", ROOT / "LICENSE", *words)
    if run.returncode:
        raise AssertionError(run.stderr)
    return folder / name


def certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"], check=True, capture_output=True)
    return folder / f"{name}.pem", folder / f"{name}.key"


def changed(package, change, rehash=False):
    """The package with its files changed; rehash: the manifest fits again, as if it had been built so."""
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if rehash:
        manifest = files[MANIFEST].decode()
        for name, content in files.items():
            manifest = re.sub(rf"(Source: {re.escape(name)}\nAlgorithm: SHA-256\nHash: )\w+",
                              rf"\g<1>{hashlib.sha256(content).hexdigest()}", manifest)
        files[MANIFEST] = manifest.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    target = package.with_name("changed.csar")
    target.write_bytes(out.getvalue())
    return target


def replace(name, old, new):
    def change(files):
        assert old.encode() in files[name], old
        files[name] = files[name].replace(old.encode(), new.encode())

    return change


def appended(name, content):
    return lambda files: files.__setitem__(name, files.get(name, b"") + content)


class Workshop(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def refused(self, run, words):
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertIn(words, run.stderr)


class Building(Workshop):
    def test_the_same_ingredients_give_the_same_bytes(self):
        first, second = build(self.folder, "a.csar"), build(self.folder, "b.csar")
        self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_an_image_archive_goes_into_the_package(self):
        (self.folder / "image.tar").write_bytes(b"layers")
        with zipfile.ZipFile(build(self.folder, "a.csar", "--image-archive", self.folder / "image.tar")) as archive:
            self.assertEqual(archive.read("Artifacts/Images/edgecse.tar"), b"layers")
            self.assertIn(b"file: Artifacts/Images/edgecse.tar", archive.read(DEFINITIONS))

    def test_the_chart_names_the_image_of_the_descriptors(self):
        digest = "sha256:" + 64 * "0"
        for reference, expected in {
            "registry.example.org:5000/edge/edgecse:2.1": ("registry.example.org:5000/edge/edgecse", "2.1", ""),
            f"registry.example.org/edgecse@{digest}": ("registry.example.org/edgecse", "", digest),
            f"edgecse:2.1@{digest}": ("edgecse", "2.1", digest),
        }.items():
            with self.subTest(image=reference), zipfile.ZipFile(build(self.folder, "a.csar", "--image", reference)) as package:
                self.assertIn(f"file: {reference}\n".encode(), package.read(DEFINITIONS))
                with tarfile.open(fileobj=io.BytesIO(package.read("Artifacts/Charts/edgecse.tgz"))) as chart:
                    values = chart.extractfile("edgecse/values.yaml").read().decode()
                image = values[values.index("\nimage:\n"):]
                found = tuple(re.search(rf'\n  {key}: "(.*)"\n', image)[1] for key in ("repository", "tag", "digest"))
                self.assertEqual(found, expected)
                source = (ROOT / "helm/edgecse/values.yaml").read_text().splitlines()
                self.assertLessEqual(sum(a != b for a, b in zip(source, values.splitlines(), strict=True)), 3)

    def test_an_image_without_version_is_refused(self):
        for reference, words in {"edgecse": "neither tag nor digest", "registry:5000/edgecse": "neither tag nor digest", "": "no repository",
                                 'edgecse:1"\nx: y': "a character that no reference has", "edgecse@md5:1": "sha256"}.items():
            with self.subTest(image=reference):
                self.refused(edgectl("package", "build", "--output", self.folder / "x.csar", "--appd", ROOT / "appd", "--chart",
                                     ROOT / "helm/edgecse", "--licence", ROOT / "LICENSE", "--image", reference), words)
        strange = self.folder / "chart"
        strange.mkdir()
        (strange / "Chart.yaml").write_text("name: strange\n")
        (strange / "values.yaml").write_text("image:\n  repository: a\n  tag: b\nother:\n  digest: c\n")
        self.refused(edgectl("package", "build", "--appd", ROOT / "appd", "--chart", strange), "values.yaml: has no image.digest")

    def test_what_is_missing_is_named(self):
        self.refused(edgectl("package", "build", "--appd", self.folder, "--chart", ROOT / "helm/edgecse"), DEFINITIONS)
        self.refused(edgectl("package", "build", "--appd", ROOT / "appd", "--chart", self.folder), "Chart.yaml")


class Verifying(Workshop):
    BROKEN = {
        "a file that was changed": (appended("Files/Licenses/LICENSE", b"!"), False, "Source Files/Licenses/LICENSE"),
        "a file that no hash covers": (appended("Files/more", b"!"), False, "Files/more has no Source entry"),
        "a file that is gone": (lambda files: files.pop("Artifacts/Charts/edgecse.tgz"), False, "Artifacts/Charts/edgecse.tgz"),
        "no manifest": (lambda files: files.pop(MANIFEST), False, "ETSI-Entry-Manifest names edgecse.mf"),
        "no entry file": (lambda files: files.pop("TOSCA-Metadata/TOSCA.meta"), False, "TOSCA-Metadata/TOSCA.meta: is missing"),
        "a manifest without a provider": (replace(MANIFEST, "vnf_provider_id", "vnf_supplier"), False, "metadata.vnf_provider_id"),
        "a weak hash": (replace(MANIFEST, "SHA-256", "MD5"), False, "Algorithm MD5 is not supported"),
        "a manifest that is no manifest": (appended(MANIFEST, b"\nwhat is this\n"), False, "expected NAME: VALUE"),
        "another application": (replace(DEFINITIONS, "5f0c3c0e", "00000000"), True, "metadata.vnfd_id"),
        "a descriptor without name": (replace(DEFINITIONS, "product_name", "name"), True, "properties.product_name"),
        "a descriptor of another language": (replace(DEFINITIONS, "tosca_simple_yaml_1_3", "x"), True, "tosca_definitions_version"),
        "a descriptor that is no YAML": (appended(DEFINITIONS, b"\n  : ]\n"), True, DEFINITIONS),
        "a way out": (appended("../escape", b"!"), False, "../escape: leads out of the archive"),
    }

    def test_what_is_broken_is_refused_with_its_reason(self):
        whole = build(self.folder)
        self.assertEqual(edgectl("package", "verify", whole).returncode, 0)
        for title, (change, rehash, words) in self.BROKEN.items():
            with self.subTest(broken=title):
                self.refused(edgectl("package", "verify", changed(whole, change, rehash)), words)

    def test_what_is_no_archive_is_refused(self):
        (self.folder / "text.csar").write_text("no archive")
        self.refused(edgectl("package", "verify", self.folder / "text.csar"), "the archive")

    def test_only_the_signature_of_a_known_builder_counts(self):
        known, key = certificate(self.folder, "builder")
        stranger, _ = certificate(self.folder, "stranger")
        signed = build(self.folder, "s.csar", "--certificate", known, "--key", key)
        run = edgectl("package", "verify", signed, "--ca-file", known, "--require-signature")
        self.assertIn("signed by CN=builder", run.stdout, run.stderr)
        self.refused(edgectl("package", "verify", signed, "--ca-file", stranger), "the signature does not fit")
        self.refused(edgectl("package", "verify", build(self.folder), "--require-signature"), "is not signed")
        forged = changed(signed, appended("Files/Licenses/LICENSE", b"!"), rehash=True)
        self.refused(edgectl("package", "verify", forged, "--ca-file", known), "the signature does not fit")


class Edge:
    """A MEC system whose orchestrator runs instances as processes."""

    def __init__(self, folder, *words):
        self.folder, self.log = folder, folder / "sandbox.log"
        command = [PROGRAMS / "mec-sandbox", "--listen", "127.0.0.1:0", "--scenarios", ROOT / "mec-sandbox/scenarios", "--paused",
                   "--run-program", PROGRAMS / "edgecse", "--instances", folder / "instances", *words]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not (found := re.search(r'"port":"(\d+)"', self.log.read_text())):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(self.log.read_text())
            time.sleep(0.05)
        self.meo = f"http://127.0.0.1:{found[1]}/meo"

    def package(self, verb, *words):
        return edgectl("package", verb, *words, "--meo", self.meo, "--patience", "60")

    def close(self):
        self.process.terminate()
        self.process.wait()


class Onboarding(Workshop):
    def edge(self, *words):
        edge = Edge(self.folder, *words)
        self.addCleanup(edge.close)
        return edge

    def test_the_orchestrator_refuses_what_it_cannot_run(self):
        edge, whole = self.edge(), build(self.folder)
        needs = "        app_{}_required: [{{{}: {}, version: 1.0.0}}]\n        app_latency"
        cases = {
            "a service that nobody offers": (needs.format("service", "ser_name", "XYZS"), "no host of this system offers XYZS"),
            "a feature that nobody knows": (needs.format("feature", "feature_name", "Levitation"), "Levitation is unknown"),
        }
        for title, (lines, words) in cases.items():
            with self.subTest(needs=title):
                package = changed(whole, replace(DEFINITIONS, "        app_latency", lines), rehash=True)
                self.refused(edge.package("onboard", package), words)
        self.refused(edge.package("onboard", changed(whole, appended("Files/more", b"!"))), "Files/more has no Source entry")
        self.refused(edge.package("instantiate", "no-such-application", "--host", "mep1"), "404")

    def test_an_orchestrator_that_wants_signatures_takes_no_others(self):
        known, key = certificate(self.folder, "builder")
        edge = self.edge("--package-authorities", str(known))
        self.refused(edge.package("onboard", build(self.folder)), "is not signed")
        self.assertEqual(edge.package("onboard", build(self.folder, "s.csar", "--certificate", known, "--key", key)).returncode, 0)

    def test_an_instance_runs_answers_and_ends_gracefully(self):
        edge = self.edge()
        onboarded = edge.package("onboard", build(self.folder))
        self.assertEqual(onboarded.returncode, 0, onboarded.stderr)
        application = onboarded.stdout.strip()
        configuration = self.folder / "mn.yaml"
        configuration.write_text(f"""
cse: {{type: IN, id: /in, name: cse-in}}
http: {{listen: "127.0.0.1:0"}}
admin: {{listen: "127.0.0.1:0"}}
store: {{path: {self.folder}/store, reserve: 1MiB}}
""")
        started = edge.package("instantiate", application, "--host", "mep1", "--config", configuration)
        self.assertEqual(started.returncode, 0, started.stderr)
        instance = started.stdout.strip()
        log = (self.folder / "instances" / instance / "log").read_text()
        address = re.search(r'"listen":"([^"]+)"', log)[1]
        got = edgectl("--cse", f"http://{address}", "get", "cse-in")
        self.assertIn('"csi": "/in"', got.stdout, got.stderr + log)
        ended = edge.package("terminate", instance)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("stopped", (self.folder / "instances" / instance / "log").read_text())
        self.refused(edge.package("terminate", instance), "404")

    def test_an_instance_that_cannot_start_fails_with_its_own_words(self):
        edge = self.edge()
        application = edge.package("onboard", build(self.folder)).stdout.strip()
        configuration = self.folder / "bad.yaml"
        configuration.write_text("cse: {typ: IN}\n")
        self.refused(edge.package("instantiate", application, "--host", "mep1", "--config", configuration),
                     "there is no such key; did you mean cse.type?")


if __name__ == "__main__":
    unittest.main()
