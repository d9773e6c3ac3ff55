from typing import Any

from .audit import Findings
from .bounds import SLACK, explain, recoveries, unexplained
from .histories import History
from .logs import Line, Logs
from .plan import PRODUCTION, Kind, make_plan
from .strikes import Struck

RUN_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
BEGIN = 1767225600.0
"""2026-01-01T00:00:00Z"""
OWN = 10.0


def history(seconds: int, run_id: str = RUN_ID, owner: int = 0) -> History:
    """A run that ended this many seconds after it was acknowledged."""
    spec = (
        make_plan(1, 60, 4, PRODUCTION).spec(0)._replace(owner=owner, body={"options": {"time_limit": OWN}})
    )
    finished_at = f"2026-01-01T00:{seconds // 60:02}:{seconds % 60:02}Z"
    known = History(spec, run_id, BEGIN, {"status": "completed", "finished_at": finished_at})
    known.note("submitted")
    known.notes[0] = known.notes[0]._replace(at=BEGIN)
    return known


def findings(*histories: History, lines: list[Line] | None = None, **others: Any) -> Findings:
    logs = Logs({RUN_ID: lines or []}, others.get("others", []))
    return Findings(list(histories), {}, [], logs, 1)


def line(at: float, message: str) -> Line:
    return Line(BEGIN + at, "worker", message, "INFO", "")


def fault(kind: Kind, at: float, *, lasts: float = 0.0, run_id: str = RUN_ID) -> Struck:
    return Struck(kind, BEGIN + at, BEGIN + at + lasts, run_id)


def is_overdue(seconds: float, *struck: Struck, lines: list[Line] | None = None) -> bool:
    known = findings(history(round(seconds)), history(1, "other"), lines=lines)
    return bool(list(unexplained(list(explain(struck, known, PRODUCTION)))))


def test_a_run_without_faults_may_take_its_time_limit_and_the_slack() -> None:
    assert not is_overdue(OWN + SLACK - 1)
    assert is_overdue(OWN + SLACK + 1)


def test_a_lost_worker_explains_a_lease_and_a_sweep() -> None:
    explained = OWN + PRODUCTION.lease + PRODUCTION.sweep_every + SLACK
    assert not is_overdue(explained - 1, fault(Kind.WORKER_KILLED, 1))
    assert is_overdue(explained + 1, fault(Kind.WORKER_KILLED, 1))


def test_an_outage_also_explains_its_own_length() -> None:
    explained = OWN + 20 + PRODUCTION.lease + PRODUCTION.sweep_every + SLACK
    hung = fault(Kind.REDIS_HUNG, 1, lasts=20, run_id="")
    assert not is_overdue(explained - 1, hung)
    assert is_overdue(explained + 1, hung)


def test_a_fault_before_or_after_a_run_s_life_explains_nothing() -> None:
    assert is_overdue(OWN + SLACK + 1, fault(Kind.REDIS_HUNG, -10, lasts=5, run_id=""))
    assert is_overdue(OWN + SLACK + 1, fault(Kind.REDIS_HUNG, 1_000, lasts=5, run_id=""))


def test_a_fault_of_another_run_of_its_owner_explains_a_wait_for_a_turn() -> None:
    killed = fault(Kind.WORKER_KILLED, 1, run_id="other")
    assert is_overdue(OWN + SLACK + 1, killed)
    assert not is_overdue(OWN + SLACK + 1, killed, lines=[line(0, "run waits for its turn")])


def is_explained(code: str, *struck: Struck) -> bool:
    failed = history(5)
    failed.state = {**failed.state, "status": "failed", "error": {"code": code}}
    return not list(unexplained(list(explain(struck, findings(failed), PRODUCTION))))


def test_three_lost_workers_explain_a_failed_run_and_two_do_not() -> None:
    three = [fault(Kind.WORKER_KILLED, 1), fault(Kind.WORKER_FROZEN, 2), fault(Kind.WORKER_KILLED, 3)]
    assert is_explained("worker_lost", *three)
    assert not is_explained("worker_lost", *three[1:])


def test_no_fault_explains_another_failure() -> None:
    assert not is_explained("internal_error", *[fault(Kind.WORKER_KILLED, at) for at in (1, 2, 3)])


def test_a_run_recovers_with_its_next_claim_or_its_end() -> None:
    lines = [line(1, "run claimed"), line(40, "run claimed")]
    known = findings(history(60), lines=lines)
    killed = [fault(Kind.WORKER_KILLED, 5), fault(Kind.WORKER_KILLED, 50)]
    assert [it.seconds for it in recoveries(killed, known, [], {})] == [35, 10]


def test_recovery_from_a_lost_invoke_ends_with_the_next_invoke() -> None:
    lost = fault(Kind.INVOKE_DROPPED, 5)
    (it,) = recoveries([lost], findings(history(60)), [], {RUN_ID: [BEGIN + 4.9, BEGIN + 22]})
    assert it.seconds == 17


def test_an_outage_is_over_with_the_next_acknowledgement() -> None:
    hung = fault(Kind.REDIS_HUNG, 5, lasts=2, run_id="")
    (it,) = recoveries([hung], findings(), [BEGIN + 4, BEGIN + 6, BEGIN + 7.5], {})
    assert it.seconds == 2.5


def test_the_sweeper_is_back_with_its_next_sweep() -> None:
    stopped = fault(Kind.SWEEPER_STOPPED, 5, lasts=2, run_id="")
    (it,) = recoveries([stopped], findings(others=[line(4, "swept"), line(9, "swept")]), [BEGIN + 7], {})
    assert it.seconds == 4
