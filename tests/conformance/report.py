#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the cases of a conformance run per area (the test program), from GoogleTest's JSON reports.
Usage: report.py FOLDER [--list-skipped]"""
import collections
import json
import pathlib
import sys


def area_of(report: pathlib.Path) -> str:
    """cse_types_test.json and cse_types_test_3.json are of the area cse types."""
    name = report.stem.rstrip("0123456789").rstrip("_")
    return name.removesuffix("_test").removesuffix("_unit").replace("_", " ")


def cases(folder: pathlib.Path):
    """(area, full name, result, reason) of every case."""
    for report in sorted(folder.glob("*.json")):
        for suite in json.loads(report.read_text()).get("testsuites", []):
            for case in suite.get("testsuite", []):
                if case.get("status") != "RUN":
                    continue
                reason = " ".join(part["message"].split("\n", 1)[-1].strip() for part in case.get("skipped", []))
                result = "failed" if case.get("failures") else "skipped" if case["result"] == "SKIPPED" else "passed"
                yield area_of(report), f"{suite['name']}.{case['name']}", result, reason


def main() -> int:
    folder, options = pathlib.Path(sys.argv[1]), sys.argv[2:]
    counts, skipped = collections.defaultdict(collections.Counter), []
    for area, name, result, reason in cases(folder):
        counts[area][result] += 1
        if result == "skipped":
            skipped.append((name, reason or "no reason given"))
    print(f"{'area':<24}{'cases':>7}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for area, count in sorted(counts.items()) + [("all", sum(counts.values(), collections.Counter()))]:
        print(f"{area:<24}{sum(count.values()):>7}{count['passed']:>8}{count['failed']:>8}{count['skipped']:>9}")
    if "--list-skipped" in options:
        for name, reason in skipped:
            print(f"skipped: {name}: {reason}")
    return 0 if counts and not any(count["failed"] for count in counts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
