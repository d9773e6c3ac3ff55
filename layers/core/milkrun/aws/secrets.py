"""Secrets Manager: one secret, read with one signed request."""

import http
import http.client
import json
import ssl
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from milkrun.aws.arn import SecretArn
from milkrun.aws.signature import Credentials, Signer
from milkrun.errors import CredentialsUnavailableError

TIMEOUT = 2.0
"""Seconds for connecting and for each read."""


def read_secret(
    secret: SecretArn, credentials: Credentials, now: datetime, endpoint: str = ""
) -> dict[str, Any]:
    """Reads a secret whose text is a JSON object.

    Args:
        endpoint: The URL of Secrets Manager, in place of the one that follows from the ARN.

    Raises:
        CredentialsUnavailableError: Secrets Manager is down or refuses, or the secret is not a JSON object.
    """
    url = urlsplit(endpoint or secret.endpoint)
    body = json.dumps({"SecretId": secret.arn}).encode()
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "secretsmanager.GetSecretValue",
    }
    signed = Signer(credentials, secret.region, "secretsmanager", now).sign_post(url.netloc, headers, body)
    connection = _connection(url.scheme, url.hostname or "", url.port)
    try:
        connection.request("POST", "/", body, signed)
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise CredentialsUnavailableError(f"Secrets Manager is unavailable: {type(error).__name__}") from None
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise CredentialsUnavailableError(f"Secrets Manager refused: {_error_name(answer)}")
    return _members(answer)


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=ssl.create_default_context())


def _members(answer: bytes) -> dict[str, Any]:
    try:
        members = json.loads(json.loads(answer)["SecretString"])
    except (ValueError, KeyError, TypeError):  # the message could contain the secret
        members = None
    if not isinstance(members, dict):
        raise CredentialsUnavailableError("the secret is not a JSON object")
    return members


def _error_name(answer: bytes) -> str:
    """The error's name, such as `AccessDeniedException`. Its message would name accounts and roles."""
    try:
        return str(json.loads(answer)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return "for an unknown reason"
