# SPDX-License-Identifier: Apache-2.0
"""The chart, without a cluster: every ci/*-values.yaml is linted, rendered, valid for Kubernetes 1.25 to 1.37, allowed by
PodSecurity restricted, and gives a configuration that edgecse takes; values that contradict each other are refused with a
sentence. Usage: chart_test.py EDGECSE."""
import functools
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "edgecse"
EDGECSE = sys.argv.pop(1)
VALUES = sorted((CHART / "ci").glob("*-values.yaml"))
# Kinds of operators, whose schemas Kubernetes does not have.
OF_OPERATORS = {"ServiceMonitor", "PodMonitor", "PrometheusRule", "Certificate", "HTTPRoute"}


def helm(*words):
    return subprocess.run(["helm", *map(str, words)], capture_output=True, text=True, check=False)


def render(values, *words):
    run = helm("template", "trial", CHART, "--namespace", "edge", "-f", values, *words)
    if run.returncode:
        raise AssertionError(run.stderr)
    return [document for document in yaml.safe_load_all(run.stdout) if document]


@functools.cache
def rendered(values):
    return render(values)


def of_kind(documents, kind):
    return [document for document in documents if document["kind"] == kind]


def configuration(documents):
    return yaml.safe_load(of_kind(documents, "ConfigMap")[0]["data"]["edgecse.yaml"])


def pods(documents):
    return [d["spec"]["template"]["spec"] for d in of_kind(documents, "StatefulSet")] + \
           [d["spec"] for d in of_kind(documents, "Pod")]


class InThePackage(unittest.TestCase):
    def test_runs_the_image_that_the_package_names(self):
        reference = "registry.example.org:5000/edge/edgecse:2.1"
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder) / "edgecse.csar"
            subprocess.run([pathlib.Path(EDGECSE).with_name("edgectl"), "package", "build", "--output", package, "--appd", ROOT / "appd",
                            "--chart", CHART, "--licence", ROOT / "LICENSE", "--image", reference], check=True, capture_output=True)
            with zipfile.ZipFile(package) as archive:
                chart = archive.extract("Artifacts/Charts/edgecse.tgz", folder)
            run = helm("template", "trial", chart, "-f", CHART / "ci" / "in-values.yaml")
            self.assertEqual(run.returncode, 0, run.stderr)
            documents = [document for document in yaml.safe_load_all(run.stdout) if document]
            images = {container["image"] for pod in pods(documents) for container in pod["containers"]}
            self.assertEqual(images, {reference})


