"""The verifier's rules are its own."""

import ast
from pathlib import Path

import milkrun_solver.verification
from milkrun_solver.verification import registry

FOLDER = Path(milkrun_solver.verification.__path__[0])


def imported(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_it_imports_only_the_model_of_the_solver() -> None:
    found = set().union(*map(imported, FOLDER.glob("*.py")))
    ours = {name for name in found if name.startswith("milkrun")}
    allowed = ("milkrun.schema.", "milkrun_solver.model.", "milkrun_solver.verification.")
    assert ours
    assert [name for name in ours if not name.startswith(allowed)] == []


def test_every_rule_of_the_folder_is_checked() -> None:
    checks = (*registry.CHECKS, *registry.PLAN_CHECKS)
    modules = {check.__module__.rsplit(".", 1)[1] for check in checks} | {"reloads"}
    helpers = {"__init__", "accumulator", "facts", "nearest", "registry", "time_of_day", "verifier"}
    assert modules == {path.stem for path in FOLDER.glob("*.py")} - helpers
