"""What is uploaded: small enough, for the right machine, and the same bytes from the same sources."""

import hashlib
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from tests.nonempty import nonempty

from .conftest import Builds

pytestmark = pytest.mark.long
"""A minute of downloads. What a layer leaves out is looked at in tests/template/test_layers.py."""
LIMIT = 200 * 2**20
"""Bytes of a function and its layers. Lambda takes 250 MB; the rest is room for new releases of wheels."""
MACHINES = {"x86_64": 62, "arm64": 183}
"""e_machine of ELF files."""
LEFT_OUT = ("tests", "include")


def functions_of(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of each function."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


@pytest.fixture(scope="module")
def made(builds: Builds) -> dict[str, dict[str, Path]]:
    """Each layer by name, by architecture, as its Makefile builds it."""
    return {
        architecture: {name: layer.result() for name, layer in layers.items()}
        for architecture, layers in builds.layers.items()
    }


def contents(folder: Path) -> dict[str, tuple[str, int, float]]:
    """Hash, mode and time of each file."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mode,
            path.stat().st_mtime,
        )
        for path in files
    }


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("architecture", MACHINES)
def test_every_function_with_its_layers_is_far_from_lambdas_limit(
    template: Mapping[str, Any], made: Mapping[str, Mapping[str, Path]], architecture: str
) -> None:
    sizes = {name: size(folder) for name, folder in made[architecture].items()}
    shared = template["Globals"]["Function"]["Layers"]
    functions = functions_of(template)
    assert "WorkerFunction" in functions
    whole = {
        name: size(ROOT / properties["CodeUri"])
        + sum(sizes[layer["Ref"]] for layer in shared + properties.get("Layers", []))
        for name, properties in functions.items()
    }
    assert {name: total for name, total in whole.items() if total > LIMIT} == {}


@pytest.mark.parametrize("architecture", MACHINES)
def test_every_library_is_for_the_machine_that_runs_it(
    made: Mapping[str, Mapping[str, Path]], architecture: str
) -> None:
    for folder in nonempty(made[architecture].values()):
        libraries = [path for path in folder.rglob("*.so*") if path.is_file()]
        assert libraries
        machines = {struct.unpack("<H", path.read_bytes()[18:20])[0] for path in libraries}
        assert machines == {MACHINES[architecture]}


@pytest.mark.parametrize("architecture", MACHINES)
def test_no_layer_has_tests_headers_or_other_bytecode_than_its_own(
    made: Mapping[str, Mapping[str, Path]], architecture: str
) -> None:
    for folder in nonempty(made[architecture].values()):
        paths = [path.relative_to(folder) for path in folder.rglob("*")]
        assert not [path for path in paths if set(path.parts) & set(LEFT_OUT)]
        assert {path.suffixes[0] for path in paths if path.suffix == ".pyc"} == {
            f".{sys.implementation.cache_tag}"
        }


def test_two_builds_have_the_same_bytes(built: Path, made: Mapping[str, Mapping[str, Path]]) -> None:
    for name, folder in nonempty(made["x86_64"].items()):
        one, other = contents(built / name), contents(folder)
        assert [
            path for path in nonempty(one.keys() | other.keys()) if one.get(path) != other.get(path)
        ] == []


def test_a_function_is_its_handler_and_nothing_else(built: Path, template: Mapping[str, Any]) -> None:
    for name, properties in nonempty(functions_of(template).items()):
        module = properties["Handler"].partition(".")[0]
        assert [path.name for path in (built / name).iterdir()] == [f"{module}.py"]
