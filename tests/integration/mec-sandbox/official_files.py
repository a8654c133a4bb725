# SPDX-License-Identifier: Apache-2.0
"""The official OpenAPI files of the MEC APIs, corrected by corrections.yaml, as validators of messages."""
import copy
import functools
import json
import os
import pathlib
import re

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent


def folder() -> pathlib.Path | None:
    """Where the official files lie beside the project; None when they do not."""
    place = pathlib.Path(os.environ.get("EDGECSE_MEC_FILES", ROOT.parent / "shared/specs/mec"))
    return place if place.is_dir() else None


def parts_of(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def step(node, part: str):
    if isinstance(node, list):
        return node[int(part)]
    return node[part] if part in node else node[int(part)]  # status codes may be numbers


def find(document, pointer: str):
    for part in parts_of(pointer):
        document = step(document, part)
    return document


def spelled_out(corrections: list[dict]):
    """An entry with each: as many entries, one for each of them."""
    for correction in corrections:
        text = json.dumps({key: value for key, value in correction.items() if key != "each"})
        yield from (json.loads(text.replace("EACH", one)) for one in correction.get("each", [""]))


def correct(document, corrections: list[dict]) -> None:
    for correction in spelled_out(corrections):
        if correction.get("unwrap"):
            unwrap(document["paths"])
            continue
        *above, last = parts_of(correction["at"])
        node = document
        for part in above:
            node = step(node, part)
        if correction.get("remove"):
            del node[last]  # an entry that hits nothing is a mistake in the list
        elif "without" in correction:
            node[last].remove(correction["without"])
        else:
            value = find(document, correction["copy"]) if "copy" in correction else correction["set"]
            node[int(last) if isinstance(node, list) else last] = copy.deepcopy(value)


def unwrap(node) -> None:
    """{type: object, properties: {OnlyOne: schema}} as the schema of a body becomes that schema."""
    if isinstance(node, list):
        for item in node:
            unwrap(item)
    if not isinstance(node, dict):
        return
    for media in node.get("content", {}).values() if isinstance(node.get("content"), dict) else []:
        schema = media.get("schema", {})
        properties = schema.get("properties", {})
        if schema.get("type") == "object" and len(properties) == 1:
            media["schema"] = next(iter(properties.values()))
    for value in node.values():
        unwrap(value)


def load_yaml(path: pathlib.Path):
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@functools.cache
def api(file: str) -> "Api":
    return Api(file)


class Api:
    """One official file: which message fits which operation."""

    def __init__(self, file: str):
        self.file = file
        self.document = load_yaml(folder() / file)
        corrections = load_yaml(HERE / "corrections.yaml")
        correct(self.document, corrections.get(file) or [])

    def follow(self, node):
        while isinstance(node, dict) and "$ref" in node:
            node = find(self.document, node["$ref"][1:])
        return node

    def operation(self, method: str, path: str):
        for template, item in self.document["paths"].items():
            pattern = "/".join(r"[^/]+" if part.startswith("{") else re.escape(part) for part in template.rstrip("/").split("/"))
            if re.fullmatch(pattern, path) and method.lower() in item:
                return item[method.lower()]
        raise AssertionError(f"{self.file} has no {method} {path}")

    def faults(self, schema, message) -> list[str]:
        root = {**schema, "components": self.document["components"]}
        errors = jsonschema.Draft202012Validator(root).iter_errors(message)
        return [f"{error.json_path}: {error.message[:200]}" for error in errors]

    def schema_of(self, holder):
        """The JSON schema below a request body or a response; None when it has no body."""
        content = self.follow(holder or {}).get("content") or {}
        media = content.get("application/json") or content.get("application/problem+json")
        return media and media.get("schema")

    def request_faults(self, method: str, path: str, body) -> list[str]:
        schema = self.schema_of(self.operation(method, path).get("requestBody"))
        return self.faults(schema, body) if schema else []

    def query_faults(self, method: str, path: str, names: set[str]) -> list[str]:
        parameters = [self.follow(parameter) for parameter in self.operation(method, path).get("parameters", [])]
        known = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        needed = {parameter["name"] for parameter in parameters if parameter["in"] == "query" and parameter.get("required")}
        return [f"unknown parameter {name}" for name in names - known] + [f"missing parameter {name}" for name in needed - names]

    def response_faults(self, method: str, path: str, status: int, body) -> list[str]:
        responses = {str(code): response for code, response in self.operation(method, path)["responses"].items()}
        if str(status) not in responses:
            return [f"{method} {path}: the status {status} is not foreseen"]
        if status == 204:  # some files give even this one a body
            return [] if body is None else [f"{method} {path}: 204 with a body"]
        schema = self.schema_of(responses[str(status)])
        return self.faults(schema, body) if schema else []

    def named_faults(self, name: str, message) -> list[str]:
        return self.faults(self.document["components"]["schemas"][name], message)
