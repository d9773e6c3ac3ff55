"""The layers: locks that agree with the requirements, and hold everything that the packages import."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.nonempty import nonempty
from tests.stacks import ROOT

LAYERS = ROOT / "layers"
OURS = {"milkrun", "milkrun_solver", "milkrun_authorizer"}
GIVEN_BY_LAMBDA = {"snapshot_restore_py"}  # part of its runtime
NAMES = ["authorizer", "core", "solver"]
ARCHITECTURES = ["x86_64", "arm64"]


def normal(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    """The version of each distribution."""
    lines = [line.split()[0] for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {normal(name): version for name, version in (line.split("==") for line in lines)}


def walk_at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """Like ast.walk, without the imports that only type checkers read."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from walk_at_run_time(child)


def imported(package: Path) -> set[str]:
    """The top-level modules that any file in a folder imports, by statement or by `import_module` of a
    literal."""
    names: set[str] = set()
    for path in package.rglob("*.py"):
        for node in walk_at_run_time(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
                names |= {str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)}
    return {name.split(".")[0] for name in names}


def missing(package: Path, locked: set[str]) -> set[str]:
    """The modules that a package imports and that no locked distribution contains."""
    foreign = imported(package) - sys.stdlib_module_names - OURS - GIVEN_BY_LAMBDA
    distributions = packages_distributions()
    return {
        module for module in foreign if not {normal(name) for name in distributions.get(module, [])} & locked
    }


@pytest.fixture(scope="module")
def locker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", LAYERS / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("layer", NAMES)
def test_a_lock_has_every_requirement_in_its_version(layer: str) -> None:
    locked = pins(LAYERS / layer / "requirements.lock")
    assert pins(LAYERS / layer / "requirements.txt").items() <= locked.items()


@pytest.mark.parametrize("layer", NAMES)
def test_every_locked_wheel_is_known_by_its_hash(layer: str) -> None:
    lines = (LAYERS / layer / "requirements.lock").read_text().splitlines()[1:]
    assert lines
    assert all(re.fullmatch(r"\S+==\S+( --hash=sha256:[0-9a-f]{64}){1,2}", line) for line in lines)


def test_the_core_layer_has_everything_that_core_and_handlers_import() -> None:
    locked = set(pins(LAYERS / "core/requirements.lock"))
    assert missing(LAYERS / "core/milkrun", locked) == set()
    assert missing(ROOT / "functions", locked) == set()


def test_the_two_layers_have_everything_that_the_solver_imports() -> None:
    locked = set(pins(LAYERS / "core/requirements.lock")) | set(pins(LAYERS / "solver/requirements.lock"))
    assert missing(LAYERS / "solver/milkrun_solver", locked) == set()


def test_the_two_layers_have_everything_that_the_authorizer_imports() -> None:
    locked = set(pins(LAYERS / "core/requirements.lock")) | set(pins(LAYERS / "authorizer/requirements.lock"))
    assert missing(LAYERS / "authorizer/milkrun_authorizer", locked) == set()


def report(*wheels: tuple[str, str, str]) -> str:
    """A report of pip's about wheels, each with a name, a version and a hash."""
    install = [
        {
            "metadata": {"name": name, "version": version},
            "download_info": {"archive_info": {"hashes": {"sha256": digest}}},
        }
        for name, version, digest in wheels
    ]
    return json.dumps({"install": install})


def test_a_lock_has_a_line_for_each_distribution_in_order_of_name(locker: ModuleType) -> None:
    wheels = [("Zope", "2.0", "b0"), ("attrs", "1.0", "a0")]
    assert locker.lock(report(*wheels), report(*wheels)).splitlines()[1:] == [
        "attrs==1.0 --hash=sha256:a0",
        "Zope==2.0 --hash=sha256:b0",
    ]


def test_a_lock_has_the_hash_of_each_architectures_wheel(locker: ModuleType) -> None:
    lock = locker.lock(report(("numpy", "2.0", "b0")), report(("numpy", "2.0", "a0")))
    assert lock.splitlines()[1:] == ["numpy==2.0 --hash=sha256:a0 --hash=sha256:b0"]


def test_a_version_that_one_architecture_lacks_is_not_locked(locker: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"numpy==2\.0, numpy==2\.1"):
        locker.lock(report(("numpy", "2.1", "b0")), report(("numpy", "2.0", "a0")))


def layers_of(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {n: r for n, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::LayerVersion"}


def plan(layer: dict[str, Any], target: str, architecture: str) -> str:
    """The commands that `sam build` would run for a layer with this value of the parameter Architecture."""
    context = layer["Metadata"]["ContextPath"]["Fn::Sub"].replace("${Architecture}", architecture)
    command = [
        "make",
        "--dry-run",
        "--makefile",
        str(ROOT / context / "Makefile"),
        target,
        "ARTIFACTS_DIR=/out",
    ]
    folder = ROOT / layer["Properties"]["ContentUri"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_layer_of_the_template_is_built_with_its_package(
    template: dict[str, Any], architecture: str
) -> None:
    for name, layer in nonempty(layers_of(template).items()):
        folder = ROOT / layer["Properties"]["ContentUri"]
        (package,) = [path.name for path in folder.iterdir() if path.name in OURS]
        assert f'cp -R {package} "/out/python/"' in plan(layer, f"build-{name}", architecture)


@pytest.mark.parametrize(("architecture", "machine"), [("x86_64", "x86_64"), ("arm64", "aarch64")])
def test_the_parameter_chooses_the_wheels(template: dict[str, Any], architecture: str, machine: str) -> None:
    for name, layer in nonempty(layers_of(template).items()):
        platforms = re.findall(r"--platform (\S+)", plan(layer, f"build-{name}", architecture))
        assert all(platform.endswith(f"_{machine}") for platform in nonempty(platforms))


@pytest.mark.parametrize(("architecture", "machine"), [("x86_64", "x86_64"), ("arm64", "aarch64")])
def test_the_parameter_chooses_the_search_s_target(
    template: dict[str, Any], architecture: str, machine: str
) -> None:
    commands = plan(layers_of(template)["SolverLayer"], "build-SolverLayer", architecture)
    assert re.findall(r"tools\.native --target (\S+)", commands) == [f"{machine}-linux-gnu.2.34"]


def test_the_build_cache_knows_the_architecture(template: dict[str, Any]) -> None:
    for layer in nonempty(layers_of(template).values()):
        assert layer["Metadata"]["BuildArchitecture"] == {"Ref": "Architecture"}
        assert layer["Properties"]["CompatibleArchitectures"] == [{"Ref": "Architecture"}]


def test_no_layer_is_built_for_an_unknown_architecture() -> None:
    command = [
        "make",
        "--dry-run",
        "--makefile",
        str(LAYERS / "Makefile"),
        "build-CoreLayer",
        "ARCHITECTURE=mips",
    ]
    make = subprocess.run(command, cwd=LAYERS / "core", capture_output=True, text=True, check=False)
    assert make.returncode != 0
    assert "neither x86_64 nor arm64" in make.stderr
