"""The search without Python: it keeps the promises of its interface, whatever it is given.

`driver.cpp` calls it. A crash or a broken promise ends the driver, not the tests.
"""

import re
import subprocess
from pathlib import Path

import pytest

from milkrun_solver.engines.sisr.library import PLATFORM, SOURCES, built
from tests.conftest import missing
from tests.tools.native.compiler import compiler_here
from tools.native.building import compile_each, flags, units

HERE = Path(__file__).parent
SANITIZERS = {
    "memory": ["-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all"],
    "threads": ["-fsanitize=thread"],
}


def driver(folder: Path, sources: list[Path], linking: list[str], options: list[str]) -> Path:
    """Compiles the driver, with these sources and options, and links it."""
    cpp = compiler_here()
    with_flags = [*flags(SOURCES), f"-I{SOURCES}", *options]
    objects = compile_each(cpp, [*sources, *sorted(HERE.glob("*.cpp"))], with_flags, folder)
    assert objects is not None
    made = folder / "driver"
    linked = cpp.run([*options, *map(str, objects), "-pthread", *linking, "-o", str(made)])
    assert linked.returncode == 0, linked.stderr
    return made


def run(program: Path, verb: str, count: int) -> str:
    """Has the driver do so many of something. Returns what it says of that."""
    done = subprocess.run([program, verb, "1", str(count)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The driver with the library that Python loads."""
    library = built(PLATFORM)
    if not library.exists():
        missing("the search is not compiled yet: `make native` does it")
    return driver(
        tmp_path_factory.mktemp("plain"), [], [str(library), f"-Wl,-rpath,{library.parent}"], ["-O1"]
    )


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The driver with all sources, under a sanitizer."""
    options = [*SANITIZERS[request.param], "-O1", "-g"]
    return driver(tmp_path_factory.mktemp(request.param), units(SOURCES), [], options)


def refused(said: str) -> float:
    """The share of problems that the check refused."""
    found = re.fullmatch(r"refused (\d+) of (\d+)\n", said)
    assert found is not None
    return int(found[1]) / int(found[2])


def test_searches_keep_what_the_interface_promises(plain: Path) -> None:
    assert run(plain, "search", 60) == "searched 60\n"


def test_searches_beside_each_other_can_be_read_and_stopped(plain: Path) -> None:
    assert run(plain, "threads", 10) == "searched 10\n"


def test_hostile_problems_are_refused(plain: Path) -> None:
    assert 0.5 < refused(run(plain, "fuzz", 10_000)) < 1


@pytest.mark.long  # it compiles for a minute; the tests above show the same but for what no sanitizer sees
@pytest.mark.parametrize("sanitized", ["memory"], indirect=True)
def test_no_sanitizer_finds_a_misuse_of_memory_or_undefined_behaviour(sanitized: Path) -> None:
    assert run(sanitized, "search", 30) == "searched 30\n"
    assert 0.5 < refused(run(sanitized, "fuzz", 2_000)) < 1


@pytest.mark.long
@pytest.mark.parametrize("sanitized", ["threads"], indirect=True)
def test_no_sanitizer_finds_a_race(sanitized: Path) -> None:
    assert run(sanitized, "threads", 30) == "searched 30\n"
