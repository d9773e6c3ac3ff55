"""Tells who is calling. A run belongs to its owner; for anybody else it does not exist."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from milkrun.errors import UnauthenticatedError


def owner_of(event: Mapping[str, Any], *, local: bool) -> str:
    """The owner that a request is from.

    Args:
        event: An API Gateway REST proxy event.
        local: Whether this is a laptop. There, `Authorization: Bearer NAME` makes NAME the identity, and a
            caller without it is `local`.

    Raises:
        UnauthenticatedError: The gateway did not identify the caller.
    """
    context = event.get("requestContext") or {}
    owner = _token_owner(context) or _iam_owner(context) or _api_key_owner(context)
    if owner is None and local:
        owner = _bearer_owner(event)
    if owner is None:
        raise UnauthenticatedError("The gateway did not identify the caller.")
    return owner


def token_owner(issuer: str, subject: str) -> str:
    """The owner of a JWT. It takes both issuer and subject to identify one person or client."""
    return _owner("jwt", issuer, subject)


@lru_cache
def _owner(kind: str, *names: str) -> str:
    """A short hash. Names are hashed as JSON, so that no two lists of names look the same."""
    return hashlib.sha256(json.dumps([kind, *names]).encode()).hexdigest()[:32]


def _token_owner(context: Mapping[str, Any]) -> str | None:
    """The owner from our authorizer, or from the claims if the gateway has checked a Cognito token itself."""
    authorizer = context.get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    issuer = authorizer.get("issuer") or claims.get("iss")
    subject = authorizer.get("subject") or claims.get("sub")
    return token_owner(issuer, subject) if issuer and subject else None


def _iam_owner(context: Mapping[str, Any]) -> str | None:
    """The owner from the ARN of an IAM caller. A role's session name is left out, because it changes.

    All users of a Cognito identity pool are sessions of one role, so their owner is the Cognito identity.
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
