"""docs/operations.md against the real functions: what it says about their log and about calls for a
caller."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import health_handler
import pytest
import status_handler
import submit_handler
import sweeper_handler
import worker_handler
from samtranslator.yaml_helper import yaml_parse

from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.factory import get_jobs, get_reader
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.run import Run
from milkrun.runs.work import Tools
from milkrun.settings import Limits
from tests.nonempty import nonempty
from tests.telemetry import Line, Telemetry

from .conftest import Context, Invokes, recorded, send

ROOT = Path(__file__).parents[2]
OF_INSIGHTS = {"@timestamp", "@log"}
OF_LAMBDA = {
    "type",
    "record.status",
    "record.metrics.durationMs",
    "record.metrics.maxMemoryUsedMB",
}
"""Fields of `platform.report`, by the names in Lambda's documentation of its JSON log format."""
WORDS = {
    *("filter", "fields", "stats", "sort", "limit", "by", "as", "asc", "desc", "and", "or", "in", "like"),
    *("count", "latest", "max", "ispresent"),
}


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs/operations.md").read_text()


@pytest.fixture(scope="module")
def queries(page: str) -> list[str]:
    return re.findall(r"^```logs-insights\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def fields_of(query: str) -> set[str]:
    """The log fields that a query reads, without those that the query defines itself."""
    bare = re.sub(r"\"[^\"]*\"|/[^/]*/", " ", query)
    named = set(re.findall(r"\bas (\w+)", bare))
    return set(re.findall(r"@?[a-zA-Z_][\w.]*", bare)) - WORDS - named


def query_of(page: str, anchor: str) -> str:
    """The query that follows an anchor."""
    (query,) = re.findall(
        rf'<a id="{anchor}"></a>[^`]*```logs-insights\n(.*?)^```', page, re.MULTILINE | re.DOTALL
    )
    return str(query)


def failing(*_: Any, **__: Any) -> None:
    raise RuntimeError


def sweep(run: Run) -> None:
    get_reader()._redis.zadd(OwnerKeys(run.owner).active, {f"{run.owner}:{run.run_id}": 1})
    sweeper_handler.lambda_handler(recorded("sweeper"), Context())  # type: ignore[arg-type]


def work(run: Run) -> None:
    event = {"owner": run.owner, "run_id": run.run_id, "correlation_id": run.correlation_id}
    worker_handler.lambda_handler(event, Context())  # type: ignore[arg-type]


@pytest.fixture
def logged(telemetry: Telemetry, invokes: Invokes, environment: pytest.MonkeyPatch) -> set[str]:
    """The fields of all log lines of runs that fail in different ways."""
    environment.setattr(sweeper_handler, "get_invoker", lambda: invokes)
    environment.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793")
    tools = Tools(get_jobs(), invokes, failing, lambda _: None, Limits())  # type: ignore[arg-type]
    environment.setattr(worker_handler, "get_tools", lambda _: tools)
    invokes.failure = "ReadTimeoutError"
    send(submit_handler, "submit")
    run = invokes.runs[0]
    sweep(run)
    gone = run.run_id.replace(run.run_id[-1], "0" if run.run_id[-1] != "0" else "1")
    get_reader()._redis.zadd(OwnerKeys(run.owner).active, {f"{run.owner}:{gone}": 1})
    get_jobs().claim(run.owner, run.run_id, "another")
    work(run)  # held by another worker
    get_reader()._redis.hset(OwnerKeys(run.owner).run(run.run_id), "lease_until", 1)
    sweep(run)
    work(run)
    environment.setattr(
        health_handler, "get_probe", lambda: SimpleNamespace(ask=lambda: {"redis": "down: busy"})
    )
    send(health_handler, "ready")
    return {field for line in telemetry.lines() for field in line}


@pytest.fixture
def known(logged: set[str]) -> set[str]:
    """Every field in the logs of the stack."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    access_log = json.loads(template["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"])
    # A sweep's line has its counts unless they are zero.
    return logged | set(access_log) | OF_INSIGHTS | OF_LAMBDA | {"waiting_or_ended", "failed"}


def test_there_are_queries(queries: list[str]) -> None:
    assert len(queries) >= 9
    assert fields_of(queries[0]) == {"level", "exception", "function_name", "message", "exception_name"}


def test_every_query_uses_fields_that_the_log_has(queries: list[str], known: set[str]) -> None:
    for query in nonempty(queries):
        assert fields_of(query) <= known, query


def test_the_functions_write_every_line_that_a_query_looks_for(queries: list[str]) -> None:
    code = "".join(
        path.read_text() for part in ("layers/core", "functions") for path in (ROOT / part).rglob("*.py")
    )
    looked_for = set()
    for query in queries:
        for one, several in re.findall(r'message = "([^"]+)"|message in \[([^]]+)\]', query):
            looked_for |= {one} if one else set(re.findall(r'"([^"]+)"', several))
    assert len(looked_for) >= 4
    for message in looked_for:
        assert f'"{message}"' in code, message


def picked(query: str, lines: list[Line]) -> Counter[tuple[Any, ...]]:
    """The answer to a query of the form `filter ispresent(…)` and `stats count(*) as times by …`."""
    asked = re.match(r"filter ispresent\((\w+)\)\n\| stats count\(\*\) as times by (.*)\n", query)
    assert asked, query
    fields = asked[2].split(", ")
    return Counter(tuple(line.get(field) for field in fields) for line in lines if asked[1] in line)


def ready() -> None:
    health_handler.get_probe.cache_clear()
    assert send(health_handler, "ready").status == 503


def optimize() -> None:
    assert send(submit_handler, "submit").status == 503


def ask_for_status() -> None:
    assert send(status_handler, "status").status == 503


def start_a_worker() -> None:
    worker_handler.get_tools.cache_clear()
    with pytest.raises(DependencyUnavailableError):
        worker_handler.lambda_handler(recorded("worker"), Context())  # type: ignore[arg-type]


def start_a_sweep() -> None:
    with pytest.raises(DependencyUnavailableError):
        sweeper_handler.lambda_handler(recorded("sweeper"), Context())  # type: ignore[arg-type]


@pytest.mark.parametrize("meet", [ready, optimize, ask_for_status, start_a_worker, start_a_sweep])
def test_an_unavailable_redis_is_logged_once_where_the_runbook_looks(
    page: str, telemetry: Telemetry, environment: pytest.MonkeyPatch, meet: Callable[[], None]
) -> None:
    environment.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    environment.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    meet()
    lines = telemetry.lines()
    found = picked(query_of(page, "q-dependencies"), lines)
    assert found == {("milkrun", "dependency down", "redis", "connection refused"): 1}
    (line,) = (line for line in lines if "dependency" in line)
    assert line["level"] == "WARNING"
    assert line["correlation_id"]
    assert "127.0.0.1" not in json.dumps(lines)


def test_each_dependency_that_is_down_has_its_line(
    page: str, telemetry: Telemetry, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    environment.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    ready()
    found = picked(query_of(page, "q-dependencies"), telemetry.lines())
    assert {(dependency, reason) for _, _, dependency, reason in found} == {
        ("redis", "connection refused"),
        ("neo4j", "connection refused"),
    }


def test_a_healthy_dependency_has_no_line(
    page: str, telemetry: Telemetry, environment: pytest.MonkeyPatch
) -> None:
    health_handler.get_probe.cache_clear()
    assert send(health_handler, "ready").status == 200
    assert picked(query_of(page, "q-dependencies"), telemetry.lines()) == {}


def test_every_field_that_the_page_explains_is_in_the_log(page: str, known: set[str]) -> None:
    table = page[page.index("# Log lines\n") :]
    explained = {
        field
        for cell in re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
        for field in re.findall(r"`(\w+)`", cell)
    }
    assert len(explained) > 20
    assert explained <= known


def test_every_field_of_the_log_is_explained(page: str, logged: set[str]) -> None:
    table = page[page.index("# Log lines\n") :]
    assert {field for field in nonempty(logged) if f"`{field}`" not in table} == set()


def put_by(page: str, call: str, caller: int, payload: Path) -> dict[str, Any]:
    """The event that a command on the page passes to the function, with the first or second form of
    CALLER."""
    definition = re.search(r"^as_caller\(\) \{.*?^\}$", page, re.MULTILINE | re.DOTALL)
    assert definition
    script = [
        "resource() { echo $1; }",
        "jq() { :; }",
        f'aws() {{ while [ "$1" != --payload ]; do shift; done; printf %s "$2" > {payload}; }}',
        re.findall(r"^CALLER=.*$", page, re.MULTILINE)[caller],
        definition[0].replace("/tmp/", f"{payload.parent}/"),  # noqa: S108 (the page's)
        call,
    ]
    subprocess.run(["bash", "-c", "\n".join(script)], check=True)
    event: dict[str, Any] = json.loads(payload.read_text())
    return event


@pytest.mark.parametrize("caller", [0, 1])
def test_an_operator_can_list_and_erase_a_caller_s_runs(
    page: str, invokes: Invokes, caller: int, tmp_path: Path
) -> None:
    listing, _, stop = re.findall(r"^(as_caller [^#\n]*?) *(?:#.*)?$", page, re.MULTILINE)
    (erase,) = re.findall(r"do (as_caller DELETE [^;]*);", page)
    payload = tmp_path / "payload.json"
    as_caller = put_by(page, listing, caller, payload)["requestContext"]
    submitted = send(
        submit_handler, "submit", requestContext=recorded("submit")["requestContext"] | as_caller
    )
    run_id = submitted.body["run_id"]

    def ask(call: str) -> dict[str, Any]:
        event = put_by(page, call, caller, payload)
        answer: dict[str, Any] = status_handler.lambda_handler(event, Context())  # type: ignore[arg-type]
        return answer

    assert [run["run_id"] for run in json.loads(ask(listing)["body"])["runs"]] == [run_id]
    assert ask(re.sub(r"/[0-9A-Z]{26}", f"/{run_id}", stop))["statusCode"] == 202
    assert ask(erase.replace("$RUN", run_id))["statusCode"] == 204
    assert json.loads(ask(listing)["body"])["runs"] == []
