"""Parameters, headers and security schemes that the operations refer to."""

from milkrun.http.headers import MAX_WAIT
from milkrun.http.parameters import DEFAULT_PAGE, LONGEST_PAGE
from milkrun.jobs.states import Status
from tools.openapi.schemas import ULID, Json

CORRELATION_ID = "^[A-Za-z0-9._:=+/@-]{1,128}$"
_FLAG: Json = {"type": "boolean", "default": False}
_SECONDS: Json = {"type": "string", "pattern": "^[0-9]+$"}

PARAMETERS: dict[str, Json] = {
    "RunId": {
        "name": "run_id",
        "in": "path",
        "required": True,
        "description": "A ULID, from the answer to the submit.",
        "schema": {"type": "string", "pattern": ULID},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Printable ASCII. The same key and body give the same run while that run is kept.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "PreferWait": {
        "name": "Prefer",
        "in": "header",
        "description": f"`wait=N` (RFC 7240) holds the answer for up to N seconds, {MAX_WAIT} at most. If too"
        " many calls are waiting already, it comes at once and without `Preference-Applied`.",
        "schema": {"type": "string"},
        "example": "wait=10",
    },
    "CorrelationId": {
        "name": "X-Correlation-ID",
        "in": "header",
        "description": "Returned with the answer and in every log line. If absent, a new one is made.",
        "schema": {"type": "string", "pattern": CORRELATION_ID},
    },
    "Best": {
        "name": "best",
        "in": "query",
        "description": "Return the best routes so far if the run has not ended or has failed.",
        "schema": _FLAG,
    },
    "Erase": {
        "name": "erase",
        "in": "query",
        "description": "Delete the run and all its data.",
        "schema": _FLAG,
    },
    "StatusFilter": {
        "name": "status",
        "in": "query",
        "description": "Return only runs with this status.",
        "schema": {"type": "string", "enum": [status.value for status in Status]},
    },
    "Limit": {
        "name": "limit",
        "in": "query",
        "description": "Maximum number of runs in a page.",
        "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": DEFAULT_PAGE},
    },
    "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "The `next` of the previous page.",
        "schema": {"type": "string", "pattern": ULID},
    },
}

HEADERS: dict[str, Json] = {
    "X-Correlation-ID": {
        "description": "The caller's own or a new one. Errors of the gateway have the request's id.",
        "required": True,
        "schema": {"type": "string", "pattern": CORRELATION_ID},
    },
    "Location": {
        "description": "Path of the run's status.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Content-Location": {
        "description": "Path of this result.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Vary": {"description": "The form of the answer depends on `Accept`.", "schema": {"const": "Accept"}},
    "Retry-After": {"description": "Seconds to wait before the next call.", "schema": _SECONDS},
    "Preference-Applied": {
        "description": "The wait that the service accepted, `wait=N`.",
        "schema": {"type": "string", "pattern": "^wait=[0-9]+$"},
    },
    "Idempotency-Replayed": {
        "description": "The run was submitted earlier with the same key and body.",
        "schema": {"const": "true"},
    },
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}},
}

SECURITY_SCHEMES: dict[str, Json] = {
    "iam": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "description": "For stacks whose AuthMode is IAM: a request signed with AWS Signature Version 4 for"
        " the service `execute-api`.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
    "jwt": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "For stacks whose AuthMode is JWT: a token of its OpenID Connect issuer. On a laptop,"
        " `Bearer NAME` makes NAME the caller.",
    },
}
