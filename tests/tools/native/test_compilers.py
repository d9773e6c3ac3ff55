"""Which compiler is chosen, and how zig is called."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from tools.native.compilers import machine_compiler, zig


def tool(folder: Path, name: str, status: int = 0) -> Path:
    """A program that does nothing but end."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    return tmp_path


def test_a_machine_without_a_compiler_has_none(programs: Path) -> None:
    assert machine_compiler() is None


def test_a_compiler_that_cannot_compile_is_passed_over(programs: Path) -> None:
    tool(programs, "c++", status=1)
    tool(programs, "clang++")
    found = machine_compiler()
    assert found is not None
    assert found.name == "clang++"


def test_cxx_names_the_compiler_with_its_arguments(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(programs, "c++")
    monkeypatch.setenv("CXX", f"{tool(programs, 'mine')} -m64")
    found = machine_compiler()
    assert found is not None
    assert (found.name, found.command[1:]) == ("mine", ("-m64",))


def test_a_compiler_without_a_static_standard_library_links_the_shared_one(programs: Path) -> None:
    path = tool(programs, "c++")
    path.write_text('#!/bin/sh\ncase "$*" in *-static-*) exit 1;; esac\n')
    found = machine_compiler()
    assert found is not None
    assert found.linking == ()


def test_there_is_no_zig_where_it_cannot_be_installed(programs: Path) -> None:
    tool(programs, "make", status=2)
    assert zig(None) is None


def test_zig_is_installed_by_the_makefile_without_the_flags_of_another_make(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[list[str], dict[str, Any]]] = []

    def run(command: list[str], **given: Any) -> "subprocess.CompletedProcess[str]":
        calls.append((command, given))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setenv("MAKEFLAGS", "n")
    monkeypatch.setattr("subprocess.run", run)
    assert zig("aarch64-linux-gnu.2.34") is not None
    ((command, given),) = calls
    assert command[-1] == ".venv/zig/.installed"
    assert "MAKEFLAGS" not in given["env"]
    assert f"{command[-1].replace('zig', '%')}: " in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("target", ["aarch64-linux-gnu.2.34", None])
def test_zig_never_compiles_for_the_very_processor(
    target: str | None, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(programs, "make")
    for system in ("linux", "darwin"):
        monkeypatch.setattr("sys.platform", system)
        found = zig(target)
        assert found is not None
        assert {"-target", "-mcpu=baseline"} & set(found.command)
