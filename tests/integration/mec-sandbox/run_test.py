# SPDX-License-Identifier: Apache-2.0
"""The whole edge with real processes: some moves, and every invariant holds. Usage: run_test.py FOLDER-OF-PROGRAMS [switches].
How long requests waited is for a run on a quiet machine to judge (HR-8), not for a test."""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main() -> int:
    binaries, switches = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "report.json"
        run = subprocess.run([sys.executable, str(ROOT / "mec-sandbox/story/play.py"), "--once", "--binaries", binaries,
                              "--report", str(file), *switches], capture_output=True, text=True)
        print(run.stdout, run.stderr)
        if not file.exists():
            return 1
        report = json.loads(file.read_text())
    broken = [invariant for invariant in report["invariants"] if not invariant["held"] and invariant["id"] != "HR-8"]
    if report["moves"]["completed"] < 4:
        broken.append("fewer than four moves completed")
    if "did not end cleanly" in run.stderr:
        broken.append(run.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
