"""Puts the layers' packages and the handlers on Python's path, as Lambda does."""

import sys

from local import ROOT


def use_layers() -> None:
    """Make `milkrun` and `milkrun_solver` importable in this process."""
    for layer in ("core", "solver"):
        folder = str(ROOT / "layers" / layer)
        if folder not in sys.path:
            sys.path.append(folder)


def use_functions() -> None:
    """Make the handlers importable in this process, by the names that they have in Lambda."""
    sys.path.extend(str(folder) for folder in sorted((ROOT / "functions").iterdir()))
