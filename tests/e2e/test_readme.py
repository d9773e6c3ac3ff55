"""The README's commands, exactly as written there."""

import json
import os
import re
import subprocess
from pathlib import Path

from local.stack import RunningStack

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_s_commands_show_the_life_of_a_run(stack: RunningStack, tmp_path: Path) -> None:
    block = re.search(r"<!-- tested: .*? -->\n```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert block
    script = block[1].replace("curl -s", "curl -sS")
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**os.environ, "API": stack.url},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    answers = [json.loads(line) for line in run.stdout.splitlines() if line.strip()]
    polled, waited, best, stopped, result, at_once, mine, theirs, health, ready = answers
    assert polled["run_id"] == waited["run_id"] == stopped["run_id"]
    assert result["summary"]["unassigned"] == at_once["summary"]["unassigned"] == 0
    assert best["code"] == 0
    assert best["routes"]
    assert [run["status"] for run in mine["runs"]] == ["completed", "completed"]
    assert theirs == {"runs": [], "next": None}
    assert (health["status"], ready["status"]) == ("ok", "ready")
