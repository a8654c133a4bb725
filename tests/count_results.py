#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts a ctest JUnit report: passed failed skipped. A report without tests counts as a failure."""
import sys
import xml.etree.ElementTree as ElementTree

suite = ElementTree.parse(sys.argv[1]).getroot()
total = int(suite.get("tests", 0))
failed = int(suite.get("failures", 0))
not_run = int(suite.get("disabled", 0)) + int(suite.get("skipped", 0))
print(total - failed - not_run, failed if total else 1, not_run)
