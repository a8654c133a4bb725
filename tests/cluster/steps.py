# SPDX-License-Identifier: Apache-2.0
"""Steps of a story: told as they end, counted in a JUnit report as ctest's. When they build on each other, the first that fails
ends the story."""
import pathlib
import time
import traceback
import xml.etree.ElementTree as ElementTree


class Skipped(Exception):
    """Why a step cannot be taken here."""


class Steps:
    def __init__(self, suite: str, dependent: bool = True):
        self.suite, self.dependent, self.taken, self.failed = suite, dependent, [], False

    def take(self, title: str, step):
        """False when it failed. What it returns is told."""
        if self.failed and self.dependent:
            return False
        begun, outcome, words = time.monotonic(), "ok", ""
        try:
            words = step() or ""
        except Skipped as reason:
            outcome, words = "skipped", str(reason)
        except Exception:  # whatever it is, the story ends, the cluster is cleaned up and the report tells
            outcome, words, self.failed = "FAILED", traceback.format_exc(), True
        seconds = time.monotonic() - begun
        self.taken.append((title, outcome, words, seconds))
        print(f"  {outcome:7} {seconds:6.1f} s  {title}{': ' + words if words else ''}", flush=True)
        return outcome == "ok"

    def write(self, file: pathlib.Path):
        count = [outcome for _, outcome, _, _ in self.taken]
        suite = ElementTree.Element("testsuite", name=self.suite, tests=str(len(count)), failures=str(count.count("FAILED")),
                                    skipped=str(count.count("skipped")), disabled="0")
        for title, outcome, words, seconds in self.taken:
            case = ElementTree.SubElement(suite, "testcase", name=title, classname=self.suite, time=f"{seconds:.1f}")
            if outcome != "ok":
                ElementTree.SubElement(case, "failure" if outcome == "FAILED" else "skipped", message=words)
        ElementTree.ElementTree(suite).write(file)
