"""The template as the SAM CLI builds it, and the whole stack as the SAM CLI runs it in Lambda's image."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neo4j
import pytest
from samtranslator.yaml_helper import yaml_parse

from local import ROOT
from local.embedded.neo4j import running_neo4j
from local.embedded.valkey import running_valkey
from local.ports import LOOPBACK, free_port
from milkrun_solver.roads.compiled import CompiledNetwork
from networks.store import import_network
from networks.town import town
from tests.conftest import missing

from .building import ARCHITECTURES, make_layer, sam_build
from .machine import (
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
    """Where `sam local start-api` and `sam local start-lambda` listen."""

    api: str
    lambdas: str


@dataclass(frozen=True)
class Builds:
    """The builds in progress: the whole template by the SAM CLI, and each layer by its Makefile, by
    architecture and name."""

    everything: Future[Path]
    layers: dict[str, dict[str, Future[Path]]]


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml, with short forms such as !Ref expanded."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


@pytest.fixture(scope="session")
def builds(template: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    """Starts all builds early, because they download packages while the servers start."""
    if not SAM.exists():
        missing("the SAM CLI is not installed (make build does it)")
    root = tmp_path_factory.mktemp("built")
    layers = {
        name: ROOT / resource["Properties"]["ContentUri"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::LayerVersion"
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield Builds(
            pool.submit(sam_build, root / "sam"),
            {
                architecture: {
                    name: pool.submit(make_layer, architecture, name, folder, root / architecture / name)
                    for name, folder in layers.items()
                }
                for architecture in ARCHITECTURES
            },
        )
        pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def built(builds: Builds) -> Path:
    """What the SAM CLI has built."""
    return builds.everything.result()


@pytest.fixture(scope="session")
def address() -> str:
    """The machine's address for containers. Needs Docker and Lambda's image."""
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
    """The port of a Neo4j that holds a town."""
    with running_neo4j(tmp_path_factory.mktemp("neo4j")) as server:
        with neo4j.GraphDatabase.driver(server.uri) as driver:
            import_network(driver, "town", road_graph, lambda *_: None)
        port = int(server.uri.rpartition(":")[2])
        with relay(address, port):
            yield port


@pytest.fixture(scope="session")
def valkey_port(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Valkey that listens where containers can reach it; see docs/decisions/sam-template.md."""
    bind = ["--bind", LOOPBACK] + ([address] if address != LOOPBACK else [])
    with running_valkey(tmp_path_factory.mktemp("valkey"), *bind, "--protected-mode", "no") as valkey:
        yield int(valkey.url.removesuffix("/0").rpartition(":")[2])


@pytest.fixture(scope="session")
def stack(
    address: str,
    builds: Builds,
    valkey_port: int,
    neo4j_port: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[SamStack]:
    """The whole system under the SAM CLI, with events/env.json except for the ports."""
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
    places = builds.everything.result(), folder / "env.json"
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
            # Removing another image may have removed this one, and an image that stays may need it.
            with suppress(subprocess.CalledProcessError):
                docker("rmi", "--force", image)
