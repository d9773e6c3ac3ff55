"""What shortest paths import: nothing before a run needs them, and only what the layer keeps of SciPy."""

import os
import re
import subprocess
import sys
from pathlib import Path

import scipy

LAYERS = Path(__file__).parents[3] / "layers"

USE = """
import numpy as np
from milkrun_solver.roads.network import RoadNetwork
from tests.solver.networks import line, never
roads = RoadNetwork(line(3))
junctions, _ = roads.snap("car", np.array([[7.4, 43.73], [7.41, 43.73]]))
seconds, _ = roads.matrices("car", junctions, never)
roads.paths("car", junctions[None, :], seconds[0, 1:].astype(float))
"""


def loaded(code: str) -> set[str]:
    """All modules that are loaded after this code, in a process of its own."""
    folders = (LAYERS / "core", LAYERS / "solver", LAYERS.parent)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, folders))}
    code += "\nimport sys; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return set(output.stdout.split())


def test_only_runs_on_a_network_load_scipy() -> None:
    tops = {name.split(".")[0] for name in loaded("import milkrun_solver.solve")}
    assert "milkrun_solver" in tops
    assert "scipy" not in tops


def listed(name: str) -> set[str]:
    """The names in a list in the layers' Makefile."""
    line = re.search(rf"^{name} := (.+)$", (LAYERS / "Makefile").read_text(), re.MULTILINE)
    assert line is not None
    return set(line[1].split()) - {"-name", "-o"}


def test_the_layer_keeps_all_that_shortest_paths_load_of_scipy() -> None:
    modules = loaded(USE)
    parts = {name.split(".")[1] for name in modules if name.startswith("scipy.")}
    folder = Path(scipy.__file__).parent
    assert {part for part in parts if (folder / part).is_dir()} == listed("SCIPY_KEPT")


def test_the_layer_removes_no_folder_that_is_loaded() -> None:
    mine = {name for name in loaded(USE) if not name.startswith("tests")}
    assert {part for name in mine for part in name.split(".")} & listed("UNUSED_DIRS") == set()
