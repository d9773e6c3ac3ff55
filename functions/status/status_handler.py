"""The runs of a caller: status, result, list, stop and erase."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.http import answers
from milkrun.http.bodies import RunList
from milkrun.http.parameters import flag, page_of, run_id_of
from milkrun.http.resolver import caller, create_app, header, json_response, seconds_to_wait, serve
from milkrun.jobs.factory import get_jobs, get_reader, get_waiting_calls
from milkrun.observability import measure
from milkrun.runs.wait import change_within, result_within

app = create_app()


@app.get("/optimize/<run_id>/status")
def status(run_id: str) -> Response[str]:
    """The state of a run. With `Prefer: wait=N`, waits up to N seconds until it changes."""
    run = get_reader().status(caller(app), run_id_of(run_id))
    seconds = seconds_to_wait(app)
    if not seconds:
        return answers.status(run)
    run, waited = change_within(get_reader(), get_waiting_calls(), run, seconds)
    return answers.status(run, {"Preference-Applied": f"wait={seconds}"} if waited else None)


@app.get("/optimize/<run_id>/result")
def result(run_id: str) -> Response[Any]:
    """The solution of a completed run. With `?best=true`, the best routes so far of a running one.

    With `Prefer: wait=N`, waits up to N seconds until there are any.
    """
    best = flag(app.current_event, "best")
    run, solution = get_reader().result(caller(app), run_id_of(run_id), best=best)
    headers: answers.Headers = {}
    seconds = seconds_to_wait(app)
    if seconds and solution is None:
        (run, waited), solution = result_within(get_reader(), get_waiting_calls(), run, seconds, best=best)
        if waited:
            headers["Preference-Applied"] = f"wait={seconds}"
    return answers.outcome(run, solution, headers, header(app, "accept") or "")


@app.delete("/optimize/<run_id>")
def cancel(run_id: str) -> Response[str]:
    """Stops a run early; with `?erase=true` deletes it and all its data."""
    owner = caller(app)
    if flag(app.current_event, "erase"):
        get_jobs().erase(owner, run_id_of(run_id))
        measure("RunsErased")
        return Response(status_code=HTTPStatus.NO_CONTENT)
    run = get_jobs().cancel(owner, run_id_of(run_id))
    measure("StopsAsked")
    return answers.accepted(run)


@app.get("/optimize")
def list_runs() -> Response[str]:
    """The caller's runs, newest first."""
    page = get_reader().page(caller(app), **page_of(app.current_event)._asdict())
    body: RunList = {"runs": [run.to_status() for run in page.runs], "next": page.next}
    return json_response(HTTPStatus.OK, body)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point of the function."""
    return serve(app, event, context)
