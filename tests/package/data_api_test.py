# SPDX-License-Identifier: Apache-2.0
"""schemathesis drives the MEC service from its own OpenAPI file: no 5xx, no undocumented answer. It acts as a client with a
token, which may write. Streams are left out, since they do not end by themselves.
Usage: data_api_test.py EDGECSE [SEED]"""
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method"
CONFIGURATION = """
cse: {type: IN, id: /in, name: cse-in}
http: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0"}
store: {kind: memory}
# Nobody is there: the service answers all the same.
mec:
  enabled: true
  platform: {api_root: "http://127.0.0.1:9/mep1"}
  service:
    publish: all
    clients: [{client_id: schemathesis, originator: CMeter}]
    tokens: {introspection_endpoint: "ISSUER"}
"""
RESOURCES = [
    ("cse-in", 2, {"m2m:ae": {"rn": "meter", "api": "Norg.example.meter", "rr": False, "srv": ["3"], "lbl": ["mec:service=water"]}}),
    ("cse-in/meter", 3, {"m2m:cnt": {"rn": "flow", "mni": 100}}),
    ("cse-in/meter/flow", 4, {"m2m:cin": {"con": "18.3", "cnf": "text/plain:0"}}),
    ("cse-in/meter/flow", 4, {"m2m:cin": {"con": "18.4", "cnf": "text/plain:0"}}),
    ("cse-in/meter", 28, {"cod:bat": {"rn": "battery", "cnd": "org.onem2m.common.moduleclass.battery", "lvl": 77}}),
    ("cse-in/meter", 29, {"m2m:ts": {"rn": "series", "pei": 1000}}),
    ("cse-in/meter/series", 30, {"m2m:tsi": {"dgt": "20261121T120000", "con": "5"}}),
]


class Issuer(http.server.BaseHTTPRequestHandler):
    """Says of every token that it is schemathesis's (RFC 7662)."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"active": True, "client_id": "schemathesis"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def create(root, number, parent, resource_type, representation):
    request = urllib.request.Request(f"{root}/{parent}", json.dumps(representation).encode(), {
        "X-M2M-Origin": "CMeter", "X-M2M-RI": f"seed-{number}", "X-M2M-RVI": "3",
        "Content-Type": f"application/json;ty={resource_type}"})
    urllib.request.urlopen(request, timeout=10).close()


def started(log, process):
    deadline = time.monotonic() + 30
    while not (found := re.search(r'"msg":"ready".*?"listen":"([^"]+)"', log.read_text())):
        if time.monotonic() > deadline or process.poll() is not None:
            raise AssertionError(log.read_text())
        time.sleep(0.05)
    return f"http://{found[1]}"


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        issuer = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
        threading.Thread(target=issuer.serve_forever, daemon=True).start()
        (folder / "edgecse.yaml").write_text(CONFIGURATION.replace("ISSUER", f"http://127.0.0.1:{issuer.server_address[1]}/"))
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen([sys.argv[1], "--config", folder / "edgecse.yaml"], stdout=log, stderr=log)
        try:
            root = started(folder / "log", process)
            for number, resource in enumerate(RESOURCES):
                create(root, number, *resource)
            described = folder / "onem2m_data.yaml"
            described.write_bytes(urllib.request.urlopen(f"{root}/onem2m_data/v1/openapi.yaml", timeout=10).read())
            run = subprocess.run([sys.executable, "-m", "schemathesis.cli", "run", described, "--url", f"{root}/onem2m_data/v1",
                                  "--max-time", "20", "--checks", CHECKS, "--seed", (sys.argv + ["1"])[2],
                                  "--header", "Authorization: Bearer a-token", "--exclude-path-regex", "/stream$"],
                                 cwd=folder, capture_output=True, text=True, check=False)
            print(run.stdout[-6000:], run.stderr[-2000:])
            return run.returncode or process.poll() or 0
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
