"""The pictures and tables of docs/architecture.md: what imports what, and what each folder holds."""

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tools.pictures.imports import Module, graph, modules, modules_by_folder, without_shortcuts

NOT_DEPLOYED = ("networks", "local", "infrastructure", "tools")


def pictures(root: Path) -> dict[str, str]:
    """Mermaid flowcharts of a checkout's imports, by name."""
    core = modules_by_folder(root / "layers/core", "milkrun")
    solver = modules_by_folder(root / "layers/solver", "milkrun_solver")
    return {
        "overview": _flowchart(_overview(root)),
        "core": _flowchart(core, "milkrun"),
        "solver": _flowchart(solver, "milkrun_solver"),
    }


def tables(root: Path) -> dict[str, str]:
    """Markdown tables of a checkout's folders, by name."""
    return {
        "core": _table(root / "layers/core/milkrun"),
        "solver": _table(root / "layers/solver/milkrun_solver"),
    }


def _table(package: Path) -> str:
    """A row for each folder of a package, out of its docstring."""
    rows = ["| folder | holds |", "|---|---|"]
    for path in sorted(package.glob("*/__init__.py")):
        lines = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n\n")[0]
        rows.append(f"| `{path.parent.name}` | {' '.join(lines.split())} |")
    return "\n".join(rows) + "\n"


def _overview(root: Path) -> list[Module]:
    """Each function, each layer, and each package that is not deployed."""
    found = [
        Module(path.stem, f"functions/{path.parent.name}", path)
        for path in sorted((root / "functions").glob("*/*_handler.py"))
    ]
    for layer in ("core", "solver", "authorizer"):
        for package in (root / "layers" / layer).glob("milkrun*/"):
            inside = modules(package.parent, package.name)
            found += [replace(module, folder=f"layers/{layer}") for module in inside]
    for name in NOT_DEPLOYED:
        found += modules(root, name)
    return found


def _flowchart(inside: Sequence[Module], package: str = "") -> str:
    """Folders as nodes and imports as arrows; an arrow that only shortens a way is left out.

    Of the package, if there is one, the modules at the bottom are one node with all their names.
    """
    bottom = [module.name.partition(".")[2] for module in inside if module.folder == package]
    names = ", ".join(filter(None, bottom))
    imports = without_shortcuts(graph(inside))
    lines = [
        "flowchart TB",
        *(f'    {_id(it)}["{names if it == package else it.removeprefix(f"{package}/")}"]' for it in imports),
        *(f"    {_id(start)} --> {_id(end)}" for start, ends in imports.items() for end in sorted(ends)),
    ]
    return "\n".join(lines) + "\n"


def _id(folder: str) -> str:
    return folder.replace("/", "_")


def redrawn(page: str, root: Path) -> str:
    """A page with each picture below `<!-- drawn: NAME -->` and each table below `<!-- listed: NAME -->`."""
    drawn, listed = pictures(root), tables(root)
    page = re.sub(
        r"(<!-- drawn: (\w+) -->\n```mermaid\n).*?(?=^```$)",
        lambda found: found[1] + drawn[found[2]],
        page,
        flags=re.DOTALL | re.MULTILINE,
    )
    return re.sub(r"(<!-- listed: (\w+) -->\n\n)(?:\|.*\n)*", lambda found: found[1] + listed[found[2]], page)
