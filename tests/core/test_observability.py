from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Tracer

from milkrun import observability
from milkrun.observability import traced


class Segments:
    """Stands where X-Ray is, and notes what is put into a trace."""

    def __init__(self) -> None:
        self.metadata: list[Any] = []
        self.opened: list[str] = []

    @contextmanager
    def in_subsegment(self, name: str) -> Any:
        self.opened.append(name)
        put = lambda **kept: self.metadata.append(kept)  # noqa: E731
        yield SimpleNamespace(
            put_metadata=put, put_annotation=lambda **_: None, add_exception=lambda **_: None
        )


def test_a_callers_data_stays_out_of_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    segments = Segments()
    tracer = Tracer(service="milkrun", disabled=False, auto_patch=False, provider=segments)  # type: ignore[arg-type]
    monkeypatch.setattr(observability, "get_tracer", lambda: tracer)
    answer = traced(lambda _event, _context: {"body": "12 Secret Street"})({}, {})
    assert answer == {"body": "12 Secret Street"}
    assert segments.opened
    assert segments.metadata == []
