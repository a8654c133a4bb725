#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No room includes a room that is not in its row of the plan (src/README.md). Exit status 1 and a line per fault."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| `(\w+)` \|.*\|([^|]*)\|$")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def allowed_rooms(plan: str) -> dict[str, set[str]]:
    rows = {}
    for line in plan.splitlines():
        if match := ROW.match(line):
            rows[match[1]] = set(re.findall(r"`(\w+)`", match[2]))
    return rows


def faults(root: pathlib.Path) -> list[str]:
    rows = allowed_rooms((root / "src/README.md").read_text())
    found = []
    folders = {path.name for path in (root / "src").iterdir() if path.is_dir()}
    found += [f"src/README.md has no row for the room {name}" for name in sorted(folders - rows.keys())]
    found += [f"src/README.md has a row for {name}, which is no folder" for name in sorted(rows.keys() - folders)]
    # The stand-in and the checker judge the product: they must not share code with what they judge.
    places = {f"src/{name}": allowed | {name} for name, allowed in rows.items()}
    places["mec-sandbox"] = {"base", "telemetry", "net", "package"}
    for place, allowed in places.items():
        for path in sorted((root / place).rglob("*.[ch]pp")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                room = match and match[1].split("/")[0]
                if room in rows and room not in allowed:
                    found.append(f"{path.relative_to(root)}:{number}: {place} must not include {match[1]}")
    return found


def self_test() -> None:
    """The check can fail: a plan that forbids everything has to find faults."""
    rows = allowed_rooms("| `cse` | what | `base`, `onem2m` |\n| `net` | what | `base` |")
    assert rows == {"cse": {"base", "onem2m"}, "net": {"base"}}, rows


if __name__ == "__main__":
    self_test()
    lines = faults(ROOT)
    print("\n".join(lines) if lines else "rooms: every include is in the plan")
    sys.exit(1 if lines else 0)
