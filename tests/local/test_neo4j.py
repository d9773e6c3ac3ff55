"""What happens if the embedded Neo4j cannot be fetched: the error, and a stack without Neo4j."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import ROOT
from local.embedded.neo4j import Neo4jUnavailableError, running_neo4j
from local.ports import free_port
from local.processes import stop
from tests.waiting import until

NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}


def test_the_error_says_why_neo4j_cannot_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    unavailable = running_neo4j(tmp_path / "state", tmp_path / "cache")
    with pytest.raises(Neo4jUnavailableError, match="its download failed"), unavailable:
        pass


def test_a_stack_that_cannot_fetch_it_says_so_in_one_line_and_continues(sample: Path, tmp_path: Path) -> None:
    """The function that started with Neo4j's address is replaced by one without."""
    template = sample.read_text().replace("REDIS_URL:", "NEO4J_URI: ''\n        REDIS_URL:", 1)
    sample.write_text(template)
    program = (
        "import sys, pathlib, local.up; local.up.CACHE = pathlib.Path(sys.argv[1]);"
        "sys.exit(local.up.main(sys.argv[2:]))"
    )
    port = free_port()
    console = tmp_path / "console"
    with console.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "cache"), str(sample)],
            cwd=ROOT,
            env={**os.environ, **NOWHERE, "PORT": str(port)},
            stdout=output,
        )
    try:
        until(lambda: "Milkrun is ready" in console.read_text() or process.poll() is not None)
        assert process.poll() is None
        order = json.dumps({"do": "return", "value": {"statusCode": 200, "body": "x"}})
        curl = ["curl", "-s", f"http://127.0.0.1:{port}/things", "-d", order]
        assert subprocess.run(curl, capture_output=True, text=True, check=True).stdout == "x"
        environments = [
            it.read_bytes() for it in Path("/proc").glob("[0-9]*/environ") if _below(it, process.pid)
        ]
        probes = [it.split(b"\0") for it in environments if b"AWS_LAMBDA_FUNCTION_NAME=ProbeFunction" in it]
        assert probes
        assert all(b"NEO4J_URI=" in it for it in probes)
    finally:
        stop(process, 15)
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    lines = [line for line in console.read_text().splitlines() if "Neo4j is not available" in line]
    assert len(lines) == 1


def _below(environ: Path, parent: int) -> bool:
    return f"PPid:\t{parent}\n" in (environ.parent / "status").read_text()
