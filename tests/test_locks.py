"""Lock files pin every package that the requirements files name, with hashes."""

import re
from pathlib import Path

import pytest

from local import ROOT
from tests.nonempty import nonempty

FILES = sorted(ROOT.glob("requirements*.txt"))
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", re.MULTILINE)


def pins(file: Path) -> set[tuple[str, str]]:
    """The name and version of each package in a file and the files that it includes."""
    text = file.read_text()
    found = {(re.sub(r"[._-]+", "-", name).lower(), version) for name, version in PIN.findall(text)}
    included = re.findall(r"^-r (\S+)$", text, re.MULTILINE)
    return found.union(*(pins(file.parent / other) for other in included))


def lock_of(file: Path) -> Path:
    return ROOT / "locks" / file.with_suffix(".lock").name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_lock_pins_every_package_of_its_requirements_file(file: Path) -> None:
    assert pins(file) - pins(lock_of(file)) == set(), "run `make lock`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_package_of_a_lock_has_a_hash(file: Path) -> None:
    packages = re.split(r"\n(?=\S)", lock_of(file).read_text().strip())
    assert [package for package in nonempty(packages) if "--hash=sha256:" not in package] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-neo4j", "requirements-bench"])
def test_packages_installed_together_have_one_version(name: str) -> None:
    developed = pins(ROOT / "locks/requirements-dev.lock")
    shared = {package for package, _ in developed}
    assert {pin for pin in pins(ROOT / f"locks/{name}.lock") if pin[0] in shared} <= developed


@pytest.mark.parametrize("layer", ["core", "solver", "authorizer"])
def test_tests_have_the_versions_that_lambda_gets(layer: str) -> None:
    deployed = pins(ROOT / "layers" / layer / "requirements.lock")
    assert deployed - pins(ROOT / "locks/requirements-dev.lock") == set()
