"""The shapes of what the API answers, beside a solution and the status of a run."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict  # pydantic reads it on every Python, typing's not on 3.11

from milkrun.jobs.run import BrokenRule, RunStatus


class RunList(TypedDict):
    """Runs of the caller.

    Attributes:
        runs: Newest first.
        next: What `cursor` gives the next page; null on the last one.
    """

    runs: list[RunStatus]
    next: str | None


class Health(TypedDict):
    """The process answers.

    Attributes:
        timestamp: By this process's clock.
        version: Of Milkrun.
        uptime_seconds: Since the process began, or was restored from its snapshot.
    """

    status: Literal["ok"]
    timestamp: str
    version: str
    uptime_seconds: int


class Ready(TypedDict):
    """Every dependency that is configured answers.

    Attributes:
        dependencies: By name, `ok` or `not configured`.
    """

    status: Literal["ready"]
    dependencies: dict[str, str]


class Dependencies(TypedDict):
    """How the servers are that Milkrun needs.

    Attributes:
        dependencies: By name, `ok`, `not configured` or `down: <why>`.
    """

    dependencies: dict[str, str]


class NotReady(TypedDict):
    """A dependency does not answer."""

    detail: Dependencies


class ProblemDetails(TypedDict):
    """What went wrong (RFC 9457).

    Attributes:
        type: `urn:milkrun:problem:` and the code.
        title: The status in words.
        status: The HTTP status.
        detail: A sentence.
        code: Stable, for programs.
        correlation_id: Finds the request in the logs.
        errors: Of `invalid_problem`: each broken rule, up to 20. Of a run that failed by fields of its
            problem: these, up to 100.
        dependencies: Of `dependency_unavailable`: by name, `ok` or `down: <why>`.
        bytes_used: Of `too_many_bytes`: what is stored for your runs.
        bytes_allowed: Of `too_many_bytes`: what may be.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    errors: NotRequired[list[BrokenRule]]
    dependencies: NotRequired[dict[str, str]]
    bytes_used: NotRequired[int]
    bytes_allowed: NotRequired[int]
