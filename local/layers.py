"""Where the layers' packages are: Lambda puts them on Python's path itself."""

import sys

from local import ROOT


def use_layers() -> None:
    """Make `milkrun` and `milkrun_solver` importable in this process."""
    for layer in ("core", "solver"):
        folder = str(ROOT / "layers" / layer)
        if folder not in sys.path:
            sys.path.append(folder)
