"""Uploads are small enough, built for the right machine, and identical when built from the same sources."""

import hashlib
import re
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
"""They download for a minute. tests/template/test_layers.py checks quickly what a layer leaves out."""
LIMIT = 200 * 2**20
"""The most bytes of a function with its layers. Lambda allows 250 MB; the rest is for new releases of
wheels."""
MACHINES = {"x86_64": 62, "arm64": 183}
"""The e_machine of ELF files."""
GLIBC = 34
"""The minor version of glibc 2 on Lambda."""
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
    """Each layer as its Makefile builds it, by architecture and name."""
    return {
        architecture: {name: layer.result() for name, layer in layers.items()}
        for architecture, layers in builds.layers.items()
    }


def contents(folder: Path) -> dict[str, tuple[str, int, float]]:
    """The hash, mode and time of each file."""
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
def test_every_function_with_its_layers_is_far_below_lambdas_limit(
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
def test_every_library_is_built_for_the_machine_that_runs_it(
    made: Mapping[str, Mapping[str, Path]], architecture: str
) -> None:
    for folder in nonempty(made[architecture].values()):
        libraries = [path for path in folder.rglob("*.so*") if path.is_file()]
        assert libraries
        machines = {struct.unpack("<H", path.read_bytes()[18:20])[0] for path in libraries}
        assert machines == {MACHINES[architecture]}


@pytest.mark.parametrize("architecture", MACHINES)
def test_no_layer_has_tests_headers_or_bytecode_of_another_python(
    made: Mapping[str, Mapping[str, Path]], architecture: str
) -> None:
    for folder in nonempty(made[architecture].values()):
        paths = [path.relative_to(folder) for path in folder.rglob("*")]
        assert not [path for path in paths if set(path.parts) & set(LEFT_OUT)]
        assert {path.suffixes[0] for path in paths if path.suffix == ".pyc"} == {
            f".{sys.implementation.cache_tag}"
        }


@pytest.mark.parametrize("architecture", MACHINES)
def test_the_worker_has_the_search_for_lambda_s_glibc_without_its_sources(
    made: Mapping[str, Mapping[str, Path]], architecture: str
) -> None:
    folder = made[architecture]["SolverLayer"] / "python/milkrun_solver/engines/sisr"
    needed = re.findall(rb"GLIBC_2\.(\d+)", (folder / "libsisr.so").read_bytes())
    assert max(map(int, nonempty(needed))) <= GLIBC
    assert not (folder / "native").exists()


def test_two_builds_are_identical(built: Path, made: Mapping[str, Mapping[str, Path]]) -> None:
    for name, folder in nonempty(made["x86_64"].items()):
        one, other = contents(built / name), contents(folder)
        assert [
            path for path in nonempty(one.keys() | other.keys()) if one.get(path) != other.get(path)
        ] == []


def test_a_function_contains_only_its_handler(built: Path, template: Mapping[str, Any]) -> None:
    for name, properties in nonempty(functions_of(template).items()):
        module = properties["Handler"].partition(".")[0]
        assert [path.name for path in (built / name).iterdir()] == [f"{module}.py"]
