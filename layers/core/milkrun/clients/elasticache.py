"""IAM authentication for ElastiCache: a signed request takes the place of a password."""

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
"""How long a token is valid: the longest that ElastiCache allows."""


class NoTokenError(AuthenticationError):
    """No credentials to sign a token with. For redis-py this is a failed login, so it closes the
    connection."""


class IamTokens(CredentialProvider):
    """Signs a new token for each connection of redis-py.

    redis-py asks whenever it connects. Signing takes 0.1 ms, so a cache would save nothing, and it could
    return a token that was just refused. ElastiCache closes a connection after 12 hours; the next one gets a
    new token.

    Args:
        cache: Name of the replication group.
        credentials: Returns the role's credentials, or raises CredentialsUnavailableError.
        clock: Returns the time, in UTC.
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
        self._cache = cache.lower()  # as ElastiCache stores it: the signature includes the name
        self._region = region
        self._credentials = credentials
        self._clock = clock

    def get_credentials(self) -> tuple[str, str]:
        """User and token.

        Raises:
            NoTokenError: The role's credentials are unavailable. Only the log says why.
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
    """The login to the Redis of these settings; None unless it is an ElastiCache with IAM."""
    if not settings.redis_iam_user:
        return None
    return IamTokens(settings.redis_iam_user, settings.redis_iam_cache, settings.region, get_role().get)
