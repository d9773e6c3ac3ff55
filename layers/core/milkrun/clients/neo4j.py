"""The Neo4j driver, with timeouts of seconds. Its own are minutes."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from neo4j import Driver, GraphDatabase
from neo4j.auth_management import AuthManager
from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable

from milkrun.aws.arn import SecretArn
from milkrun.aws.credentials import get_role, utc_now
from milkrun.aws.secrets import read_secret
from milkrun.dependencies import down
from milkrun.errors import CredentialsUnavailableError, DependencyUnavailableError
from milkrun.observability import get_logger
from milkrun.settings import get_settings

CONNECT_TIMEOUT = 2.0

Login = tuple[str, str]
"""User and password."""

T = TypeVar("T")


class SecretLogin(AuthManager):
    """A login that is read when it is first needed, then kept.

    Args:
        read: Reads the login, or raises DependencyUnavailableError.
    """

    def __init__(self, read: Callable[[], Login]) -> None:
        self._read = read
        self._kept: Login | None = None
        self._reading = threading.Lock()

    def get_auth(self) -> Login:
        """The login, for the driver."""
        with self._reading:
            if self._kept is None:
                self._kept = self._read()
            return self._kept

    def handle_security_exception(self, auth: object, error: Neo4jError) -> bool:
        """Whether the driver should retry with another login. New connections skip this: see `logged_in`."""
        return isinstance(error, AuthError) and (auth != self._kept or self.renew())

    def renew(self) -> bool:
        """Reads the login again. Returns whether it has changed."""
        with self._reading:
            before, self._kept = self._kept, None
            self._kept = self._read()
            return self._kept != before


@cache
def get_login() -> SecretLogin | None:
    """The login of this process; None if the settings name no secret."""
    secret = get_settings().neo4j_secret
    return SecretLogin(lambda: read_login(secret)) if secret is not None else None


@cache
def get_neo4j() -> Driver | None:
    """The driver of this process; None if no Neo4j is configured. It connects on the first query."""
    settings = get_settings()
    if not settings.neo4j_uri:
        return None
    logging.getLogger("neo4j").setLevel(logging.CRITICAL)  # its lines are not JSON, and name the server
    given = (settings.neo4j_user, settings.neo4j_password) if settings.neo4j_password else None
    return GraphDatabase.driver(
        settings.neo4j_uri,
        auth=get_login() or given,
        connection_timeout=CONNECT_TIMEOUT,
        connection_acquisition_timeout=CONNECT_TIMEOUT,
        max_transaction_retry_time=CONNECT_TIMEOUT,
    )


def logged_in(ask: Callable[[], T]) -> T:
    """Asks Neo4j, and asks once more if it refuses a login that has changed since it was read.

    Raises:
        AuthError: Neo4j refuses the login, which has not changed.
    """
    try:
        return ask()
    except AuthError:
        login = get_login()
        if login is None or not login.renew():
            raise
        return ask()


def read_login(secret: SecretArn) -> Login:
    """Reads user and password from a secret.

    Raises:
        DependencyUnavailableError: The secret cannot be read, or has no `username` and `password`. Only the
            log says why.
    """
    try:
        members = read_secret(secret, get_role().get(), utc_now(), get_settings().secrets_endpoint)
        match members:
            case {"username": str(username), "password": str(password)}:
                return username, password
        raise CredentialsUnavailableError("the secret has no username and password")
    except CredentialsUnavailableError as error:
        get_logger().warning("no credentials", dependency="neo4j", reason=error.detail)
        raise DependencyUnavailableError({"neo4j": down("credentials unavailable")}) from error


@contextmanager
def neo4j_errors() -> Iterator[None]:
    """Turns every error that means "Neo4j is down" into DependencyUnavailableError."""
    try:
        yield
    except (DriverError, Neo4jError) as error:
        raise DependencyUnavailableError({"neo4j": down(reason(error))}) from error


def reason(error: Exception) -> str:
    """Why Neo4j is down, without its address."""
    if isinstance(error, AuthError):
        return "authentication failed"
    if "refused" in str(error):
        return "connection refused"
    if "timed out" in str(error) or "timeout" in str(error).lower():
        return "timed out"
    return "unavailable" if isinstance(error, ServiceUnavailable) else "failed"
