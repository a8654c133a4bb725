#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes edgecse/values.schema.json from what is said once already: names, defaults and comments of edgecse/values.yaml,
and, for config, every key of etc/edgecse.yaml (which is `edgecse --print-config`). --check: only says whether it is so."""

import json
import pathlib
import re
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = HERE / "edgecse" / "values.schema.json"
# Set by the chart, from what it knows about the pod and its secrets.
OF_THE_CHART = {"http.listen", "http.tls.certificate_file", "http.tls.key_file", "http.tls.client_ca_file", "http.client.ca_file",
                "http.client.certificate_file", "http.client.key_file", "admin.listen", "store.path",
                "mec.oauth2.client_secret_file"}
# Kubernetes' own objects, given on as they are.
FREE = {"resources", "podAnnotations", "podLabels", "nodeSelector", "affinity", "annotations", "labels"}
TEXTS, OBJECTS = {"type": "string"}, {"type": "object"}
MORE = {
    "image.repository": {"minLength": 1},
    "image.digest": {"pattern": "^(sha256:[0-9a-f]{32,64})?$"},
    "image.pullPolicy": {"enum": ["IfNotPresent", "Always", "Never"]},
    "imagePullSecrets": {"items": {"type": "object", "properties": {"name": TEXTS}, "required": ["name"],
                                   "additionalProperties": False}},
    "persistence.size": {"pattern": "^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti)$"},
    "service.type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
    "service.port": {"minimum": 1, "maximum": 65535},
    "service.nodePort": {"minimum": 0, "maximum": 32767},
    "tls.certManager.issuerRef.kind": {"enum": ["Issuer", "ClusterIssuer"]},
    "tls.certManager.dnsNames": {"items": TEXTS},
    "ingress.hosts": {"items": TEXTS},
    "gatewayRoute.parentRefs": {"items": OBJECTS},
    "gatewayRoute.hostnames": {"items": TEXTS},
    "tolerations": {"items": OBJECTS},
    "networkPolicy.clients": {"items": OBJECTS},
    "networkPolicy.monitoring": {"items": OBJECTS},
    "networkPolicy.egress": {"items": OBJECTS},
    "metrics.serviceMonitor.interval": {"pattern": "^[0-9]+(ms|s|m)$"},
    "metrics.podMonitor.interval": {"pattern": "^[0-9]+(ms|s|m)$"},
    "terminationGracePeriodSeconds": {"minimum": 1},
}


def comments(path):
    """The comment lines right above each key, by dotted name."""
    found, stack, words = {}, [], []
    for line in path.read_text().splitlines():
        if not line.strip():
            words = []
        elif line.lstrip().startswith("#") and not re.match(r"\s*# [a-z_]+: *$", line):
            words.append(line.strip().lstrip("# "))
        elif match := re.match(r"( *)(?:# )?([A-Za-z_0-9]+):", line):
            stack = stack[: len(match[1]) // 2] + [match[2]]
            found[".".join(stack)] = " ".join(words)
            words = []
    return found


def kind_of(value):
    kinds = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
    return {"type": kinds[type(value)]}


def of_value(path, value, said):
    """The schema of a value of values.yaml."""
    schema = {"description": said[path]} if said.get(path) else {}
    schema |= kind_of(value)
    if isinstance(value, dict) and path.rsplit(".", 1)[-1] not in FREE:
        schema["additionalProperties"] = False
        schema["properties"] = {key: of_value(f"{path}.{key}" if path else key, inner, said) for key, inner in value.items()}
    return schema | MORE.get(path, {})


def of_rule(rule):
    """The schema that the sentence after `Value:` of a configuration key means."""
    if match := re.match(r"one of (.*)\.$", rule):
        return {"enum": match[1].split(", ")}
    if rule.startswith("true or false"):
        return {"type": "boolean"}
    if match := re.match(r"a whole number from (\d+) to (\d+)", rule):
        return {"type": "integer", "minimum": int(match[1]), "maximum": int(match[2])}
    if match := re.match(r"a list of mappings with (.*)\.$", rule):
        properties = {name: TEXTS for name in match[1].split(", ")}
        return {"type": "array", "items": {"type": "object", "properties": properties, "additionalProperties": False}}
    if rule.startswith("a list of"):
        return {"type": "array", "items": TEXTS}
    if rule.startswith("a duration"):
        return {"type": "string", "pattern": "^P"}
    if rule.startswith("a size"):
        return {"type": "string", "pattern": "^[0-9]+(B|KiB|MiB|GiB|TiB)$"}
    if rule.startswith("a URL"):
        return {"type": "string", "pattern": "^(https?://.+)?$" if 'or ""' in rule else "^https?://.+$"}
    return TEXTS


def of_configuration(said):
    root = {"type": "object", "description": said["config"], "additionalProperties": False, "properties": {}}
    for path, sentence in comments(HERE.parent / "etc" / "edgecse.yaml").items():
        if path in OF_THE_CHART or "Value: " not in sentence:
            continue
        where, (*sections, name) = root, path.split(".")
        for section in sections:
            empty = {"type": "object", "additionalProperties": False, "properties": {}}
            where = where["properties"].setdefault(section, empty)
        where["properties"][name] = {"description": sentence} | of_rule(sentence.split("Value: ", 1)[1])
    root["properties"]["cse"]["required"] = ["type", "id", "name"]
    return root


def main():
    path = HERE / "edgecse" / "values.yaml"
    said = comments(path)
    values = yaml.safe_load(path.read_text())
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of the edgecse chart"}
    schema |= of_value("", values | {"config": {}}, said)
    schema["properties"]["global"] = {"type": "object", "description": "Helm's own, for charts that contain this one."}
    schema["properties"]["config"] = of_configuration(said)
    text = json.dumps(schema, indent=1) + "\n"
    if sys.argv[1:] == ["--check"]:
        if SCHEMA.read_text() != text:
            sys.exit("helm/edgecse/values.schema.json is not what values.yaml and etc/edgecse.yaml say: run helm/generate_schema.py")
        return
    SCHEMA.write_text(text)


if __name__ == "__main__":
    main()
