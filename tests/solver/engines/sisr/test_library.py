"""Which library is loaded: that of these very sources, with the interface that we call."""

import logging
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from milkrun_solver.engines.sisr import library
from milkrun_solver.engines.sisr.library import INTERFACE, PLATFORM, built, fingerprint, load_library
from tests.conftest import missing
from tests.nonempty import nonempty


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sources of another checkout, in which nothing is compiled."""
    folder = tmp_path / "layers/solver/milkrun_solver/engines/sisr/native"
    (folder / "part").mkdir(parents=True)
    (folder / "api.h").write_text("1")
    (folder / "part" / "one.cpp").write_text("1")
    monkeypatch.setattr(library, "SOURCES", folder)
    forget()
    yield folder
    forget()


def forget() -> None:
    for function in (library._place, library._load, library._say_once):
        function.cache_clear()


def compile_library(path: Path, version: int) -> None:
    """Makes a library that says this version of the interface."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".c")
    source.write_text(f"int sisr_version(void) {{ return {version}; }}\n")
    if shutil.which("cc") is None:
        missing("no C compiler")
    subprocess.run(["cc", "-shared", "-fPIC", str(source), "-o", str(path)], check=True)


def test_the_interface_is_that_of_the_sources() -> None:
    header = (library.SOURCES / "api.h").read_text()
    (version,) = re.findall(r"^#define SISR_VERSION (\d+)$", header, re.MULTILINE)
    assert int(version) == INTERFACE


def test_equal_sources_have_one_fingerprint(sources: Path, tmp_path: Path) -> None:
    other = shutil.copytree(sources, tmp_path / "other")
    (other / "api.h.swp").write_text("what an editor leaves")
    assert fingerprint(sources, PLATFORM) == fingerprint(other, PLATFORM)


def test_every_change_has_another_fingerprint(sources: Path) -> None:
    seen = [fingerprint(sources, PLATFORM), fingerprint(sources, "aarch64-linux-gnu.2.34")]
    for name in ("api.h", "part/one.cpp", "part/two.hpp", "compile_flags.txt", "exports.map"):
        (sources / name).write_text("2")
        seen.append(fingerprint(sources, PLATFORM))
    (sources / "part" / "two.hpp").rename(sources / "two.hpp")
    seen.append(fingerprint(sources, PLATFORM))
    assert len(set(seen)) == len(nonempty(seen))


def test_without_a_library_one_line_of_the_log_says_so(
    sources: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert [load_library(), load_library()] == [None, None]
    (record,) = caplog.records
    assert "not compiled yet" in record.getMessage()


def test_a_library_is_found_once_it_is_compiled(sources: Path) -> None:
    assert load_library() is None
    compile_library(built(PLATFORM), INTERFACE)
    found = load_library()
    assert found is not None
    assert found is load_library()


def test_the_library_of_other_sources_is_not_found(sources: Path) -> None:
    compile_library(built(PLATFORM), INTERFACE)
    (sources / "api.h").write_text("2")
    assert load_library() is None


@pytest.mark.parametrize("version", [INTERFACE - 1, INTERFACE + 1])
def test_a_library_with_another_interface_is_not_used(
    sources: Path, version: int, caplog: pytest.LogCaptureFixture
) -> None:
    compile_library(built(PLATFORM), version)
    assert load_library() is None
    assert f"version {version} of its interface" in caplog.text


def test_what_is_no_library_is_not_used(sources: Path, caplog: pytest.LogCaptureFixture) -> None:
    built(PLATFORM).parent.mkdir(parents=True)
    built(PLATFORM).write_bytes(b"no library")
    assert load_library() is None
    assert "cannot be loaded" in caplog.text


def test_a_layer_has_its_library_beside_the_module(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(sources)
    monkeypatch.setattr(library, "__file__", str(tmp_path / "library.py"))
    compile_library(tmp_path / "libsisr.so", INTERFACE)
    assert load_library() is not None
