"""The command as a process, by its current and its former name."""

import os
import subprocess
import sys

import pytest

from local import ROOT


@pytest.mark.parametrize("name", ["networks", "local.network"])
def test_the_command_runs_by_its_name_and_its_former_one(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", name, "list"],
        cwd=ROOT,
        env={**os.environ, "NEO4J_URI": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == "NEO4J_URI is empty. Set it to the address of a Neo4j for the networks.\n"
    assert done.stderr == ""
