"""What the SAM CLI builds from the template, and what each layer's Makefile builds."""

import subprocess
import sys
from pathlib import Path

from local import ROOT

from .machine import ENVIRONMENT, SAM

ARCHITECTURES = ("x86_64", "arm64")
_PYTHONS = {"PYTHON": sys.executable, "PYTHON_ON_LAMBDA": sys.executable}
"""Any Python serves to measure bytecode. On Lambda, only the bytecode of its own version is of use."""


def sam_build(folder: Path) -> Path:
    """Builds the whole template for x86_64 into a folder with template.yaml and everything that is
    uploaded."""
    command = [str(SAM), "build", "--no-cached", "--parallel", "--build-dir", str(folder)]
    _run(command, ROOT)
    return folder


def make_layer(architecture: str, name: str, source: Path, target: Path) -> Path:
    """Builds one layer with its Makefile."""
    makefile = ROOT / "layers" / architecture / "Makefile"
    _run(["make", "--makefile", str(makefile), f"build-{name}", f"ARTIFACTS_DIR={target}"], source)
    return target


def _run(command: list[str], folder: Path) -> None:
    environment = {**ENVIRONMENT, **_PYTHONS}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
