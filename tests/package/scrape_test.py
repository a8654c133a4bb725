# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes a whole edge while devices move: it takes every metric, evaluates every alert rule, and every
query of every dashboard panel returns data. Usage: scrape_test.py FOLDER-OF-PROGRAMS. Exit status 77: no Prometheus here."""
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "edgecse"
SKIPPED = 77
CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 5s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: edgecse
    file_sd_configs: [{{files: ["{targets}"], refresh_interval: 1s}}]
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    def __init__(self, folder):
        self.folder, self.targets = folder, folder / "targets.json"
        self.url = f"http://127.0.0.1:{free_port()}"
        file = folder / "prometheus.yaml"
        file.write_text(CONFIGURATION.format(rules=CHART / "rules" / "edgecse.rules.yaml", targets=self.targets))
        subprocess.run(["promtool", "check", "config", file], check=True, capture_output=True)
        self.log = open(folder / "prometheus.log", "wb")
        self.process = subprocess.Popen(["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder / 'tsdb'}",
                                         f"--web.listen-address={self.url.removeprefix('http://')}"],
                                        stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while not self.ready():
            if time.monotonic() > deadline:
                raise AssertionError((folder / "prometheus.log").read_text()[-2000:])
            time.sleep(0.1)

    def ready(self):
        try:
            return urllib.request.urlopen(f"{self.url}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def ask(self, path, **parameters):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=30) as answer:
            return json.load(answer)["data"]

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def play(binaries, targets):
    run = subprocess.run([sys.executable, ROOT / "mec-sandbox/story/play.py", "--once", "--speed", "2", "--moves", "4",
                          "--binaries", binaries, "--scrape-targets", targets], capture_output=True, text=True, check=False)
    if "the moves are over" not in run.stdout:
        raise AssertionError(f"the edge did not play: {run.stdout[-2000:]} {run.stderr[-2000:]}")


def panels():
    for file in sorted((CHART / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{file.stem}: {panel['title']}", target["expr"]


def has_data(prometheus, expression, begin):
    asked = expression.replace("$instance", ".*").replace("$__rate_interval", "10s")
    found = prometheus.ask("query_range", query=asked, start=begin, end=time.time(), step=1)["result"]
    # A quantile of nothing is NaN: in so short a run perhaps no request meets a move. What names no metric finds no series.
    return bool(found)


def main():
    if not shutil.which("prometheus") or not shutil.which("promtool"):
        print("skipped: the Debian package prometheus is not installed")
        return SKIPPED
    begin, faults = time.time(), []
    with tempfile.TemporaryDirectory() as folder:
        prometheus = Prometheus(pathlib.Path(folder))
        try:
            play(sys.argv[1], prometheus.targets)
            asked = 0
            for title, expression in panels():
                asked += 1
                if not has_data(prometheus, expression, begin):
                    faults.append(f"{title} shows nothing: {expression}")
            for group in prometheus.ask("rules")["groups"]:
                faults += [f"{rule['name']}: {rule['lastError']}" for rule in group["rules"] if rule["health"] != "ok"]
            if asked < 20:
                faults.append(f"only {asked} queries were found in the dashboards")
        finally:
            prometheus.close()
    print("\n".join(faults) or f"{asked} queries of the dashboards return data")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
