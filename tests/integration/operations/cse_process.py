# SPDX-License-Identifier: Apache-2.0
"""A running edgecse, for the tests of what an operator does with it."""
import json
import re
import subprocess
import time
import urllib.request


class Cse:
    """An IN-CSE of its own, with its store in the folder."""

    def __init__(self, program, folder, store="store", http="", cse=""):
        """http, cse: further keys of those sections."""
        store = folder / store
        self.log, self.requests = folder / f"{store.name}.log", 0
        file = folder / "edgecse.yaml"
        file.write_text(f"""
cse: {{type: IN, id: /in, name: cse-in{cse}}}
http: {{listen: "127.0.0.1:0"{http}}}
admin: {{listen: "127.0.0.1:0"}}
store: {{path: {store}, reserve: 1MiB, backups: {folder}/backups}}
mec: {{enabled: false}}
""")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([program, "--config", file], stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not (ready := re.search(r'"msg":"ready".*?"listen":"([^"]+)","admin":"([^"]+)"', self.log.read_text())):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(self.log.read_text())
            time.sleep(0.05)
        self.root, self.admin = f"http://{ready[1]}", f"http://{ready[2]}"

    def ask(self, to, resource_type=None, content=None):
        self.requests += 1
        headers = {"X-M2M-Origin": "CAdmin", "X-M2M-RI": f"{id(self)}-{self.requests}", "X-M2M-RVI": "3"}
        if resource_type:
            headers["Content-Type"] = f"application/json;ty={resource_type}"
        request = urllib.request.Request(f"{self.root}/{to}", content and json.dumps(content).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def put(self, content):
        self.ask("cse-in/log", 4, {"m2m:cin": {"con": content}})

    def newest(self):
        return self.ask("cse-in/log/la")["m2m:cin"]["con"]

    def end(self):
        self.process.terminate()
        self.process.wait()
