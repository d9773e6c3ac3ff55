"""The codes of error answers: the functions' come from their errors, the gateway's from the template."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from local import ROOT
from local.rest_api import GatewayResponse
from local.template import read_template
from milkrun import errors
from milkrun.errors import MilkrunError, SolveError
from milkrun.http.problems import STATUS_OF
from milkrun.jobs.scripts import VERBS, source
from milkrun_solver import errors as solver_errors

_SET_BY_SCRIPT = re.compile(r"'error_code', '(\w+)'")
_READING_A_RUN = (  # the worker's limits may be lower than they were at submit
    errors.InvalidJsonError,
    errors.InvalidProblemError,
    errors.TooManyLocationsError,
    errors.TooManyVehiclesError,
    errors.MatrixTooLargeError,
)

_FOR_OTHER_ROUTES = frozenset({"RESOURCE_NOT_FOUND"})
_FOR_BODIES = frozenset({"BAD_REQUEST_BODY", "REQUEST_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"})
_FOR_CALLERS = frozenset(
    {
        "UNAUTHORIZED",
        "EXPIRED_TOKEN",
        "INVALID_SIGNATURE",
        "MISSING_AUTHENTICATION_TOKEN",
        "AUTHORIZER_FAILURE",
        "AUTHORIZER_CONFIGURATION_ERROR",
    }
)
"""Gateway responses outside all routes, on routes with a body, and on routes with known callers."""


class Refusal(NamedTuple):
    """An error answer: its status, code and headers."""

    status: int
    code: str
    headers: frozenset[str] = frozenset()


def run_codes() -> list[str]:
    """The codes that a failed run can have."""
    ending: list[type[MilkrunError]] = [MilkrunError, errors.DependencyUnavailableError, *_READING_A_RUN]
    by_scripts = {code for verb in VERBS for code in _SET_BY_SCRIPT.findall(source(verb))}
    return sorted({kind.code for kind in (*ending, *_subclasses(SolveError))} | by_scripts)


def _subclasses(kind: type[MilkrunError]) -> Iterator[type[MilkrunError]]:
    yield kind
    for below in kind.__subclasses__():
        if below is not solver_errors.EngineError:  # the run goes on with the other engine's answers
            yield from _subclasses(below)


def function_refusals(kinds: Iterable[type[MilkrunError]]) -> Iterator[Refusal]:
    """The error answers of a handler that raises these errors, and the answer to an unexpected one."""
    yield Refusal(500, MilkrunError.code)
    for kind in kinds:
        codes = run_codes() if kind is errors.RunFailedError else [kind.code]
        retry = frozenset({"Retry-After"} if STATUS_OF[kind] in (429, 503) else ())
        for code in codes:
            yield Refusal(STATUS_OF[kind].value, code, retry)


def gateway_refusals(*, knows_callers: bool, takes_body: bool) -> Iterator[Refusal]:
    """The gateway's own error answers to a route, with either way of authentication."""
    for mode in ("IAM", "JWT"):
        for kind, response in _gateway_responses(mode).items():
            if kind in _FOR_OTHER_ROUTES or (kind in _FOR_BODIES and not takes_body):
                continue
            if not knows_callers and (kind in _FOR_CALLERS or (kind, mode) == ("ACCESS_DENIED", "JWT")):
                continue
            problem = json.loads(response.templates["application/json"])
            yield Refusal(problem["status"], problem["code"], frozenset(response.headers) - {"Content-Type"})


def _gateway_responses(auth_mode: str) -> Mapping[str, GatewayResponse]:
    parameters = {"AuthMode": auth_mode}
    return read_template(ROOT / "template.yaml", "us-east-1", parameters).api.responses
