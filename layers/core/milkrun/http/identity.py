"""Who is calling. A run belongs to its owner; to anybody else it does not exist."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from milkrun.errors import UnauthenticatedError


def owner_of(event: Mapping[str, Any], *, local: bool) -> str:
    """The owner that a request stands for.

    Args:
        event: An API Gateway REST proxy event.
        local: Whether this is a laptop: there `Authorization: Bearer NAME` makes NAME the identity, and a
            caller without it is `local`.

    Raises:
        UnauthenticatedError: The gateway vouches for nobody.
    """
    context = event.get("requestContext") or {}
    owner = _token_owner(context) or _iam_owner(context) or _api_key_owner(context)
    if owner is None and local:
        owner = _bearer_owner(event)
    if owner is None:
        raise UnauthenticatedError("The gateway did not identify the caller.")
    return owner


def token_owner(issuer: str, subject: str) -> str:
    """The owner of a JWT: issuer and subject together are one person or client."""
    return _owner("jwt", issuer, subject)


@lru_cache
def _owner(kind: str, *names: str) -> str:
    """A short hash. Written as JSON, no two lists of names look the same, whatever is in them."""
    return hashlib.sha256(json.dumps([kind, *names]).encode()).hexdigest()[:32]


def _token_owner(context: Mapping[str, Any]) -> str | None:
    """By our authorizer, or by claims where the gateway has checked a Cognito token itself."""
    authorizer = context.get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    issuer = authorizer.get("issuer") or claims.get("iss")
    subject = authorizer.get("subject") or claims.get("sub")
    return token_owner(issuer, subject) if issuer and subject else None


def _iam_owner(context: Mapping[str, Any]) -> str | None:
    """The ARN of an IAM caller; of a role without the session name, which differs from call to call.

    All users of a Cognito identity pool are sessions of one role: there the identity is what is stable.
    """
    identity = context.get("identity") or {}
    if identity.get("cognitoIdentityId"):
        return _owner("cognito", identity["cognitoIdentityId"])
    arn = identity.get("userArn")
    if not arn:
        return None
    is_session = arn.split(":", 5)[-1].startswith("assumed-role/")
    return _owner("iam", arn.rpartition("/")[0] if is_session else arn)


def _api_key_owner(context: Mapping[str, Any]) -> str | None:
    key_id = (context.get("identity") or {}).get("apiKeyId")
    return _owner("key", key_id) if key_id else None


def _bearer_owner(event: Mapping[str, Any]) -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, name = headers.get("authorization", "").partition(" ")
    named = name.strip() if scheme.lower() == "bearer" else ""
    return _owner("local", named or "local")
