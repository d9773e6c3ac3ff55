"""The stack as a process: it gets ready, runs beside another one, and leaves no process behind."""

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import neo4j
import pytest
import redis

from local import ROOT
from local.stack import running_stack
from tests.waiting import PATIENCE, until


def order(url: str, what: dict[str, Any]) -> str:
    """A body that tells the sample's function which result to return."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    connection.request("POST", "/things", json.dumps({"do": "return", "value": what}))
    body = connection.getresponse().read().decode()
    connection.close()
    return body


def descendants(pid: int) -> set[int]:
    """All processes below a process."""
    children = {
        int(child)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for child in tasks.read_text().split()
    }
    return children.union(*map(descendants, children))


def gone(pids: set[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_it_prints_its_address_once_it_serves(sample: Path) -> None:
    with running_stack(template=sample) as stack:
        assert f"Milkrun is ready at {stack.url}\n" in stack.console.read_text()
        assert order(stack.url, {"statusCode": 200, "body": "hello"}) == "hello"


def test_two_stacks_run_side_by_side_with_servers_of_their_own(sample: Path) -> None:
    with running_stack(template=sample) as first, running_stack(template=sample) as second:
        urls = {redis_url(stack.state) for stack in (first, second)}
        assert len(urls) == 2
        for stack in (first, second):
            assert order(stack.url, {"statusCode": 200, "body": stack.url}) == stack.url


def redis_url(state: Path) -> str:
    """The address of the stack's own Valkey, from the command lines of all processes."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        words = command.read_bytes().decode(errors="replace").split("\0")
        if "--port" in words and str((state / "valkey").resolve()) in words:
            return f"redis://127.0.0.1:{words[words.index('--port') + 1]}"
    raise AssertionError("no Valkey with this state")


def test_an_interrupt_ends_every_process_it_started(sample: Path) -> None:
    with running_stack(template=sample) as stack:
        started = descendants(stack.process.pid)
        assert len(started) >= 2, "a Valkey and a function"
        stack.process.send_signal(signal.SIGINT)
        assert stack.process.wait(timeout=PATIENCE) == 0
        assert gone(started)


def test_its_processes_end_even_if_it_is_killed(sample: Path) -> None:
    with running_stack(template=sample) as stack:
        started = descendants(stack.process.pid)
        stack.process.kill()
        stack.process.wait()
        until(lambda: gone(started))


def test_all_its_processes_share_its_process_group(sample: Path) -> None:
    with running_stack(template=sample) as stack:
        groups = {os.getpgid(pid) for pid in descendants(stack.process.pid)}
        assert groups == {os.getpgid(stack.process.pid)}


def test_state_is_kept_on_a_chosen_port(sample: Path) -> None:
    with running_stack(template=sample) as stack:
        port = int(stack.url.rpartition(":")[2])
    with running_stack(template=sample, port=port) as stack:
        redis.Redis.from_url(redis_url(stack.state)).set("key", "value")
    with running_stack(template=sample, port=port) as stack:
        assert redis.Redis.from_url(redis_url(stack.state)).get("key") == b"value"


def test_a_server_that_was_given_replaces_the_embedded_one(sample: Path) -> None:
    with running_stack({"REDIS_URL": "redis://127.0.0.1:1/0"}, template=sample) as stack:
        assert not (stack.state / "valkey").exists()


def test_a_port_in_use_is_reported_in_one_line(sample: Path) -> None:
    with running_stack(template=sample) as stack:
        port = stack.url.rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "local.up", str(sample)],
            cwd=ROOT,
            env={**os.environ, "PORT": port},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    assert second.returncode == 1
    said = f"Port {port} is not available: address already in use. Choose another with PORT=….\n"
    assert (second.stdout, second.stderr) == (said, "")


def test_a_malformed_redis_url_is_reported_in_one_line(sample: Path) -> None:
    up = subprocess.run(
        [sys.executable, "-m", "local.up", str(sample)],
        cwd=ROOT,
        env={**os.environ, "PORT": "0", "REDIS_URL": "nonsense"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    said = "REDIS_URL must be redis://host:port/database, or the same with rediss://.\n"
    assert (up.returncode, up.stdout, up.stderr) == (1, said, "")


def test_a_server_that_is_down_is_reported_before_the_stack_is_ready() -> None:
    with running_stack({"REDIS_URL": "redis://127.0.0.1:1/0"}) as stack:
        said = stack.console.read_text().splitlines()
    reason = "Redis is down: connection refused. The stack keeps running; /ready shows when that changes."
    assert said[:2] == [reason, f"Milkrun is ready at {stack.url}"]


@pytest.mark.long  # tests/local/test_readiness.py is a quick proof
def test_the_stack_is_ready_only_once_its_neo4j_answers_what_runs_ask() -> None:
    with (
        running_stack(neo4j=True) as stack,
        neo4j.GraphDatabase.driver((stack.state / "neo4j" / "uri").read_text()) as driver,
    ):
        records, _, _ = driver.execute_query("CALL db.stats.retrieve('QUERIES')")
    asked = " ".join(record["data"]["query"] for record in records)
    assert ":Network {name: $name}" in asked
    assert ":NetworkChunk {version: $version}" in asked


def test_the_end_of_its_valkey_is_reported_with_the_command_to_restart_it(sample: Path) -> None:
    with running_stack(template=sample) as stack:
        client = redis.Redis.from_url(redis_url(stack.state))
        os.kill(client.info("server")["process_id"], signal.SIGKILL)
        until(lambda: "Valkey has ended with status -9" in stack.console.read_text())
        assert f"--dir {(stack.state / 'valkey').resolve()}" in stack.console.read_text()


def test_schedules_run(sample: Path) -> None:
    with running_stack(template=sample) as stack:
        until(lambda: ticked(stack.process.pid))


def ticked(pid: int) -> bool:
    """Whether the scheduled function has a process, which only its schedule starts."""
    needle = b"AWS_LAMBDA_FUNCTION_NAME=TickFunction"
    return any(needle in Path(f"/proc/{it}/environ").read_bytes() for it in descendants(pid))
