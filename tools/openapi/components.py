"""Parameters, headers and security schemes that the document's operations refer to."""

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
        "description": "A ULID, from the answer to the submission.",
        "schema": {"type": "string", "pattern": ULID},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Printable ASCII. The same key and body give the same run, for as long as it is kept.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "PreferWait": {
        "name": "Prefer",
        "in": "header",
        "description": f"`wait=N` (RFC 7240) holds the answer for up to N seconds, {MAX_WAIT} at most. Where"
        " enough calls wait already, it comes at once, without `Preference-Applied`.",
        "schema": {"type": "string"},
        "example": "wait=10",
    },
    "CorrelationId": {
        "name": "X-Correlation-ID",
        "in": "header",
        "description": "Found again on the answer and in every line of the logs; else a new one is made.",
        "schema": {"type": "string", "pattern": CORRELATION_ID},
    },
    "Best": {
        "name": "best",
        "in": "query",
        "description": "While the run goes on, or where it has failed: its best routes so far.",
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
        "description": "Runs of this status only.",
        "schema": {"type": "string", "enum": [status.value for status in Status]},
    },
    "Limit": {
        "name": "limit",
        "in": "query",
        "description": "Runs of one page.",
        "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": DEFAULT_PAGE},
    },
    "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "The `next` of an earlier page.",
        "schema": {"type": "string", "pattern": ULID},
    },
}

HEADERS: dict[str, Json] = {
    "X-Correlation-ID": {
        "description": "The caller's own, or a new one; of the gateway's own errors, the request's id.",
        "required": True,
        "schema": {"type": "string", "pattern": CORRELATION_ID},
    },
    "Location": {
        "description": "Path of the run's status.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Content-Location": {
        "description": "Path of the run's result, which this is.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Vary": {"description": "The form is the one that `Accept` asks for.", "schema": {"const": "Accept"}},
    "Retry-After": {"description": "Seconds after which another look is worth it.", "schema": _SECONDS},
    "Preference-Applied": {
        "description": "How long the answer was held back for, at the most.",
        "schema": {"type": "string", "pattern": "^wait=[0-9]+$"},
    },
    "Idempotency-Replayed": {
        "description": "The run is an earlier one, with the same key and body.",
        "schema": {"const": "true"},
    },
    "WWW-Authenticate": {"description": "How to say who calls.", "schema": {"type": "string"}},
}

SECURITY_SCHEMES: dict[str, Json] = {
    "iam": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "description": "Where the stack's AuthMode is IAM: a request signed with AWS Signature Version 4, for"
        " the service `execute-api`.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
    "jwt": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Where the stack's AuthMode is JWT: a token of its OpenID Connect issuer. On a laptop"
        " `Bearer NAME` makes NAME the caller.",
    },
}
