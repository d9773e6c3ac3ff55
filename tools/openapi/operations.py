"""What each route takes, answers and refuses. Tests compare it with the handlers, in both directions."""

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
    """A successful answer: what it means, the type of its body, and its own headers.

    A `?` after a header's name means that some answers lack it.
    """

    status: int
    meaning: str
    body: type[Any] | None = None
    headers: tuple[str, ...] = ()
    other_forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One route. `parameters` are names of components."""

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
        description="Stores a run for the problem and has a worker solve it. `Prefer: wait=N` holds the"
        " answer for up to N seconds. A solution in it has the form that `Accept` asks for, see `getResult`.",
        parameters=("IdempotencyKey", "PreferWait", "CorrelationId"),
        takes_problem=True,
        answers=(
            Answer(
                200,
                "With `Prefer: wait=N`: the run ended in time with this solution.",
                Solution,
                ("Location", "Content-Location", "Vary", "Preference-Applied", "Idempotency-Replayed?"),
                _FORMS,
            ),
            Answer(
                202,
                "The run is stored and will not be lost.",
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
        description="Newest first. A page may be short although more follow: read on with `next`.",
        parameters=("StatusFilter", "Limit", "Cursor", "CorrelationId"),
        answers=(Answer(200, "A page of runs.", RunList),),
        errors=(*_EVERYWHERE, errors.InvalidParameterError),
    ),
    ("GET", "/optimize/{run_id}/status"): Operation(
        id="getStatus",
        summary="Get the status of a run",
        description="With `Prefer: wait=N` the answer comes once the status, the attempt or the best routes"
        " change, the run ends, or N seconds are over.",
        parameters=("RunId", "PreferWait", "CorrelationId"),
        answers=(Answer(200, "The state of the run.", RunStatus, ("Retry-After?", "Preference-Applied?")),),
        errors=(*_EVERYWHERE, errors.RunNotFoundError),
    ),
    ("GET", "/optimize/{run_id}/result"): Operation(
        id="getResult",
        summary="Get the solution of a run",
        description="`Accept: application/geo+json` gives GeoJSON for a map. `application/gzip` before any"
        " other type gives a gzip file of either form, and is the only way to get a result over 6 MB. With"
        " `Prefer: wait=N` the answer comes once there is a solution, the run ends, or N seconds are over.",
        parameters=("RunId", "Best", "PreferWait", "CorrelationId"),
        answers=(
            Answer(
                200,
                "The solution, or with `best=true` the best so far.",
                Solution,
                ("Vary", "Preference-Applied?"),
                _FORMS,
            ),
            Answer(202, "There is no solution yet.", RunStatus, ("Retry-After?", "Preference-Applied?")),
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
        description="A running run keeps its best routes and ends within 5 seconds as `completed` with"
        " `stopped_early: true`. A pending run ends as `cancelled`. A run that has ended does not change.",
        parameters=("RunId", "Erase", "CorrelationId"),
        answers=(
            Answer(202, "The run was asked to stop, or has ended.", RunStatus, ("Retry-After?",)),
            Answer(204, "With `erase=true`: the run and all its data are deleted."),
        ),
        errors=(*_EVERYWHERE, errors.InvalidParameterError, errors.RunNotFoundError),
    ),
    ("GET", "/health"): Operation(
        id="getHealth",
        summary="Check that the service answers",
        description="Uses no dependency.",
        parameters=("CorrelationId",),
        answers=(Answer(200, "The service answers.", Health),),
        knows_callers=False,
    ),
    ("GET", "/ready"): Operation(
        id="getReadiness",
        summary="Check that Redis and Neo4j answer",
        description="Answers within 3 seconds, even if a server hangs.",
        parameters=("CorrelationId",),
        answers=(
            Answer(200, "Both answer, as far as they are configured.", Ready),
            Answer(503, "At least one of them does not answer.", NotReady, ("Retry-After",)),
        ),
        knows_callers=False,
    ),
}
"""By method and path."""
