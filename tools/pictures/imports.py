"""Which folder of the code imports from which."""

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

Graph = dict[str, set[str]]
"""The folders that each folder imports from."""


@dataclass(frozen=True)
class Module:
    """A module: its name, the folder it counts for, and its file."""

    name: str
    folder: str
    path: Path


def modules(search_path: Path, folder: str) -> list[Module]:
    """The modules below `search_path/folder`, which all count for it."""
    return [Module(name, folder, path) for name, path in _files(search_path, folder)]


def modules_by_folder(search_path: Path, folder: str) -> list[Module]:
    """The modules below `search_path/folder`, each of which counts for the subfolder it is in.

    Of the modules directly in it, those that need nothing from a subfolder are the bottom and count for the
    folder. Each of the others counts for itself.
    """
    found = [Module(name, "/".join(name.split(".")[:2]), path) for name, path in _files(search_path, folder)]
    bottom = [module for module in found if module.path.parent == search_path / folder]
    above = {module.name for module in found} - {module.name for module in bottom}
    while new := {module.name for module in bottom if any(imported(module, above))}:
        above |= new
        bottom = [module for module in bottom if module.name not in new]
    return [replace(module, folder=folder) if module in bottom else module for module in found]


def _files(search_path: Path, folder: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((search_path / folder).rglob("*.py")):
        parts = path.relative_to(search_path).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def imported(module: Module, known: Collection[str]) -> Iterator[str]:
    """Those of the known modules that a module imports, anywhere in it."""
    package = module.name.split(".")
    if module.path.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(module.path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                inside = f"{origin}.{alias.name}"
                if inside in known:
                    yield inside
                elif origin in known:
                    yield origin


def graph(of: Sequence[Module]) -> Graph:
    """What each folder imports from other folders."""
    folder_of = {module.name: module.folder for module in of}
    found: Graph = {module.folder: set() for module in of}
    for module in of:
        found[module.folder] |= {folder_of[name] for name in imported(module, folder_of)} - {module.folder}
    return found


def without_shortcuts(folders: Graph) -> Graph:
    """The fewest arrows with the same reach: an import is left out where a longer way leads to the folder.

    Between folders that import each other, directly or in a circle, all arrows stay.
    """
    reach = {name: _reach(folders, name) for name in folders}

    def leads_to(middle: str, start: str, end: str) -> bool:
        is_below = start not in reach[middle]
        is_first = middle not in reach[end] or middle < end  # one of a circle stands for all of it
        return middle != end and end in reach[middle] and is_below and is_first

    return {
        start: {end for end in ends if not any(leads_to(middle, start, end) for middle in ends)}
        for start, ends in folders.items()
    }


def _reach(folders: Graph, start: str) -> set[str]:
    """The folders that one imports from, directly or through others."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = folders[ahead.pop()] - found
        found |= new
        ahead += new
    return found
