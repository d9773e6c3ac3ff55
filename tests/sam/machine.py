"""The SAM CLI's local servers, and what containers need to reach this machine."""

import ipaddress
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from local import ROOT
from local.ports import LOOPBACK
from local.processes import child_setup, stop

SAM = ROOT / ".venv/sam/bin/sam"
IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"
START_LIMIT = 120.0  # seconds
STOP_GRACE = 60.0
ENVIRONMENT = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}


def docker(*arguments: str) -> str:
    """Runs Docker and returns its output.

    Raises:
        CalledProcessError: Docker refuses.
        OSError: Docker is not installed.
    """
    run = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True, timeout=600)
    return run.stdout.strip()


def machine_address() -> str:
    """The address at which containers reach this machine: Docker's bridge on Linux, loopback with Docker
    Desktop."""
    config = json.loads(docker("network", "inspect", "bridge"))[0]["IPAM"]["Config"][0]
    # Docker states no gateway for a bridge it has just made until it restarts; it uses the first address.
    gateway = config.get("Gateway") or str(next(ipaddress.ip_network(config["Subnet"]).hosts()))
    with socket.socket() as probe:
        try:
            probe.bind((gateway, 0))
        except OSError:
            return LOOPBACK
    return gateway


@contextmanager
def running_sam(
    command: str, built: Path, variables: Path, log: Path, host: str, port: int
) -> Iterator[None]:
    """Runs `sam local <command>` on a built template for the length of the block, with samconfig.toml's
    `local`."""
    arguments = ["--template", str(built / "template.yaml")]
    arguments += ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]
    arguments += ["--env-vars", str(variables), "--skip-pull-image", "--host", host, "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(SAM), "local", command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=ENVIRONMENT,
            preexec_fn=child_setup(),
        )
    try:
        _wait_until_listening(process, host, port, log)
        yield
    finally:
        stop(process, STOP_GRACE)


def _wait_until_listening(process: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while True:
        with suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"sam local did not start: {log.read_text()[-2000:]}")
        time.sleep(0.2)


def containers_with(value: str) -> list[str]:
    """The containers that have this value in their environment."""
    ids = docker("ps", "--all", "--quiet").split()
    if not ids:
        return []
    return [box["Id"] for box in json.loads(docker("inspect", *ids)) if value in str(box["Config"]["Env"])]


def images() -> set[str]:
    """The images that the SAM CLI has built on Lambda's, each with the layers of one function."""
    return set(docker("images", "--quiet", "--no-trunc", "samcli/lambda-python").split())


@contextmanager
def relay(address: str, port: int) -> Iterator[None]:
    """Forwards connections from `address` to the same port on loopback, for a server that listens only
    there."""
    if address == LOOPBACK:
        yield
        return
    with socket.create_server((address, port)) as listener:
        threading.Thread(target=_accept, args=(listener, port), daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, port: int) -> None:
    while True:
        try:
            outside, _ = listener.accept()
        except OSError:
            return  # closed
        inside = socket.create_connection((LOOPBACK, port))
        for source, target in ((outside, inside), (inside, outside)):
            threading.Thread(target=_pump, args=(source, target), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
