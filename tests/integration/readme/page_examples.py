# SPDX-License-Identifier: Apache-2.0
"""The examples of a page of the documentation, run as they stand in a folder that looks like the project's. A block marked
<!-- run --> must succeed, and its output contain the text of the <!-- expect --> behind it; one marked <!-- start --> goes on
running until the page ends."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLE = re.compile(r"<!-- (run|start) -->\n```sh\n(.*?)```\n(?:<!-- expect (.*?) ?-->)?", re.S)


@contextlib.contextmanager
def project_folder():
    """A folder with everything of the project, in which examples may leave files."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for entry in ROOT.iterdir():
            (folder / entry.name).symlink_to(entry)
        yield folder


class Page:
    """placeholders: what stands in the text for something that differs from reader to reader, and what it is here."""

    def __init__(self, page, folder, placeholders=(), limit_s=60, patience_s=5):
        self.page, self.folder, self.placeholders = page, folder, dict(placeholders)
        self.limit_s, self.patience_s, self.started = limit_s, patience_s, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)

    def examples(self):
        found = EXAMPLE.findall((ROOT / self.page).read_text())
        assert found, f"{self.page} has no example that is marked to be run"
        for kind, command, expected in found:
            for text, here in self.placeholders.items():
                command = command.replace(text, str(here))
            yield kind, command, expected

    def run(self, meanwhile=lambda: None):
        """Calls meanwhile after each block that was started. Returns how many were run; AssertionError: the first that failed."""
        count = 0
        for kind, command, expected in self.examples():
            if kind == "start":
                self.started.append(subprocess.Popen(["bash", "-ec", command], cwd=self.folder, start_new_session=True,
                                                     stdout=subprocess.DEVNULL))
                meanwhile()
            else:
                self._run_one(command, expected)
            count += 1
        return count

    def _run_one(self, command, expected):
        deadline = time.monotonic() + self.patience_s
        while True:  # a list may be a second old
            done = subprocess.run(["bash", "-ec", command], capture_output=True, text=True, timeout=self.limit_s, cwd=self.folder,
                                  check=False)
            if done.returncode != 0 or expected in done.stdout or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        assert done.returncode == 0 and expected in done.stdout, \
            f"example of {self.page} failed, expected {expected!r}:\n{command}\ngot:\n{done.stdout}{done.stderr}"
