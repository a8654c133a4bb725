#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Line coverage of src/ by room, from a build with --coverage. Usage: report_coverage.py BUILD_FOLDER

Exit status 1 when nothing was measured. Reads gcov's JSON (gcc comes with gcov), so that no further package is needed.
"""
import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def measured_lines(build: pathlib.Path) -> dict[str, dict[int, bool]]:
    """File below src/ -> line -> whether any test ran it."""
    lines: dict[str, dict[int, bool]] = collections.defaultdict(dict)
    build = build.resolve()
    notes = sorted(build.rglob("*.gcda"))
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(notes), 20):
            subprocess.run(["gcov", "--json-format", *map(str, notes[start:start + 20])], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for path in pathlib.Path(folder).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(path.read_bytes()))["files"]:
                name = (build / file["file"]).resolve()  # the compiler cache writes names from the build folder
                if not name.is_relative_to(ROOT / "src"):
                    continue
                seen = lines[str(name.relative_to(ROOT / "src"))]
                for line in file["lines"]:
                    seen[line["line_number"]] = seen.get(line["line_number"], False) or line["count"] > 0
    return lines


def main() -> int:
    lines = measured_lines(pathlib.Path(sys.argv[1]))
    rooms: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    for name, seen in lines.items():
        room = rooms[name.split("/")[0]]
        room[0] += sum(seen.values())
        room[1] += len(seen)
    for name, (hit, total) in sorted(rooms.items()):
        print(f"{name:10} {100 * hit / max(total, 1):5.1f} % of {total} lines")
    return 0 if lines else 1


if __name__ == "__main__":
    sys.exit(main())
