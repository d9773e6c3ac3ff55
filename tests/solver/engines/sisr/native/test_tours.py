"""Tours whose tails are exchanged, and taken back, are like those built anew with the same routes."""

import subprocess
from pathlib import Path

import pytest

from milkrun_solver.engines.sisr.library import SOURCES
from tests.tools.native.compiler import compiler_here
from tools.native.building import compile_each, flags

HERE = Path(__file__).parent
NOT_OF_A_TOUR = {"api.cpp", "check.cpp", "search.cpp"}


@pytest.mark.long  # it compiles half a minute
def test_exchanged_tails_cost_what_their_routes_cost(tmp_path: Path) -> None:
    cpp = compiler_here()
    parts = [path for path in sorted(SOURCES.glob("*.cpp")) if path.name not in NOT_OF_A_TOUR]
    sources = [HERE / "tours" / "tours.cpp", HERE / "problems.cpp", *parts]
    objects = compile_each(cpp, sources, [*flags(SOURCES), f"-I{SOURCES}", "-O1"], tmp_path)
    assert objects is not None
    program = tmp_path / "tours"
    linked = cpp.run([*map(str, objects), "-pthread", "-o", str(program)])
    assert linked.returncode == 0, linked.stderr
    done = subprocess.run([program, "1", "500"], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("exchanged 500\n", "")
