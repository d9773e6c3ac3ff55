"""What is uploaded: small enough, for the right machine, and the same bytes from the same sources."""

import hashlib
import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local import ROOT

LIMIT = 200 * 2**20
"""Bytes of a function and its layers. Lambda takes 250 MB; the rest is room for new releases of wheels."""
MACHINES = {"x86_64": 62, "arm64": 183}
"""e_machine of ELF files."""
LEFT_OUT = ("tests", "include")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """template.yaml, with short forms such as !Ref written out."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


def layers_of(template: Mapping[str, Any]) -> dict[str, Path]:
    """The folder of each layer."""
    return {
        name: ROOT / resource["Properties"]["ContentUri"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::LayerVersion"
    }


def functions_of(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of each function."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


@pytest.fixture(scope="module")
def made(template: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    """Each layer by name, by architecture, as its Makefile builds it."""
    root = tmp_path_factory.mktemp("layers")

    def make(architecture: str, name: str, folder: Path) -> Path:
        artifacts = root / architecture / name
        makefile = ROOT / "layers" / architecture / "Makefile"
        # The bytecode of this Python is as large as that of Lambda's.
        variables = [
            f"ARTIFACTS_DIR={artifacts}",
            f"PYTHON={sys.executable}",
            f"PYTHON_ON_LAMBDA={sys.executable}",
        ]
        command = ["make", "--makefile", str(makefile), f"build-{name}", *variables]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return artifacts

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {
            architecture: {
                name: pool.submit(make, architecture, name, folder)
                for name, folder in layers_of(template).items()
            }
            for architecture in MACHINES
        }
        return {
            architecture: {name: job.result() for name, job in by_name.items()}
            for architecture, by_name in jobs.items()
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
    for folder in made[architecture].values():
        libraries = [path for path in folder.rglob("*.so*") if path.is_file()]
        assert libraries
        machines = {struct.unpack("<H", path.read_bytes()[18:20])[0] for path in libraries}
        assert machines == {MACHINES[architecture]}


@pytest.mark.parametrize("architecture", MACHINES)
def test_no_layer_has_tests_headers_or_other_bytecode_than_its_own(
    made: Mapping[str, Mapping[str, Path]], architecture: str
) -> None:
    for folder in made[architecture].values():
        paths = [path.relative_to(folder) for path in folder.rglob("*")]
        assert not [path for path in paths if set(path.parts) & set(LEFT_OUT)]
        assert {path.suffixes[0] for path in paths if path.suffix == ".pyc"} == {
            f".{sys.implementation.cache_tag}"
        }


def test_two_builds_have_the_same_bytes(built: Path, made: Mapping[str, Mapping[str, Path]]) -> None:
    for name, folder in made["x86_64"].items():
        assert contents(built / name) == contents(folder)


def test_a_function_is_its_handler_and_nothing_else(built: Path, template: Mapping[str, Any]) -> None:
    for name, properties in functions_of(template).items():
        module = properties["Handler"].partition(".")[0]
        assert [path.name for path in (built / name).iterdir()] == [f"{module}.py"]
