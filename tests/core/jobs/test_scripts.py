"""The scripts as files: headers, codes, keys and round trips."""

import re

import pytest
from redis.crc import key_slot

from milkrun.jobs.codes import Code
from milkrun.jobs.keys import RUNNING_RUNS, WAITING_CALLS, OwnerKeys, nothing_beside
from milkrun.jobs.scripts import LUA, OF_ALL_OWNERS, VERBS, source
from milkrun.jobs.states import TRANSITIONS, Status

from .conftest import OWNER, Lab, run_id

SCRIPTS = VERBS + OF_ALL_OWNERS


def test_there_is_one_file_per_script() -> None:
    files = {str(path.relative_to(LUA).with_suffix("")) for path in LUA.rglob("*.lua")}
    assert {name for name in files if not name.startswith("lib/")} == set(SCRIPTS)


@pytest.mark.parametrize("verb", SCRIPTS)
def test_the_header_names_purpose_keys_arguments_and_returns(verb: str) -> None:
    text = (LUA / f"{verb}.lua").read_text()
    of_keys = ["KEYS, ARGV 1-4: "] if verb in VERBS else ["KEYS 1", "ARGV 1: "]
    for part in (f"{verb}: ", *of_keys, "Returns: "):
        assert re.search(rf"^-- {part}", text, re.MULTILINE), part


@pytest.mark.parametrize("verb", SCRIPTS)
def test_the_header_lists_exactly_the_codes_that_the_script_can_return(verb: str) -> None:
    header = re.search(
        r"^-- Returns: (.*(?:\n--      .*)*)$", (LUA / f"{verb}.lua").read_text(), re.MULTILINE
    )
    assert header
    promised = {option.split()[0] for option in header[1].replace("\n--", "").split("|")}
    used = set(re.findall(r"CODE\.([A-Z_]+)", source(verb)))
    assert promised == used
    assert promised <= {code.name for code in Code}


@pytest.mark.parametrize("verb", SCRIPTS)
def test_a_full_server_refuses_only_scripts_that_start_something_new(verb: str) -> None:
    shebang = source(verb).partition("\n")[0]
    is_refused = verb in ("submit", "calls/begin", "stack/begin")
    assert shebang == ("#!lua" if is_refused else "#!lua flags=allow-oom")


@pytest.mark.parametrize("verb", SCRIPTS)
def test_no_script_builds_a_key(verb: str) -> None:
    assert "milkrun:" not in source(verb).lower().replace("milkrun.jobs", "")


def test_every_transition_of_the_table_has_a_script() -> None:
    verbs = {verb for moves in TRANSITIONS.values() for names in moves.values() for verb in names}
    assert verbs <= set(VERBS)
    assert {status for status in Status if status.ended} == {"completed", "failed", "cancelled"}


def test_the_keys_have_their_documented_names() -> None:
    keys = OwnerKeys("a1b2")
    of_an_owner = [*keys.of_run("R"), keys.idempotency("h")]
    assert [*of_an_owner, nothing_beside(keys.active), WAITING_CALLS, *RUNNING_RUNS] == [
        "milkrun:{22}:run:a1b2:R",
        "milkrun:{22}:run:a1b2:R:request",
        "milkrun:{22}:run:a1b2:R:best",
        "milkrun:{22}:run:a1b2:R:result",
        "milkrun:{22}:runs:a1b2",
        "milkrun:{22}:pending:a1b2",
        "milkrun:{22}:waiting:a1b2",
        "milkrun:{22}:running:a1b2",
        "milkrun:{22}:active",
        "milkrun:{22}:queue",
        "milkrun:{22}:leased",
        "milkrun:{22}:bytes:a1b2",
        "milkrun:{22}:kept:a1b2",
        "milkrun:{22}:expiring",
        "milkrun:{22}:rate:a1b2",
        "milkrun:{22}:idem:a1b2:h",
        "milkrun:{22}:active:nothing",
        "milkrun:{calls}:waiting",
        "milkrun:{stack}:running",
        "milkrun:{stack}:refused",
    ]


def test_all_keys_of_an_owner_are_in_one_slot() -> None:
    keys = OwnerKeys(OWNER)
    names = [*keys.of_run(run_id(1)), keys.idempotency("h"), nothing_beside(keys.run(run_id(1)))]
    slots = {key_slot(key.encode()) for key in names}
    assert len(slots) == 1


def test_one_module_makes_all_keys() -> None:
    core = LUA.parents[1]
    makers = [path.relative_to(core) for path in core.rglob("*.py") if '"milkrun:{' in path.read_text()]
    assert list(map(str, makers)) == ["jobs/keys.py"]


@pytest.fixture
def round_trips(lab: Lab, sent: list[bytes]) -> list[bytes]:
    """What is sent to the server from now on: one entry for each round trip."""
    lab.submit(9)  # opens the connection and loads the script
    sent.clear()
    return sent


def test_a_submit_is_one_round_trip(lab: Lab, round_trips: list[bytes]) -> None:
    lab.submit(2, key="k")
    assert len(round_trips) == 1


def test_a_status_is_one_round_trip(lab: Lab, round_trips: list[bytes]) -> None:
    lab.status(9)
    assert len(round_trips) == 1


def test_a_result_is_one_round_trip(lab: Lab, round_trips: list[bytes]) -> None:
    lab.reader.result(OWNER, run_id(9), best=True)
    assert len(round_trips) == 1


def test_a_run_is_read_as_it_was_written(lab: Lab) -> None:
    run = lab.submit()
    assert lab.status() == run
