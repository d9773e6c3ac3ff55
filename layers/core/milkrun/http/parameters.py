"""Reads and checks path and query parameters."""

import re
from typing import NamedTuple

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from milkrun.errors import InvalidParameterError, RunNotFoundError
from milkrun.jobs.states import Status

DEFAULT_PAGE = 20
LONGEST_PAGE = 100

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_FLAGS = {"true": True, "false": False}


class PageQuery(NamedTuple):
    """Which runs to list."""

    status: Status | None
    limit: int
    cursor: str | None


def run_id_of(text: str) -> str:
    """Checks a run id.

    Raises:
        RunNotFoundError: It is not a ULID, so no run has it.
    """
    if not _ULID.fullmatch(text):
        raise RunNotFoundError
    return text


def flag(event: APIGatewayProxyEvent, name: str) -> bool:
    """A query parameter that is `true` or `false`; false if it is absent.

    Raises:
        InvalidParameterError: It is something else.
    """
    text = (event.query_string_parameters or {}).get(name, "false")
    if text not in _FLAGS:
        raise InvalidParameterError(f"The query parameter `{name}` must be true or false.")
    return _FLAGS[text]


def page_of(event: APIGatewayProxyEvent) -> PageQuery:
    """`status`, `limit` (1 to 100, default 20) and `cursor` of a list.

    Raises:
        InvalidParameterError: One of them is not valid; the message names it.
    """
    query = event.query_string_parameters or {}
    status, limit, cursor = query.get("status"), query.get("limit", str(DEFAULT_PAGE)), query.get("cursor")
    if status is not None and status not in list(Status):
        raise InvalidParameterError(f"The query parameter `status` must be one of {', '.join(Status)}.")
    if not re.fullmatch(r"[0-9]{1,3}", limit) or not 1 <= int(limit) <= LONGEST_PAGE:
        raise InvalidParameterError(
            f"The query parameter `limit` must be a whole number from 1 to {LONGEST_PAGE}."
        )
    if cursor is not None and not _ULID.fullmatch(cursor):
        raise InvalidParameterError("The query parameter `cursor` must be the `next` of an earlier page.")
    return PageQuery(Status(status) if status else None, int(limit), cursor)