class EveryScenario(unittest.TestCase):
    def each(self):
        self.assertGreaterEqual(len(VALUES), 4)
        for values in VALUES:
            with self.subTest(values=values.name):
                yield values

    def test_is_linted_without_complaint(self):
        for values in self.each():
            run = helm("lint", "--strict", CHART, "-f", values)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_is_valid_for_every_kubernetes_version(self):
        for values in self.each():
            for document in rendered(values):
                if document["kind"] in OF_OPERATORS:
                    continue
                for minor in range(25, 38):
                    kubernetes_validate.validate(document, f"1.{minor}", strict=True)

    def test_is_allowed_by_pod_security_restricted(self):
        for values in self.each():
            for pod in pods(rendered(values)):
                self.assertTrue(pod["securityContext"]["runAsNonRoot"])
                self.assertEqual(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault")
                for forbidden in ("hostNetwork", "hostPID", "hostIPC"):
                    self.assertNotIn(forbidden, pod)
                for volume in pod.get("volumes", []):
                    self.assertTrue({"configMap", "secret", "emptyDir", "persistentVolumeClaim"} & set(volume), volume)
                for container in pod["containers"]:
                    rules = container["securityContext"]
                    self.assertIs(rules["allowPrivilegeEscalation"], False)
                    self.assertEqual(rules["capabilities"], {"drop": ["ALL"]})
                    self.assertIs(rules["readOnlyRootFilesystem"], True)

    def test_has_no_token_and_mounts_no_secret_into_the_environment(self):
        for values in self.each():
            for pod in pods(rendered(values)):
                self.assertIs(pod["automountServiceAccountToken"], False)
                for container in pod["containers"]:
                    self.assertNotIn("env", container)

    def test_gives_a_configuration_that_edgecse_takes(self):
        for values in self.each():
            configured = configuration(rendered(values))
            # Files that only the pod has.
            for section, names in (("tls", ("certificate_file", "key_file", "client_ca_file")), ("client", ("ca_file",))):
                for name in names:
                    configured["http"].get(section, {}).pop(name, None)
            configured["http"].pop("tls", None)
            configured.get("mec", {}).get("oauth2", {}).pop("client_secret_file", None)
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                yaml.safe_dump(configured, file)
                file.flush()
                run = subprocess.run([EDGECSE, "--config", file.name, "--check"], capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_selects_only_its_own_pods(self):
        for values in self.each():
            documents = rendered(values)
            labels = of_kind(documents, "StatefulSet")[0]["spec"]["template"]["metadata"]["labels"]
            test_labels = of_kind(documents, "Pod")[0]["metadata"]["labels"]
            for service in of_kind(documents, "Service"):
                selector = service["spec"]["selector"]
                self.assertEqual(set(selector), {"app.kubernetes.io/name", "app.kubernetes.io/instance"})
                self.assertLessEqual(selector.items(), labels.items())
                self.assertFalse(selector.items() <= test_labels.items(), "the test's pod would answer as the CSE")

    def test_tests_itself_with_a_retrieve_of_the_csebase(self):
        for values in self.each():
            documents = rendered(values)
            pod = of_kind(documents, "Pod")[0]
            self.assertEqual(pod["metadata"]["annotations"]["helm.sh/hook"], "test")
            words = pod["spec"]["containers"][0]["args"]
            self.assertEqual(words[-2:], ["get", configuration(documents)["cse"]["name"]])
            tls = configuration(documents)["http"].get("tls", {})
            self.assertEqual("--certificate-file" in words, "client_ca_file" in tls, "who must show a certificate does")


class WhatTheValuesSay(unittest.TestCase):
    def test_a_mec_application_is_configured_key_by_key(self):
        configured = configuration(rendered(CHART / "ci" / "mn-mec-values.yaml"))
        self.assertEqual(configured["mec"]["platform"]["api_root"], "http://mep.edge.svc:8090/mep1")
        self.assertEqual(configured["mec"]["oauth2"]["client_secret_file"], "/etc/edgecse/mec/client_secret")
        self.assertEqual(configured["http"]["advertise"], ["http://192.0.2.10:30080"])

    def test_without_an_advertised_address_the_service_is_named(self):
        configured = configuration(rendered(CHART / "ci" / "in-values.yaml"))
        self.assertEqual(configured["http"]["advertise"], ["http://trial-edgecse.edge.svc:8080"])

    def test_tls_changes_address_and_files(self):
        documents = rendered(CHART / "ci" / "locked-down-values.yaml")
        http = configuration(documents)["http"]
        self.assertEqual(http["advertise"], ["https://trial-edgecse.edge.svc:8080"])
        self.assertEqual(http["tls"]["certificate_file"], "/etc/edgecse/tls/tls.crt")
        names = of_kind(documents, "Certificate")[0]["spec"]["dnsNames"]
        self.assertIn("trial-edgecse.edge.svc", names)
        self.assertIn("cse.example.org", names)

    def test_a_changed_configuration_restarts_the_pod(self):
        def checksum(*words):
            documents = render(CHART / "ci" / "in-values.yaml", *words)
            return of_kind(documents, "StatefulSet")[0]["spec"]["template"]["metadata"]["annotations"]["checksum/config"]

        self.assertEqual(checksum(), checksum())
        self.assertNotEqual(checksum(), checksum("--set", "config.log.level=debug"))

    def test_one_pod_with_a_volume_of_its_own(self):
        state = of_kind(rendered(CHART / "ci" / "in-values.yaml"), "StatefulSet")[0]["spec"]
        self.assertEqual(state["replicas"], 1)
        self.assertEqual(state["volumeClaimTemplates"][0]["spec"]["accessModes"], ["ReadWriteOnce"])
        claimed = of_kind(rendered(CHART / "ci" / "locked-down-values.yaml"), "StatefulSet")[0]["spec"]
        self.assertNotIn("volumeClaimTemplates", claimed)

    def test_network_policy_lets_in_who_is_named(self):
        rules = of_kind(rendered(CHART / "ci" / "locked-down-values.yaml"), "NetworkPolicy")[0]["spec"]
        by_port = {rule["ports"][0]["port"]: rule["from"] for rule in rules["ingress"]}
        self.assertEqual(by_port["onem2m"], [{"namespaceSelector": {"matchLabels": {"edge": "true"}}}])
        self.assertEqual([rule["ports"][0]["port"] for rule in rules["egress"]], [53, 8080])

    def test_alert_rules_and_dashboards_come_from_their_files(self):
        documents = rendered(CHART / "ci" / "mn-mec-values.yaml")
        rules = yaml.safe_load((CHART / "rules" / "edgecse.rules.yaml").read_text())
        self.assertEqual(of_kind(documents, "PrometheusRule")[0]["spec"]["groups"], rules["groups"])
        boards = of_kind(documents, "ConfigMap")[1]["data"]
        for file in (CHART / "dashboards").glob("*.json"):
            self.assertEqual(json.loads(boards[file.name]), json.loads(file.read_text()))

    def test_what_is_off_by_default_is_not_rendered(self):
        kinds = {document["kind"] for document in rendered(CHART / "ci" / "in-values.yaml")}
        self.assertEqual(kinds, {"ConfigMap", "StatefulSet", "Service", "ServiceAccount", "Pod"})


class WhatIsRefused(unittest.TestCase):
    """Values, and the words of the sentence that refuses them."""
    WRONG = {
        "config.cse.typ=IN": "additional properties 'typ' not allowed",
        "config.cse.type=XN": "/config/cse/type",
        "config.http.threads=0": "/config/http/threads",
        "config.http.listen=0.0.0.0:1": "'listen' not allowed",
        "config.registrar.id=/in": "an IN-CSE has no registrar",
        "config.cse.type=MN": "registers at another CSE",
        "config.mec.enabled=true": "needs the Mp1 address",
        "config.mobility.peers[0]=/in": "is this CSE itself",
        "config.store.kind=memory": "keeps nothing",
        "tls.enabled=true": "name the secret with tls.crt",
        "tls.verifyClients=true": "there is no TLS",
        "ingress.enabled=true": "needs a host name",
        "gatewayRoute.enabled=true": "needs a gateway",
        "service.type=Cluster": "/service/type",
        "replicas=2": "'replicas' not allowed",
    }

    def test_each_with_a_sentence(self):
        for setting, words in self.WRONG.items():
            with self.subTest(setting=setting):
                run = helm("template", "trial", CHART, "-f", CHART / "ci" / "in-values.yaml", "--set", setting)
                self.assertNotEqual(run.returncode, 0)
                self.assertIn(words, run.stderr)

    def test_the_schema_is_what_values_and_configuration_say(self):
        run = subprocess.run([sys.executable, ROOT / "helm" / "generate_schema.py", "--check"], capture_output=True, text=True,
                             check=False)
        self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == "__main__":
    unittest.main()
