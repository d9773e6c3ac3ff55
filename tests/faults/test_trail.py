from pathlib import Path

from local.embedded.valkey import running_valkey
from milkrun.clients.redis import connect
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy

from .redis_pair import OPTIONS
from .trail import End, Story, Write, read_stories, read_writes

RUN_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
KEY = OwnerKeys("a1b2c3d4e5f60718").run(RUN_ID)


def story(*commands: tuple[str, ...]) -> Story:
    return read_stories(Write(1, command) for command in commands)[RUN_ID]


def ended(at: str) -> tuple[str, ...]:
    return ("HSET", KEY, "status", "completed", "finished_at", at)


def test_the_trail_has_every_write_of_the_real_scripts(tmp_path: Path) -> None:
    with running_valkey(tmp_path, *OPTIONS) as valkey:
        jobs = JobStateManager(connect(valkey.url), JobPolicy())
        owner = "a1b2c3d4e5f60718"
        jobs.submit(Submission(owner, RUN_ID, b"{}", 5_000, "corr-1"))
        jobs.claim(owner, RUN_ID, "t")
        best = Best(b"{}", cost=7, unassigned=0)
        jobs.renew(owner, RUN_ID, "t", progress=0.5, spent_ms=1_000, best=best)
        jobs.complete(owner, RUN_ID, "t", spent_ms=5_000, best=best)
    (file,) = tmp_path.glob("appendonlydir/*.incr.aof")
    told = read_stories(read_writes(file))[RUN_ID]
    assert [end.status for end in told.ends] == ["completed"]
    assert told.progress == 1
    assert told.violations == []
    assert all(note.at > 1_700_000_000 for note in told.writes)


def test_a_command_that_a_kill_has_cut_off_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "a.aof"
    whole = b"#TS:7\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n"
    for cut in range(len(whole)):
        file.write_bytes(whole + whole[:cut])
        assert list(read_writes(file)) == [Write(7, ("DEL", "a"))]


def test_a_run_that_ends_twice_on_one_server_is_reported() -> None:
    twice = story(ended("5"), ended("6"))
    assert twice.ends == [End("completed", "5"), End("completed", "6")]
    assert [it.kind for it in twice.violations] == ["doubled"]


def test_a_write_after_the_end_is_reported() -> None:
    late = story(ended("5"), ("SET", f"{KEY}:result", "x"))
    assert [it.kind for it in late.violations] == ["doubled"]


def test_replays_and_expiries_do_not_count_as_writes_after_the_end() -> None:
    fine = story(ended("5"), ("HSET", KEY, "key_hash", "k"), ("PEXPIREAT", KEY, "9"), ("DEL", f"{KEY}:best"))
    assert fine.violations == []


def test_progress_that_falls_is_reported() -> None:
    fallen = story(("HSET", KEY, "progress", "0.5"), ("HSET", KEY, "progress", "0.4"))
    assert [it.kind for it in fallen.violations] == ["fell"]
