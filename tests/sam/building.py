"""The builds: what the SAM CLI makes of the template, and what a layer's own Makefile makes of the layer."""

import subprocess
import sys
from pathlib import Path

from local import ROOT

from .machine import ENVIRONMENT, SAM

ARCHITECTURES = ("x86_64", "arm64")
_PYTHONS = {"PYTHON": sys.executable, "PYTHON_ON_LAMBDA": sys.executable}
"""The bytecode of any Python is as large as that of Lambda's; that of the same one is of use there."""


def sam_build(folder: Path) -> Path:
    """All of the template for x86_64: a folder with template.yaml and what is uploaded."""
    command = [str(SAM), "build", "--no-cached", "--parallel", "--build-dir", str(folder)]
    _run(command, ROOT)
    return folder


def make_layer(architecture: str, name: str, source: Path, target: Path) -> Path:
    """One layer, as its Makefile builds it."""
    makefile = ROOT / "layers" / architecture / "Makefile"
    _run(["make", "--makefile", str(makefile), f"build-{name}", f"ARTIFACTS_DIR={target}"], source)
    return target


def _run(command: list[str], folder: Path) -> None:
    environment = {**ENVIRONMENT, **_PYTHONS}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
