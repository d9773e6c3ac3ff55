import pytest
import submit_handler
import sweeper_handler

from milkrun.jobs.factory import get_reader
from milkrun.jobs.keys import OwnerKeys

from .conftest import Context, Invokes, recorded, send


def test_it_dispatches_what_is_due(invokes: Invokes, environment: pytest.MonkeyPatch) -> None:
    environment.setattr(sweeper_handler, "get_invoker", lambda: invokes)
    send(submit_handler, "submit")
    run = invokes.runs[0]
    get_reader()._redis.zadd(OwnerKeys(run.owner).active, {f"{run.owner}:{run.run_id}": 1})
    assert sweeper_handler.lambda_handler(recorded("sweeper"), Context()) == {"dispatched": 1}  # type: ignore[arg-type]
    assert [invoked.run_id for invoked in invokes.runs] == [run.run_id] * 2
