"""How ElastiCache knows its callers: a signed request takes the place of a password."""

from collections.abc import Callable
from datetime import datetime

from redis.credentials import CredentialProvider
from redis.exceptions import AuthenticationError

from milkrun.aws.credentials import get_role, utc_now
from milkrun.aws.signature import Credentials, Signer
from milkrun.errors import CredentialsUnavailableError
from milkrun.observability import get_logger
from milkrun.settings import Settings

TOKEN_SECONDS = 900
"""The longest that ElastiCache takes."""


class NoTokenError(AuthenticationError):
    """There is nothing to sign a token with. An error of redis-py's, which closes the connection then."""


class IamTokens(CredentialProvider):
    """Gives each connection of redis-py a token of its own.

    redis-py asks whenever it connects, and signing takes 0.1 ms: to keep a token would save nothing, and
    could hand out one that was refused a moment ago. ElastiCache ends a connection after 12 hours; its
    successor gets a new token like any other.

    Args:
        cache: Name of the replication group.
        credentials: Gives the role's credentials, or raises CredentialsUnavailableError.
        clock: Gives the time, in UTC.
    """

    def __init__(
        self,
        user: str,
        cache: str,
        region: str,
        credentials: Callable[[], Credentials],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._user = user
        self._cache = cache.lower()  # as ElastiCache keeps it: the name is part of what is signed
        self._region = region
        self._credentials = credentials
        self._clock = clock

    def get_credentials(self) -> tuple[str, str]:
        """User and token.

        Raises:
            NoTokenError: The role's credentials are away. Why is in the log alone.
        """
        try:
            credentials = self._credentials()
        except CredentialsUnavailableError as error:
            get_logger().warning("no credentials", dependency="redis", reason=error.detail)
            raise NoTokenError(error.detail) from error
        signer = Signer(credentials, self._region, "elasticache", self._clock())
        parameters = {"Action": "connect", "User": self._user}
        return self._user, signer.presign(self._cache, parameters, TOKEN_SECONDS)


def iam_tokens(settings: Settings) -> IamTokens | None:
    """What logs in to the Redis of these settings; None where that is not an ElastiCache with IAM."""
    if not settings.redis_iam_user:
        return None
    return IamTokens(settings.redis_iam_user, settings.redis_iam_cache, settings.region, get_role().get)
