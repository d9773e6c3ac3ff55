"""POST /optimize: accepts a problem and answers with its run."""

from contextlib import suppress
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.clients.lambdas import get_invoker
from milkrun.errors import ResultTooLargeError
from milkrun.http import answers
from milkrun.http.body import read_body
from milkrun.http.headers import idempotency_key, run_location
from milkrun.http.resolver import caller, create_app, header, seconds_to_wait, serve
from milkrun.jobs.factory import get_jobs, get_reader, get_waiting_calls
from milkrun.runs.submit import SubmitRequest, submit_run
from milkrun.runs.wait import result_within
from milkrun.settings import get_settings

app = create_app()


@app.post("/optimize")
def submit() -> Response[Any]:
    """202 with the run; 200 with its result if it ends within `Prefer: wait=N`."""
    event, limits = app.current_event, get_settings().limits
    request = SubmitRequest(
        owner=caller(app),
        body=read_body(event.body, is_base64=bool(event.is_base64_encoded), limit=limits.body_bytes),
        correlation_id=app.context["correlation_id"],
        idempotency_key=idempotency_key(header(app, "idempotency-key")),
    )
    submitted = submit_run(request, get_jobs(), get_invoker(), limits)
    run = submitted.run
    location = run_location(event.request_context.path, run.run_id)
    headers: dict[str, str | list[str]] = {"Location": f"{location}/status"}
    if submitted.replayed:
        headers["Idempotency-Replayed"] = "true"
    seconds = seconds_to_wait(app)
    if not seconds:
        return answers.accepted(run, headers)
    (run, waited), solution = result_within(get_reader(), get_waiting_calls(), run, seconds)
    if waited:
        headers["Preference-Applied"] = f"wait={seconds}"
    if solution is not None:
        with suppress(ResultTooLargeError):
            of_result = {**headers, "Content-Location": f"{location}/result"}
            return answers.outcome(run, solution, of_result, header(app, "accept") or "")
    return answers.accepted(run, headers)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point of the function."""
    return serve(app, event, context)
