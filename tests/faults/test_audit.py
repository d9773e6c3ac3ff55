"""The audit accepts a correct world and reports each broken one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from ulid import ULID

from milkrun.clients.redis import connect
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.packing import pack
from milkrun.jobs.reader import RunReader
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy

from .audit import Findings, audit, owner_id, unheard_ends
from .histories import History
from .logs import Line, Logs
from .plan import QUICK, make_plan
from .trail import End, Story

RESULT = {"summary": {"cost": 7}}


@dataclass
class World:
    """One completed run in Redis, and all records of it."""

    url: str

    def __post_init__(self) -> None:
        self.client = connect(self.url)
        self.jobs = JobStateManager(self.client, JobPolicy(ttl_days=1))
        spec = make_plan(1, 60, 4, QUICK).spec(0)._replace(stop_after=None, key="k")
        self.owner, self.run_id = owner_id(spec.owner), str(ULID())
        self.keys = OwnerKeys(self.owner)
        self.jobs.submit(Submission(self.owner, self.run_id, b"{}", 5_000, spec.correlation_id, "k"))
        self.jobs.claim(self.owner, self.run_id, "t")
        best = Best(json.dumps(RESULT).encode(), cost=7, unassigned=0)
        self.jobs.complete(self.owner, self.run_id, "t", spent_ms=5_000, best=best)
        run = RunReader(self.client).status(self.owner, self.run_id)
        self.history = History(spec, solution=RESULT, watched=True)
        self.history.acknowledge(dict(run.to_status()))
        self.end = End("completed", str(run.finished_at))
        self.findings = Findings(
            [self.history],
            {spec.owner: [self.history.state]},
            [{self.run_id: Story(ends=[self.end])}],
            Logs({}, []),
            ttl_days=1,
        )

    def kinds(self) -> set[str]:
        return {it.kind for it in audit(self.findings, self.client)}

    def line(self, message: str, level: str = "INFO", said: str = "") -> Line:
        return Line(1.0, "worker", message, level, said)

    def say(self, message: str, *said: str) -> None:
        lines = [self.line(message, said=one) for one in said]
        self.findings = replace(self.findings, logs=Logs({self.run_id: lines}, []))


@pytest.fixture
def world(empty_valkey_url: str) -> World:
    return World(empty_valkey_url)


def test_a_correct_world_passes(world: World) -> None:
    assert audit(world.findings, world.client) == []


def test_two_sweeps_may_tell_of_the_same_end(world: World) -> None:
    world.say("run ended", "status=cancelled finished_at=9", "status=cancelled finished_at=9")
    assert audit(world.findings, world.client) == []


def _not_listed(world: World) -> None:
    world.findings = replace(world.findings, listed={})


def _listed_otherwise(world: World) -> None:
    world.findings = replace(world.findings, listed={0: [{**world.history.state, "attempt": 2}]})


def _two_runs_of_one_key(world: World) -> None:
    twin = {**world.history.state, "run_id": str(ULID())}
    world.findings = replace(world.findings, listed={0: [world.history.state, twin]})


def _not_seen_through(world: World) -> None:
    world.history.watched = False


def _ended_on_two_servers(world: World) -> None:
    again = Story(ends=[world.end, End("completed", "9")])
    world.findings = replace(world.findings, stories=[{world.run_id: again}])


def _ended_twice_by_the_logs(world: World) -> None:
    world.say("run ended", "", "")


def _ended_at_two_moments_by_the_logs(world: World) -> None:
    world.say("run ended", "status=cancelled finished_at=8", "status=cancelled finished_at=9")


def _an_error_in_the_logs(world: World) -> None:
    world.findings = replace(world.findings, logs=Logs({}, [world.line("unforeseen", "ERROR")]))


def _overwritten(world: World) -> None:
    other = pack(json.dumps({"summary": {"cost": 8}}).encode())
    world.client.set(world.keys.result(world.run_id), other, keepttl=True)


def _kept_for_ever(world: World) -> None:
    world.client.persist(world.keys.result(world.run_id))


def _kept_for_too_long(world: World) -> None:
    world.client.expire(world.keys.result(world.run_id), 86_400 * 2)


def _best_routes_left_behind(world: World) -> None:
    world.client.set(world.keys.best(world.run_id), b"", px=1_000)


def _request_left_behind(world: World) -> None:
    world.client.set(world.keys.request(world.run_id), b"", px=1_000)


def _a_key_of_no_known_name(world: World) -> None:
    world.client.set("elsewhere", b"", px=1_000)


def _still_active(world: World) -> None:
    world.client.zadd(world.keys.active, {f"{world.owner}:{world.run_id}": 1})


def _still_running(world: World) -> None:
    world.client.zadd(world.keys.running, {world.run_id: 0})
    world.client.expire(world.keys.running, 60)


def _not_in_its_list(world: World) -> None:
    world.client.zrem(world.keys.runs, world.run_id)


@pytest.mark.parametrize(
    ("break_it", "kind"),
    [
        (_not_listed, "lost"),
        (_listed_otherwise, "doubled"),
        (_two_runs_of_one_key, "doubled"),
        (_not_seen_through, "stuck"),
        (_ended_on_two_servers, "doubled"),
        (_ended_twice_by_the_logs, "doubled"),
        (_ended_at_two_moments_by_the_logs, "doubled"),
        (_an_error_in_the_logs, "wrong"),
        (_overwritten, "doubled"),
        (_kept_for_ever, "retention"),
        (_kept_for_too_long, "retention"),
        (_best_routes_left_behind, "retention"),
        (_request_left_behind, "retention"),
        (_a_key_of_no_known_name, "retention"),
        (_still_active, "stuck"),
        (_still_running, "index"),
        (_not_in_its_list, "index"),
    ],
)
def test_a_broken_world_is_reported(world: World, break_it: Callable[[World], Any], kind: str) -> None:
    break_it(world)
    assert kind in world.kinds()


def test_an_end_that_died_with_its_primary_unheard_does_not_count(world: World) -> None:
    lost = Story(ends=[End("completed", "9")])
    kept = Story(ends=[world.end])
    world.findings = replace(world.findings, stories=[{world.run_id: lost}, {world.run_id: kept}])
    assert unheard_ends(world.findings) == {world.run_id: {End("completed", "9")}}
    assert world.kinds() == set()
