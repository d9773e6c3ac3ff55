"""Settings: one frozen object, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Self
from urllib.parse import urlsplit

from milkrun.aws.arn import SecretArn
from milkrun.environment import flag, integer, pair, secret_arn, values, word


@dataclass(frozen=True)
class Limits:
    """Limits on a request.

    Attributes:
        body_bytes: Size of the JSON body once unzipped.
        locations: Locations of tasks and vehicles together.
        vehicles: Vehicles of one problem.
        matrix_cells: Cells of all matrices together.
    """

    body_bytes: int = 25_000_000
    locations: int = 10_000
    vehicles: int = 2_000
    matrix_cells: int = 5_000_000


@dataclass(frozen=True)
class JobPolicy:
    """Limits and times of a run's life. Times are in seconds.

    Attributes:
        ttl_days: How long an ended run is kept.
        max_attempts: Attempts of a run before it fails.
        max_running: Running runs per owner.
        max_running_of_all: Running runs of all owners together.
        max_pending: Pending runs per owner.
        max_bytes: Bytes stored for an owner's runs, compressed.
        max_submits: New runs per owner and minute.
        lease: How long a worker holds a run without renewing.
        redispatch: First wait before a worker is invoked again; doubled each time.
        max_redispatch: The longest such wait.
        max_unstarted: How long a run may fail to start, from the first invoke of its turn, before it fails.
        retry_away: First wait if a dependency is down; doubled each time.
        max_retry_away: The longest such wait.
        max_away: How long a dependency may be down before the runs that need it fail.
        min_replicas: Replicas that must have a run before it is acknowledged, and its end before it is shown.
    """

    ttl_days: int = 7
    max_attempts: int = 3
    max_running: int = 10
    max_running_of_all: int = 100
    max_pending: int = 1_000
    max_bytes: int = 100_000_000
    max_submits: int = 1_200
    lease: float = 30
    redispatch: float = 15
    max_redispatch: float = 300
    max_unstarted: float = 86_400
    retry_away: float = 10
    max_retry_away: float = 300
    max_away: float = 86_400
    min_replicas: int = 0


@dataclass(frozen=True)
class WaitLimits:
    """How many calls may wait at a time, each in its own process; 0 for none.

    Attributes:
        calls: Of all owners together.
        calls_per_owner: Of one owner.
    """

    calls: int = 100
    calls_per_owner: int = 10


@dataclass(frozen=True)
class TokenPolicy:
    """Which bearer tokens are accepted. An empty field requires nothing.

    Attributes:
        issuer: The `iss` of the tokens.
        audiences: The audiences that a token may be meant for.
        scope: A scope that a token must have.
        claim: Name and value of a claim that a token must have. If the claim is a list, one value must match.
        access_tokens_only: Whether a token must declare itself an access token.
    """

    issuer: str = ""
    audiences: frozenset[str] = frozenset()
    scope: str = ""
    claim: tuple[str, str] | None = None
    access_tokens_only: bool = False


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments. Addresses and passwords are never printed.

    Attributes:
        region: The AWS region.
        redis_url: `rediss://` for an encrypted connection.
        redis_cluster: Whether the URL is that of one server of a cluster, which knows the others.
        redis_iam_user: User of an ElastiCache with IAM authentication; empty for any other Redis.
        redis_iam_cache: Name of that cache's replication group.
        neo4j_secret: The secret with Neo4j's user and password; None if the settings contain them.
        secrets_endpoint: The URL of Secrets Manager, in place of the one that follows from the secret's ARN.
        cors_allow_origin: The origin whose pages may call the API; `*` for any, empty for none.
        snap_limit_m: How far, in metres, a location may be from the nearest junction of a road network.
    """

    region: str = ""

    redis_url: str = field(default="redis://127.0.0.1:6379/0", repr=False)
    redis_cluster: bool = False
    redis_iam_user: str = ""
    redis_iam_cache: str = ""
    neo4j_uri: str = field(default="", repr=False)
    neo4j_user: str = field(default="neo4j", repr=False)
    neo4j_password: str = field(default="", repr=False)
    neo4j_secret: SecretArn | None = None
    secrets_endpoint: str = field(default="", repr=False)
    worker_function: str = ""
    cors_allow_origin: str = ""
    snap_limit_m: int = 1_000
    local: bool = False
    limits: Limits = Limits()
    jobs: JobPolicy = JobPolicy()
    waiting: WaitLimits = WaitLimits()
    tokens: TokenPolicy = TokenPolicy()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Reads the environment; an unset or empty variable means the default.

        Raises:
            ValueError: A value is wrong, or needs another one. The message names the variable.
        """
        settings = cls(
            region=env.get("AWS_REGION", ""),
            redis_url=env.get("REDIS_URL") or cls.redis_url,
            redis_cluster=env.get("REDIS_CLUSTER") == "true",
            redis_iam_user=env.get("REDIS_IAM_USER", ""),
            redis_iam_cache=env.get("REDIS_IAM_CACHE", ""),
            neo4j_uri=env.get("NEO4J_URI", ""),
            neo4j_user=env.get("NEO4J_USER") or cls.neo4j_user,
            neo4j_password=env.get("NEO4J_PASSWORD", ""),
            neo4j_secret=secret_arn(env, "NEO4J_SECRET_ARN"),
            secrets_endpoint=env.get("AWS_ENDPOINT_URL_SECRETS_MANAGER", ""),
            worker_function=env.get("WORKER_FUNCTION", ""),
            cors_allow_origin=env.get("CORS_ALLOW_ORIGIN", ""),
            snap_limit_m=integer(env, "SNAP_LIMIT_M", cls.snap_limit_m, 1),
            local=env.get("AWS_SAM_LOCAL") == "true",
            limits=_limits(env),
            jobs=_jobs(env),
            waiting=_waiting(env),
            tokens=_tokens(env),
        )
        _check_redis_url(settings.redis_url)
        _check_iam(settings)
        return settings


def _limits(env: Mapping[str, str]) -> Limits:
    return Limits(
        body_bytes=integer(env, "MAX_BODY_BYTES", Limits.body_bytes, 1_000),
        locations=integer(env, "MAX_LOCATIONS", Limits.locations, 2),
        vehicles=integer(env, "MAX_VEHICLES", Limits.vehicles, 1),
        matrix_cells=integer(env, "MAX_MATRIX_CELLS", Limits.matrix_cells, 1),
    )


def _jobs(env: Mapping[str, str]) -> JobPolicy:
    return JobPolicy(
        ttl_days=integer(env, "JOB_TTL_DAYS", JobPolicy.ttl_days, 1, 30),
        max_attempts=integer(env, "MAX_ATTEMPTS", JobPolicy.max_attempts, 1, 100),
        max_running=integer(env, "MAX_RUNNING_PER_OWNER", JobPolicy.max_running, 1),
        max_running_of_all=integer(env, "MAX_RUNNING", JobPolicy.max_running_of_all, 1),
        max_pending=integer(env, "MAX_PENDING_PER_OWNER", JobPolicy.max_pending, 1),
        max_bytes=integer(env, "MAX_BYTES_PER_OWNER", JobPolicy.max_bytes, 10_000),
        max_submits=integer(env, "MAX_SUBMITS_PER_MINUTE_PER_OWNER", JobPolicy.max_submits, 1, 60_000),
        min_replicas=integer(env, "REDIS_MIN_REPLICAS", JobPolicy.min_replicas, 0, 5),
    )


def _waiting(env: Mapping[str, str]) -> WaitLimits:
    return WaitLimits(
        calls=integer(env, "MAX_WAITING_CALLS", WaitLimits.calls, 0, 1_000),
        calls_per_owner=integer(env, "MAX_WAITING_CALLS_PER_OWNER", WaitLimits.calls_per_owner, 0, 1_000),
    )


def _tokens(env: Mapping[str, str]) -> TokenPolicy:
    return TokenPolicy(
        issuer=env.get("JWT_ISSUER", ""),
        audiences=values(env, "JWT_AUDIENCE"),
        scope=word(env, "JWT_REQUIRED_SCOPE"),
        claim=pair(env, "JWT_REQUIRED_CLAIM"),
        access_tokens_only=flag(env, "JWT_ACCESS_TOKENS_ONLY"),
    )


def _check_redis_url(text: str) -> None:
    try:
        url = urlsplit(text)
        is_address = url.scheme in ("redis", "rediss") and bool(url.hostname) and url.port != 0
    except ValueError:  # also for a port that is not a number
        is_address = False
    if not is_address:
        raise ValueError("REDIS_URL must be redis://host:port/database, or the same with rediss://")


def _check_iam(settings: Settings) -> None:
    if bool(settings.redis_iam_user) != bool(settings.redis_iam_cache):
        raise ValueError("REDIS_IAM_USER and REDIS_IAM_CACHE must be set together")
    if not settings.redis_iam_user:
        return
    url = urlsplit(settings.redis_url)
    if url.scheme != "rediss":  # whoever intercepts a token can use it
        raise ValueError("REDIS_URL must begin with rediss:// if REDIS_IAM_USER is set")
    if url.username or url.password:
        raise ValueError("REDIS_URL must not contain a user or password if REDIS_IAM_USER is set")
    if not settings.region:
        raise ValueError("AWS_REGION must be set if REDIS_IAM_USER is")


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings.from_env(os.environ)
