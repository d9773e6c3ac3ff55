"""The credentials of a function's execution role."""

import http
import http.client
import ipaddress
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from milkrun.aws.signature import Credentials
from milkrun.errors import CredentialsUnavailableError

_TIMEOUT = 1.0
_MARGIN = timedelta(minutes=5)
"""Credentials are replaced this long before they expire, so that no request expires on its way."""


def utc_now() -> datetime:
    """The current time, for signatures."""
    return datetime.now(UTC)


class RoleCredentials:
    """The current credentials of the function's role.

    Lambda puts them into the environment. A function with SnapStart has none there, because they would be in
    its snapshot. It asks an endpoint of its sandbox, and keeps the answer until shortly before it expires.

    Args:
        env: The environment, read again on each call.
        clock: Returns the time, in UTC.
    """

    def __init__(self, env: Mapping[str, str], clock: Callable[[], datetime] = utc_now) -> None:
        self._env = env
        self._clock = clock
        self._kept: tuple[Credentials, datetime] | None = None

    def get(self) -> Credentials:
        """The credentials.

        Raises:
            CredentialsUnavailableError: There are none, or their endpoint does not answer.
        """
        endpoint = self._env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        if endpoint:
            return self._from(endpoint)
        try:
            return Credentials(
                self._env["AWS_ACCESS_KEY_ID"],
                self._env["AWS_SECRET_ACCESS_KEY"],
                self._env.get("AWS_SESSION_TOKEN"),
            )
        except KeyError as error:
            raise CredentialsUnavailableError(f"{error.args[0]} is not set") from None

    def _from(self, endpoint: str) -> Credentials:
        kept, now = self._kept, self._clock()
        if kept is not None and kept[1] - now >= _MARGIN:
            return kept[0]
        try:
            self._kept = _ask(endpoint, self._env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", ""))
        except CredentialsUnavailableError:
            if kept is None or kept[1] <= now:
                raise
            return kept[0]  # still valid for some minutes
        return self._kept[0]


@cache
def get_role() -> RoleCredentials:
    """The role of this process."""
    return RoleCredentials(os.environ)


def _ask(endpoint: str, authorization: str) -> tuple[Credentials, datetime]:
    """The credentials from an endpoint, and when they expire."""
    url = urlsplit(endpoint)
    if url.scheme != "http" or not _is_near(url.hostname or ""):
        raise CredentialsUnavailableError("the credentials endpoint is outside this sandbox")
    headers = {"Authorization": authorization} if authorization else {}
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=_TIMEOUT)
    try:
        path = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            raise CredentialsUnavailableError(f"the credentials endpoint answered {response.status}")
        answer = json.loads(response.read())
        credentials = Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["Token"])
        return credentials, datetime.fromisoformat(answer["Expiration"]).astimezone(UTC)
    except (OSError, http.client.HTTPException) as error:
        reason = type(error).__name__
        raise CredentialsUnavailableError(f"the credentials endpoint is unavailable: {reason}") from None
    except (ValueError, KeyError, TypeError):  # the message could contain the credentials
        raise CredentialsUnavailableError("the credentials endpoint returned no credentials") from None
    finally:
        connection.close()


def _is_near(host: str) -> bool:
    """Whether a host is this machine or link-local. No other host may receive the authorization token."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_link_local
