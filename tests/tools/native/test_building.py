"""What becomes of sources: a library with its interface, once and whole, or the compiler's errors."""

import ctypes
import sys
from pathlib import Path

import pytest

from tests.tools.native.compiler import compiler_here
from tests.tools.native.sources import VERSION, small_sources
from tools.native.building import build
from tools.native.compilers import Compiler

ON_LINUX = sys.platform == "linux"


@pytest.fixture(scope="module")
def compiler() -> Compiler:
    return compiler_here()


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return small_sources(tmp_path / "native")


def test_a_library_is_made_of_all_sources(compiler: Compiler, sources: Path, tmp_path: Path) -> None:
    library = tmp_path / "made" / "libsisr.so"
    assert build(compiler, sources, library, ON_LINUX)
    assert ctypes.CDLL(str(library)).sisr_version() == VERSION
    assert list(library.parent.iterdir()) == [library]


@pytest.mark.skipif(not ON_LINUX, reason="the linker of Linux")
def test_a_library_exports_its_interface_alone(compiler: Compiler, sources: Path, tmp_path: Path) -> None:
    assert build(compiler, sources, tmp_path / "libsisr.so", for_linux=True)
    library = ctypes.CDLL(str(tmp_path / "libsisr.so"))
    assert not hasattr(library, "_ZN4part4nextEi")
    assert b"_ZN4part4nextEi" not in (tmp_path / "libsisr.so").read_bytes()


def test_a_warning_is_an_error(
    compiler: Compiler, sources: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (sources / "part" / "next.cpp").open("a") as source:
        source.write("static int unused() { return 1; }\n")
    assert not build(compiler, sources, tmp_path / "made" / "libsisr.so", ON_LINUX)
    assert "unused" in capfd.readouterr().out
    assert list((tmp_path / "made").iterdir()) == []


@pytest.mark.skipif(not ON_LINUX, reason="the linker of Linux")
def test_a_library_that_does_not_link_is_not_there(compiler: Compiler, sources: Path, tmp_path: Path) -> None:
    (sources / "exports.map").write_text("{")
    assert not build(compiler, sources, tmp_path / "made" / "libsisr.so", for_linux=True)
    assert list((tmp_path / "made").iterdir()) == []
