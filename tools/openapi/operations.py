"""What each route takes, answers and refuses. Tests hold it against the handlers, in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milkrun import errors
from milkrun.errors import MilkrunError
from milkrun.http.answers import GEOJSON
from milkrun.http.bodies import Health, NotReady, Ready, RunList
from milkrun.http.sizes import GZIP
from milkrun.jobs.run import RunStatus
from milkrun.schema.solution import Solution


@dataclass(frozen=True)
class Answer:
    """An answer that is no problem: what it means, the shape of its body, and headers of its own.

    A `?` behind a header's name: it is not always there.
    """

    status: int
    meaning: str
    body: type[Any] | None = None
    headers: tuple[str, ...] = ()
    other_forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One route. `parameters` are names of the document's components."""

    id: str
    summary: str
    answers: tuple[Answer, ...]
    description: str = ""
    parameters: tuple[str, ...] = ()
    errors: tuple[type[MilkrunError], ...] = ()
    takes_problem: bool = False
    knows_callers: bool = True


_FORMS = (GEOJSON, GZIP)
_EVERYWHERE = (errors.UnauthenticatedError, errors.DependencyUnavailableError)

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("POST", "/optimize"): Operation(
        id="submitProblem",
        summary="Submit a problem",
        description="Stores a run for the problem and has a worker solve it. With `Prefer: wait=N` the answer"
        " is held back for up to N seconds; a solution in it has the form that `Accept` asks for, as in"
        " `getResult`.",
        parameters=("IdempotencyKey", "PreferWait", "CorrelationId"),
        takes_problem=True,
        answers=(
            Answer(
                200,
                "With `Prefer: wait=N`: the run has ended in time, with this solution.",
                Solution,
                ("Location", "Content-Location", "Vary", "Preference-Applied", "Idempotency-Replayed?"),
                _FORMS,
            ),
            Answer(
                202,
                "The run is stored, and safe from now on.",
                RunStatus,
                ("Location", "Retry-After?", "Preference-Applied?", "Idempotency-Replayed?"),
            ),
        ),
        errors=(
            *_EVERYWHERE,
            errors.InvalidJsonError,
            errors.InvalidParameterError,
            errors.InvalidProblemError,
            errors.BodyTooLargeError,
            errors.TooManyLocationsError,
            errors.TooManyVehiclesError,
            errors.MatrixTooLargeError,
            errors.IdempotencyKeyReusedError,
            errors.TooManyPendingRunsError,
            errors.TooManyBytesError,
            errors.TooManySubmitsError,
        ),
    ),
    ("GET", "/optimize"): Operation(
        id="listRuns",
        summary="List your runs",
        description="Newest first. A page may be short although there are more: follow `next`.",
        parameters=("StatusFilter", "Limit", "Cursor", "CorrelationId"),
        answers=(Answer(200, "A page of runs.", RunList),),
        errors=(*_EVERYWHERE, errors.InvalidParameterError),
    ),
    ("GET", "/optimize/{run_id}/status"): Operation(
        id="getStatus",
        summary="See how a run is getting on",
        description="With `Prefer: wait=N` the answer comes when the status, the attempt or the best routes"
        " have changed, or the run has ended, or N seconds are over.",
        parameters=("RunId", "PreferWait", "CorrelationId"),
        answers=(Answer(200, "The state of the run.", RunStatus, ("Retry-After?", "Preference-Applied?")),),
        errors=(*_EVERYWHERE, errors.RunNotFoundError),
    ),
    ("GET", "/optimize/{run_id}/result"): Operation(
        id="getResult",
        summary="Get the solution of a run",
        description="`Accept: application/geo+json` gives one to lay on a map; `application/gzip` before"
        " any other type a gzip file of either, the only form that a result over 6 MB comes in. With"
        " `Prefer: wait=N` the answer comes when there is a solution, or the run has ended, or N seconds are"
        " over.",
        parameters=("RunId", "Best", "PreferWait", "CorrelationId"),
        answers=(
            Answer(
                200,
                "The solution; with `best=true` the best so far.",
                Solution,
                ("Vary", "Preference-Applied?"),
                _FORMS,
            ),
            Answer(202, "There is none yet.", RunStatus, ("Retry-After?", "Preference-Applied?")),
        ),
        errors=(
            *_EVERYWHERE,
            errors.InvalidParameterError,
            errors.RunNotFoundError,
            errors.RunFailedError,
            errors.RunCancelledError,
            errors.ResultTooLargeError,
        ),
    ),
    ("DELETE", "/optimize/{run_id}"): Operation(
        id="stopRun",
        summary="Stop a run early, or erase it",
        description="A running run keeps its best routes and ends `completed` with `stopped_early: true`"
        " within 5 seconds; one that had not begun ends `cancelled`. An ended run does not change.",
        parameters=("RunId", "Erase", "CorrelationId"),
        answers=(
            Answer(202, "The run is asked to stop, or has ended.", RunStatus, ("Retry-After?",)),
            Answer(204, "With `erase=true`: the run and all its data are gone."),
        ),
        errors=(*_EVERYWHERE, errors.InvalidParameterError, errors.RunNotFoundError),
    ),
    ("GET", "/health"): Operation(
        id="getHealth",
        summary="See whether the service answers",
        description="Touches no dependency.",
        parameters=("CorrelationId",),
        answers=(Answer(200, "It does.", Health),),
        knows_callers=False,
    ),
    ("GET", "/ready"): Operation(
        id="getReadiness",
        summary="See whether the servers that Milkrun needs answer",
        description="Within 3 seconds, whatever hangs.",
        parameters=("CorrelationId",),
        answers=(
            Answer(200, "They do.", Ready),
            Answer(503, "One of them does not.", NotReady, ("Retry-After",)),
        ),
        knows_callers=False,
    ),
}
"""By method and path."""
