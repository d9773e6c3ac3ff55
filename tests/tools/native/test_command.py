"""When the search is compiled, with what, and what is said of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from milkrun_solver.engines.sisr import library
from tests.tools.native.sources import small_sources
from tools.native import command
from tools.native.command import main
from tools.native.compilers import Compiler

MACHINES, ZIG = Compiler("g++", ("false",)), Compiler("zig", ("false",))
TARGET = "aarch64-linux-gnu.2.34"

Compilers = Callable[[Compiler | None, Compiler | None], None]


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with small sources."""
    sources = small_sources(tmp_path / "layers/solver/milkrun_solver/engines/sisr/native")
    monkeypatch.setattr(library, "SOURCES", sources)
    monkeypatch.setattr(command, "SOURCES", sources)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the compilers that have compiled. Each makes a file with its name."""
    names: list[str] = []

    def build(compiler: Compiler, _sources: Path, made: Path, _for_linux: bool) -> bool:
        names.append(compiler.name)
        made.parent.mkdir(parents=True)
        made.write_text(compiler.name)
        return True

    monkeypatch.setattr(command, "build", build)
    return names


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were started in the background, and were not."""
    commands: list[list[str]] = []

    def start(arguments: list[str], **_given: object) -> None:
        commands.append(arguments)

    monkeypatch.setattr("subprocess.Popen", start)
    return commands


@pytest.fixture
def compilers(monkeypatch: pytest.MonkeyPatch) -> Compilers:
    """Chooses which there are."""

    def choose(machines: Compiler | None, zigs: Compiler | None) -> None:
        monkeypatch.setattr(command, "machine_compiler", lambda: machines)
        monkeypatch.setattr(command, "zig", lambda _target: zigs)

    return choose


def refuse(*_given: object) -> bool:
    return False


def test_equal_sources_are_compiled_once(
    compilers: Compilers, made: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    compilers(MACHINES, ZIG)
    assert [main([]), main([]), main(["--meanwhile"])] == [0, 0, 0]
    assert made == ["g++"]
    assert capsys.readouterr().out == "Compiling the search with g++, once; it takes some seconds\n"


def test_changed_sources_are_compiled_anew(checkout: Path, compilers: Compilers, made: list[str]) -> None:
    compilers(MACHINES, ZIG)
    main([])
    (library.SOURCES / "more.cpp").write_text("")
    main([])
    assert made == ["g++", "g++"]


def test_zig_compiles_where_the_machine_has_no_compiler(compilers: Compilers, made: list[str]) -> None:
    compilers(None, ZIG)
    assert main([]) == 0
    assert made == ["zig"]


def test_one_line_says_that_nothing_can_compile(
    compilers: Compilers, capsys: pytest.CaptureFixture[str]
) -> None:
    compilers(None, None)
    assert main([]) == 0
    assert capsys.readouterr().out == f"{command.CANNOT}\n"


def test_sources_that_the_machine_s_compiler_refuses_are_an_error(
    compilers: Compilers, monkeypatch: pytest.MonkeyPatch
) -> None:
    compilers(MACHINES, ZIG)
    monkeypatch.setattr(command, "build", refuse)
    assert main([]) == 1


def test_a_stack_starts_with_what_does_not_compile(
    compilers: Compilers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    compilers(MACHINES, ZIG)
    monkeypatch.setattr(command, "build", refuse)
    assert main(["--meanwhile"]) == 0
    assert capsys.readouterr().out.endswith(f"{command.CANNOT}\n")


def test_a_stack_waits_for_the_machine_s_compiler(
    compilers: Compilers, made: list[str], in_background: list[list[str]]
) -> None:
    compilers(MACHINES, ZIG)
    assert main(["--meanwhile"]) == 0
    assert (made, in_background) == (["g++"], [])


def test_a_stack_does_not_wait_for_zig(
    compilers: Compilers,
    made: list[str],
    in_background: list[list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    compilers(None, ZIG)
    assert main(["--meanwhile"]) == 0
    assert made == []
    assert [started[-2:] for started in in_background] == [["-m", "tools.native"]]
    (line,) = capsys.readouterr().out.splitlines()
    assert "in the background" in line


def test_a_stack_does_not_wait_for_another_build(
    compilers: Compilers,
    made: list[str],
    in_background: list[list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    compilers(MACHINES, ZIG)
    with command.locked(library.built(library.PLATFORM), wait=True):
        assert main(["--meanwhile"]) == 0
    assert (made, in_background) == ([], [])
    assert "already" in capsys.readouterr().out


def test_a_target_s_library_is_compiled_once_with_zig_and_copied(
    tmp_path: Path, compilers: Compilers, made: list[str]
) -> None:
    compilers(MACHINES, ZIG)
    for name in ("one.so", "other.so"):
        assert main(["--target", TARGET, "--output", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text() == "zig"
    assert made == ["zig"]


def test_a_target_s_library_must_be_made(tmp_path: Path, compilers: Compilers) -> None:
    compilers(MACHINES, None)
    assert main(["--target", TARGET, "--output", str(tmp_path / "one.so")]) == 1
    assert not (tmp_path / "one.so").exists()
