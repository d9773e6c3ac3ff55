"""Who is calling. A run belongs to its owner; to anybody else it does not exist."""

import hashlib
from collections.abc import Mapping
from typing import Any

from milkrun.errors import UnauthenticatedError

LOCAL = "local"


def owner_of(event: Mapping[str, Any], *, local: bool) -> str:
    """A short hash of what is stable about the caller.

    Args:
        event: An API Gateway REST proxy event.
        local: Whether this is a laptop: there `Authorization: Bearer NAME` makes NAME the identity, and a
            caller without it is `local`.

    Raises:
        UnauthenticatedError: The gateway vouches for nobody.
    """
    context = event.get("requestContext") or {}
    identity = _claimed(context) or _role(context) or _api_key(context)
    if identity is None and local:
        identity = _bearer_name(event)
    if identity is None:
        raise UnauthenticatedError("The gateway names no caller.")
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _claimed(context: Mapping[str, Any]) -> str | None:
    """Issuer and subject of a JWT, which together are one person or client."""
    claims = (context.get("authorizer") or {}).get("claims") or {}
    if claims.get("iss") and claims.get("sub"):
        return f"jwt {claims['iss']} {claims['sub']}"
    return None


def _role(context: Mapping[str, Any]) -> str | None:
    """The ARN of an IAM caller, without the session name that differs from call to call."""
    arn = (context.get("identity") or {}).get("userArn")
    if not arn:
        return None
    resource = arn.split(":", 5)[-1]
    return f"iam {arn.rsplit('/', 1)[0]}" if resource.startswith("assumed-role/") else f"iam {arn}"


def _api_key(context: Mapping[str, Any]) -> str | None:
    key_id = (context.get("identity") or {}).get("apiKeyId")
    return f"key {key_id}" if key_id else None


def _bearer_name(event: Mapping[str, Any]) -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, name = headers.get("authorization", "").partition(" ")
    return f"local {name.strip()}" if scheme.lower() == "bearer" and name.strip() else LOCAL
