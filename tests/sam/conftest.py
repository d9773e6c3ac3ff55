"""The template as the SAM CLI builds it, and the whole stack as it runs it in Lambda's image."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import neo4j
import pytest

from local import ROOT
from local.embedded.neo4j import running_neo4j
from local.embedded.valkey import running_valkey
from local.network.generate import town
from local.network.store import import_network
from local.ports import LOOPBACK, free_port
from milkrun_solver.network.compiled import CompiledNetwork
from tests.conftest import missing

from .machine import (
    ENVIRONMENT,
    IMAGE,
    SAM,
    containers_with,
    docker,
    images,
    machine_address,
    relay,
    running_sam,
)


@dataclass(frozen=True)
class SamStack:
    """Where `sam local start-api` and `sam local start-lambda` serve."""

    api: str
    lambdas: str


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sam build` makes of the template: a folder with template.yaml and the layers.

    They have bytecode whatever Python runs the tests; where that is not Lambda's own it is of no use there.
    """
    if not SAM.exists():
        missing("the SAM CLI is not installed (make build does it)")
    folder = tmp_path_factory.mktemp("sam") / "build"
    command = [str(SAM), "build", "--no-cached", "--build-dir", str(folder)]
    environment = {**ENVIRONMENT, "PYTHON": sys.executable, "PYTHON_ON_LAMBDA": sys.executable}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="session")
def address() -> str:
    """The machine's address for containers, where Docker runs and has Lambda's image."""
    try:
        docker("info")
    except (OSError, subprocess.SubprocessError):
        missing("Docker does not run")
    try:
        docker("image", "inspect", IMAGE)
    except subprocess.CalledProcessError:
        try:
            docker("pull", IMAGE)
        except subprocess.SubprocessError:
            missing(f"{IMAGE} cannot be pulled")
    return machine_address()


@pytest.fixture(scope="session")
def road_graph() -> CompiledNetwork:
    return town(3, columns=13)


@pytest.fixture(scope="session")
def neo4j_port(
    address: str, road_graph: CompiledNetwork, neo4j_at_hand: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """Of a Neo4j that has a town."""
    with running_neo4j(tmp_path_factory.mktemp("neo4j")) as server:
        with neo4j.GraphDatabase.driver(server.uri) as driver:
            import_network(driver, "town", road_graph, lambda *_: None)
        port = int(server.uri.rpartition(":")[2])
        with relay(address, port):
            yield port


@pytest.fixture(scope="session")
def valkey_port(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a Valkey that listens where containers find it, as docs/decisions/sam-template.md says."""
    bind = ["--bind", LOOPBACK] + ([address] if address != LOOPBACK else [])
    with running_valkey(tmp_path_factory.mktemp("valkey"), *bind, "--protected-mode", "no") as valkey:
        yield int(valkey.url.removesuffix("/0").rpartition(":")[2])


@pytest.fixture(scope="session")
def stack(
    address: str, valkey_port: int, neo4j_port: int, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SamStack]:
    """The whole system under the SAM CLI, with events/env.json but for the ports."""
    folder = tmp_path_factory.mktemp("sam-local")
    api_port, lambda_port = free_port(), free_port()
    redis_url = f"redis://host.docker.internal:{valkey_port}/0"
    written = (ROOT / "events/env.json").read_text()
    environment = json.loads(
        written.replace("redis://host.docker.internal:6379/0", redis_url).replace(":3001", f":{lambda_port}")
    )
    for variables in environment.values():
        if "NEO4J_URI" in variables:
            variables["NEO4J_URI"] = f"bolt://host.docker.internal:{neo4j_port}"
    (folder / "env.json").write_text(json.dumps(environment))
    places = built, folder / "env.json"
    of_others = images()
    try:
        with (
            running_sam("start-lambda", *places, folder / "start-lambda.log", address, lambda_port),
            running_sam("start-api", *places, folder / "start-api.log", LOOPBACK, api_port),
        ):
            yield SamStack(f"http://{LOOPBACK}:{api_port}", f"http://{address}:{lambda_port}")
    finally:
        for container in containers_with(redis_url):
            docker("rm", "--force", container)
        for image in images() - of_others:
            with suppress(subprocess.CalledProcessError):  # gone with another one, or below one that stays
                docker("rmi", "--force", image)
