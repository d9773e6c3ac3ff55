import threading
from types import SimpleNamespace

import pytest

from milkrun import health
from milkrun.dependencies import NOT_CONFIGURED, OK
from milkrun.health import TIMED_OUT, ReadinessProbe, is_ready
from tests.waiting import PATIENCE


def test_each_dependency_is_named_with_its_state() -> None:
    probe = ReadinessProbe({"redis": lambda: OK, "neo4j": lambda: "down: connection refused"})
    assert probe.ask() == {"redis": "ok", "neo4j": "down: connection refused"}


def test_all_checks_run_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=PATIENCE)

    def check() -> str:
        together.wait()
        return OK

    assert ReadinessProbe({"a": check, "b": check}, deadline=PATIENCE).ask() == {"a": OK, "b": OK}


def test_a_hanging_check_is_reported_as_down_and_the_others_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline passes once the quick check has answered, however long that takes."""
    release = threading.Event()
    times = iter([0.0, 0.0, PATIENCE])  # when the checks start, and when each answer is waited for
    monkeypatch.setattr(health, "time", SimpleNamespace(monotonic=lambda: next(times)))
    checks = {"quick": lambda: OK, "slow": lambda: str(release.wait(PATIENCE))}
    probe = ReadinessProbe(checks, deadline=PATIENCE)
    assert probe.ask() == {"quick": OK, "slow": TIMED_OUT}
    release.set()


def test_a_hanging_check_is_not_asked_again_while_it_hangs() -> None:
    release, asked = threading.Event(), []

    def hang() -> str:
        asked.append(1)
        release.wait(PATIENCE)
        return OK

    probe = ReadinessProbe({"slow": hang}, deadline=0.02)
    for _ in range(5):
        assert probe.ask() == {"slow": TIMED_OUT}
    assert len(asked) == 1
    release.set()


def test_a_late_answer_is_not_reported_later() -> None:
    answers = iter(["down: long ago", OK])
    release = threading.Event()

    def check() -> str:
        answer = next(answers)
        release.wait(PATIENCE)
        return answer

    probe = ReadinessProbe({"redis": check}, deadline=0.05)
    assert probe.ask() == {"redis": TIMED_OUT}
    release.set()
    assert probe._asking["redis"].wait(PATIENCE)
    probe._deadline = PATIENCE
    assert probe.ask() == {"redis": OK}


def test_a_check_that_fails_is_reported_as_down() -> None:
    assert ReadinessProbe({"redis": lambda: str(1 // 0)}).ask() == {"redis": "down: failed"}


def test_a_dependency_that_is_not_configured_is_not_a_failure() -> None:
    assert is_ready({"redis": OK, "neo4j": NOT_CONFIGURED})
    assert not is_ready({"redis": OK, "neo4j": TIMED_OUT})
