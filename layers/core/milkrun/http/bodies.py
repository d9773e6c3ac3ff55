"""The bodies that the API answers, except solutions and the status of a run."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict  # pydantic cannot read typing's on Python 3.11

from milkrun.jobs.run import BrokenRule, RunStatus


class RunList(TypedDict):
    """Runs of the caller.

    Attributes:
        runs: Newest first.
        next: The `cursor` of the next page; null on the last one.
    """

    runs: list[RunStatus]
    next: str | None


class Health(TypedDict):
    """The process answers.

    Attributes:
        timestamp: The time of this process's clock.
        version: The version of Milkrun.
        uptime_seconds: Seconds since the process began or was restored from its snapshot.
    """

    status: Literal["ok"]
    timestamp: str
    version: str
    uptime_seconds: int


class Ready(TypedDict):
    """All configured dependencies answer.

    Attributes:
        dependencies: By name, `ok` or `not configured`.
    """

    status: Literal["ready"]
    dependencies: dict[str, str]


class Dependencies(TypedDict):
    """The state of the servers that Milkrun needs.

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
        type: `urn:milkrun:problem:` followed by the code.
        title: The name of the status.
        status: The HTTP status.
        detail: A sentence about the error.
        code: A stable code, for programs.
        correlation_id: The id of the request in the logs.
        errors: With `invalid_problem`, each broken rule, up to 20. For a run that failed because of fields
            of its problem, these fields, up to 100.
        dependencies: With `dependency_unavailable`, `ok` or `down: <why>` by name.
        bytes_used: With `too_many_bytes`, the bytes stored for your runs.
        bytes_allowed: With `too_many_bytes`, the limit.
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
