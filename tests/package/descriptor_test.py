# SPDX-License-Identifier: Apache-2.0
"""Descriptor, chart and program say the same: ports, resources, image, services required and offered; and an independent
TOSCA parser takes the descriptor. Usage: descriptor_test.py EDGECSE."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

import yaml
from toscaparser.tosca_template import ToscaTemplate

ROOT = pathlib.Path(__file__).resolve().parents[2]
EDGECSE = sys.argv.pop(1)
TOSCA = ROOT / "appd" / "Definitions" / "edgecse.yaml"
NEW = json.loads((ROOT / "appd" / "appd-3.1.1.json").read_text())
OLD = json.loads((ROOT / "appd" / "appd-2.1.1.json").read_text())
OFFICIAL = ROOT.parent / "shared" / "specs" / "mec"
NODES = yaml.safe_load(TOSCA.read_text())["topology_template"]["node_templates"]
APPLICATION = NODES["edgecse"]["properties"]


def rendered():
    values = ROOT / "helm" / "edgecse" / "ci" / "mn-mec-values.yaml"
    run = subprocess.run(["helm", "template", "t", ROOT / "helm" / "edgecse", "-f", values], capture_output=True, text=True,
                         check=True)
    return [document for document in yaml.safe_load_all(run.stdout) if document]


STATE = next(document for document in rendered() if document["kind"] == "StatefulSet")["spec"]
CONTAINER = STATE["template"]["spec"]["containers"][0]


def mebibytes(quantity):
    number, unit = re.fullmatch(r"([0-9]+) ?(Mi|Gi)B?", quantity).groups()
    return int(number) * (1024 if unit == "Gi" else 1)


class TheDescriptors(unittest.TestCase):
    def test_are_taken_by_an_independent_tosca_parser(self):
        parsed = ToscaTemplate(str(TOSCA))
        self.assertEqual({node.name for node in parsed.nodetemplates}, set(NODES))
        self.assertEqual(len(parsed.policies), 2)

    def test_name_the_same_application(self):
        for appd in (NEW, OLD):
            self.assertEqual(appd["appDId"], APPLICATION["descriptor_id"])
            self.assertEqual(appd["appName"], APPLICATION["product_name"])
            self.assertEqual(appd["appProvider"], APPLICATION["provider"])
            self.assertEqual(appd["appSoftVersion"], APPLICATION["software_version"])
            self.assertEqual(appd["appDVersion"], APPLICATION["descriptor_version"])
        self.assertEqual(NEW["mecVersion"].split(","), APPLICATION["mec_version"])
        self.assertEqual(OLD["mecVersion"], APPLICATION["mec_version"])

    def test_name_the_same_services(self):
        offered = [service["ser_name"] for service in APPLICATION["app_service_produced"]]
        wanted = [service["ser_name"] for service in APPLICATION["app_service_optional"]]
        for appd in (NEW, OLD):
            self.assertEqual([service["serName"] for service in appd["appServiceProduced"]], offered)
            self.assertEqual([service["serName"] for service in appd["appServiceOptional"]], wanted)
            self.assertEqual(appd["appServiceRequired"], [])

    def test_have_what_the_official_files_require(self):
        if not OFFICIAL.exists():
            self.skipTest("../shared/specs/mec is not here")
        for edition, appd in (("3.1.1", NEW), ("2.1.1", OLD)):
            text = (OFFICIAL / f"mec010-2-app-pkg-mgmt-v{edition}.yaml").read_text()
            schema = yaml.safe_load(text)["components"]["schemas"]["AppD"]
            self.assertLessEqual(set(schema["required"]), set(appd), edition)
            self.assertLessEqual(set(appd) - set(schema["required"]), set(schema["properties"]) | {
                "virtualComputeDescriptor", "virtualStorageDescriptor"}, edition)


class ChartAndProgram(unittest.TestCase):
    def test_listen_on_the_ports_that_the_descriptors_name(self):
        chart = {port["name"]: port["containerPort"] for port in CONTAINER["ports"]}
        tosca = {name: node["properties"]["port"] for name, node in NODES.items() if node["type"] == "tosca.nodes.nfv.VduCp"}
        appd = {port["name"]: port["port"] for port in NEW["appExtCpd"][0]["additionalServiceData"][0]["portData"]}
        self.assertEqual(chart, tosca)
        self.assertEqual(chart, appd)
        printed = yaml.safe_load(subprocess.run([EDGECSE, "--print-config"], capture_output=True, text=True, check=True).stdout)
        self.assertEqual(int(printed["http"]["listen"].rsplit(":", 1)[1]), chart["onem2m"])
        self.assertEqual(int(printed["admin"]["listen"].rsplit(":", 1)[1]), chart["admin"])

    def test_wait_for_the_services_that_the_descriptors_require(self):
        printed = yaml.safe_load(subprocess.run([EDGECSE, "--print-config"], capture_output=True, text=True, check=True).stdout)
        configured = yaml.safe_load(next(d for d in rendered() if d["kind"] == "ConfigMap")["data"]["edgecse.yaml"])
        for appd in (NEW, OLD):
            required = [service["serName"] for service in appd["appServiceRequired"]]
            self.assertEqual(printed["mec"]["required_services"], required)
            self.assertEqual(configured["mec"].get("required_services", []), required)

    def test_get_the_resources_that_the_descriptors_name(self):
        resources, tosca = CONTAINER["resources"], NODES["container"]["properties"]
        appd = NEW["osContainerDescriptor"][0]
        self.assertEqual(resources["requests"]["cpu"], f"{tosca['requested_cpu_resources']}m")
        self.assertEqual(appd["requestedCpuResources"], tosca["requested_cpu_resources"])
        for chart, descriptor, attribute in (("requests", "requested_memory_resources", "requestedMemoryResources"),
                                             ("limits", "memory_resource_limit", "memoryResourceLimit")):
            self.assertEqual(mebibytes(resources[chart]["memory"]), mebibytes(tosca[descriptor]))
            self.assertEqual(mebibytes(resources[chart]["memory"]), appd[attribute])
        claimed = STATE["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"]
        self.assertEqual(mebibytes(claimed), mebibytes(NODES["store"]["properties"]["size_of_storage"]))
        self.assertEqual(mebibytes(claimed) // 1024, NEW["virtualStorageDescriptor"][0]["blockStorageData"]["sizeOfStorage"])

    def test_are_of_the_version_that_the_descriptors_name(self):
        said = subprocess.run([EDGECSE, "--version"], capture_output=True, text=True, check=True).stdout
        chart = yaml.safe_load((ROOT / "helm" / "edgecse" / "Chart.yaml").read_text())
        self.assertIn(APPLICATION["software_version"], said)
        self.assertEqual(chart["appVersion"], APPLICATION["software_version"])
        self.assertEqual(CONTAINER["image"].rsplit(":", 1)[1], NEW["swImageDescriptor"][0]["version"])

    def test_end_within_the_time_that_the_descriptors_name(self):
        grace = STATE["template"]["spec"]["terminationGracePeriodSeconds"]
        self.assertEqual(grace, NEW["terminateAppInstanceOpConfig"]["maxRecommendedGracefulTerminationTimeout"])

    def test_the_services_that_are_offered_are_those_of_the_program(self):
        source = (ROOT / "src" / "edge" / "publisher.hpp").read_text()
        names = re.findall(r'ServiceName = "([^"]+)"', source)
        self.assertEqual(sorted(names), sorted(service["serName"] for service in NEW["appServiceProduced"]))


if __name__ == "__main__":
    unittest.main()
