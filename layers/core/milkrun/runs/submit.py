"""Submits a problem."""

from collections.abc import Callable
from typing import NamedTuple

from milkrun.clients.lambdas import WorkerInvoker
from milkrun.ids import new_id
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.submitting import Submission, Submitted
from milkrun.observability import get_logger, measure
from milkrun.runs.invoke import invoke_worker
from milkrun.runs.report import say_about
from milkrun.schema.parse import parse_problem
from milkrun.settings import Limits


class SubmitRequest(NamedTuple):
    """A caller's problem: the body, unzipped, and what came with it."""

    owner: str
    body: bytes
    correlation_id: str
    idempotency_key: str | None


def submit_run(
    request: SubmitRequest,
    jobs: JobStateManager,
    invoker: WorkerInvoker,
    limits: Limits,
    *,
    new_id: Callable[[], str] = new_id,
) -> Submitted:
    """Checks the problem, stores a run for it, and starts a worker if its turn has come.

    A run that waits for its turn is started when another one ends. A thousand submits of one owner thus
    invoke
    no more workers than the limit of running runs.

    Raises:
        RequestError: The problem, its size, its idempotency key or a limit on the caller forbids it.
        DependencyUnavailableError: The run could not be stored safely, and no worker is started for it. A
            retry with its idempotency key completes the submit.
    """
    problem = parse_problem(request.body, limits)
    submitted = jobs.submit(
        Submission(
            owner=request.owner,
            run_id=new_id(),
            request=request.body,
            time_limit_ms=round(problem.options.time_limit * 1000),
            correlation_id=request.correlation_id,
            idempotency_key=request.idempotency_key,
        )
    )
    if submitted.replayed:
        measure("RunsReplayed")
        get_logger().info("run replayed", run_id=submitted.run.run_id, owner=request.owner)
    else:
        measure("RunsSubmitted")
        if submitted.waits:
            say_about(submitted.run, "run submitted", waits=True)
        else:
            invoke_worker(invoker, submitted.run, "run submitted")
    return submitted
