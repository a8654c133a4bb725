# SPDX-License-Identifier: Apache-2.0
"""promtool has nothing to say against the metrics. Usage: metrics_test.py FOLDER-OF-PROGRAMS. Exit status 77: no promtool here."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from cse_process import Cse

SKIPPED = 77


def main():
    if not shutil.which("promtool"):
        print("skipped: the Debian package prometheus is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        cse = Cse(pathlib.Path(sys.argv[1]).resolve() / "edgecse", pathlib.Path(folder))
        try:
            cse.ask("cse-in", 3, {"m2m:cnt": {"rn": "log"}})
            cse.put("something")
            with urllib.request.urlopen(f"{cse.admin}/metrics", timeout=10) as answer:
                metrics = answer.read()
        finally:
            cse.end()
    if b"edgecse_requests_total" not in metrics:
        print("the metrics of the program are not there")
        return 1
    return subprocess.run(["promtool", "check", "metrics"], input=metrics, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
