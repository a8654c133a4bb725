#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the text promises exists: files that code and pages name, and a row in docs/metrics.md per metric of the code.
Exit status 1 and a line per fault."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
METRIC = re.compile(r'"(edgecse_[a-z_]+)"')
LINK = re.compile(r"\]\(([^)#:]+)\)")


def tracked(*patterns: str) -> list[pathlib.Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines()]


def faults() -> list[str]:
    found = []
    sources = tracked("src/*", "app/*", "mec-sandbox/*")
    for path in sources:
        if path.suffix not in {".cpp", ".hpp", ".md", ".yaml"}:
            continue
        for name in re.findall(r"\bdocs/[a-z_-]+\.md", path.read_text()):
            if not (ROOT / name).exists():
                found.append(f"{path.relative_to(ROOT)} names {name}, which does not exist")
    metrics = (ROOT / "docs/metrics.md").read_text()
    for path in sources:
        if path.suffix == ".cpp" and path.is_relative_to(ROOT / "src"):
            found += [f"{path.relative_to(ROOT)}: {name} has no row in docs/metrics.md"
                      for name in METRIC.findall(path.read_text()) if f"`{name}`" not in metrics]
    for page in tracked("*.md"):
        for link in LINK.findall(page.read_text()):
            if not (page.parent / link).exists():
                found.append(f"{page.relative_to(ROOT)} links to {link}, which does not exist")
    return found


if __name__ == "__main__":
    lines = faults()
    print("\n".join(lines) if lines else "docs: every file and metric that is named exists")
    sys.exit(1 if lines else 0)
