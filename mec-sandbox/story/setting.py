# SPDX-License-Identifier: Apache-2.0
"""Who runs where in a run, and the configuration files that say so."""
import json
import pathlib
import socket

from processes import Trouble

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORT, ADMIN_PORT, SANDBOX_PORT = 8080, 9464, 8090


class Addresses:
    """Loopback addresses 127.BLOCK.0.x of one run; another run takes another block."""

    def __init__(self):
        for block in range(20, 120):
            self.prefix = f"127.{block}"
            if free(self.sandbox, SANDBOX_PORT) and free(self.infrastructure, PORT):
                return
        raise Trouble("no block of loopback addresses is free")

    @property
    def sandbox(self):
        return f"{self.prefix}.0.1"

    @property
    def infrastructure(self):
        return f"{self.prefix}.0.2"

    @property
    def city(self):
        return f"{self.prefix}.0.200"

    def edge(self, number: int) -> str:
        return f"{self.prefix}.0.{10 + number}"

    def device(self, number: int) -> str:
        return f"{self.prefix}.1.{10 + number}"


def free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


class Plain(str):
    """A size, duration or choice: written without quotes, with which it would be a text."""


def yaml_lines(content: dict, indent: str = ""):
    for key, value in content.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:"
            yield from yaml_lines(value, indent + "  ")
        else:
            yield f"{indent}{key}: {value if isinstance(value, Plain) else json.dumps(value)}"


def write(folder: pathlib.Path, name: str, content: dict) -> str:
    file = folder / f"{name}.yaml"
    file.write_text("\n".join(yaml_lines(content)) + "\n")
    return str(file)


def cse_common(folder: pathlib.Path, name: str, address: str) -> dict:
    return {
        "http": {"listen": f"{address}:{PORT}", "advertise": [f"http://{address}:{PORT}"]},
        "admin": {"listen": f"{address}:{ADMIN_PORT}"},
        "store": {"kind": Plain("embedded"), "path": str(folder / f"store-{name}"), "reserve": Plain("64MiB")},
    }


def infrastructure_cse(folder: pathlib.Path, addresses: Addresses) -> str:
    return write(folder, "in", {"cse": {"type": Plain("IN"), "id": "/in", "name": "cse-in"},
                                **cse_common(folder, "in", addresses.infrastructure), "mec": {"enabled": False}})


def edge_cse(folder: pathlib.Path, addresses: Addresses, number: int, hosts: list[dict], app_instance_id: str) -> str:
    """The MN-CSE at the host of that number (from 1)."""
    others = [index for index in range(1, len(hosts) + 1) if index != number]
    return write(folder, f"mn{number}", {
        "cse": {"type": Plain("MN"), "id": f"/mn{number}", "name": "cse-mn"},
        "registrar": {"id": "/in", "name": "cse-in", "poa": [f"http://{addresses.infrastructure}:{PORT}"]},
        **cse_common(folder, f"mn{number}", addresses.edge(number)),
        "mec": {"enabled": True, "platform": {"api_root": hosts[number - 1]["api_root"]},
                "peers": [hosts[other - 1]["api_root"] for other in others], "app_instance_id": app_instance_id,
                "service": {"publish": Plain("all")}},
        "mobility": {"enabled": True, "peers": [f"/mn{other}" for other in others]},
    })


def device(folder: pathlib.Path, addresses: Addresses, number: int, ue: str, resolver: str, first_row: int) -> tuple[str, str]:
    """(name, configuration file). Every second device follows re-registration triggers."""
    name = f"meter-{ue.replace('.', '-')}"
    return name, write(folder, name, {"device": {
        "name": name, "ue": ue, "resolver": resolver, "cse_name": "cse-mn", "listen": f"{addresses.device(number)}:0",
        "readers": ["/in/CCity"], "measurements": str(ROOT / "mec-sandbox/data/water-flow.csv"), "first_row": first_row,
        "interval": Plain("PT0.1S"), "triggers": Plain("follow" if number % 2 else "ignore"), "ledger": str(folder / f"ledger-{ue}.jsonl"),
    }})
