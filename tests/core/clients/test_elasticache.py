"""Logins against a real Valkey on which the user's password is the token; over TLS against a real Redis."""

import hashlib
import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis

from local.ports import LOOPBACK, free_port
from milkrun.aws.signature import Credentials
from milkrun.clients import elasticache
from milkrun.clients.elasticache import IamTokens, iam_tokens
from milkrun.clients.redis import connect, redis_errors
from milkrun.errors import CredentialsUnavailableError, DependencyUnavailableError
from milkrun.settings import Settings
from tests.certificates import Authority
from tests.conftest import missing
from tests.waiting import PATIENCE

USER = "milkrun"
ROLE = Credentials("AKIDEXAMPLE", "key", "session")
START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that moves on by a minute each time it is read."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self) -> datetime:
        self.read += 1
        return START + timedelta(minutes=self.read)


def tokens(clock: Callable[[], datetime], credentials: Callable[[], Credentials] = lambda: ROLE) -> IamTokens:
    return IamTokens(USER, "Milkrun-Cache", "eu-central-1", credentials, clock)


def nth_token(number: int) -> str:
    """The token that the clock's n-th reading gives."""
    return tokens(lambda: START + timedelta(minutes=number)).get_credentials()[1]


@pytest.fixture
def operator(empty_valkey_url: str) -> Iterator[redis.Redis]:
    """Sets the user's password to a token, as ElastiCache would."""
    client = redis.Redis.from_url(empty_valkey_url)
    yield client
    client.acl_deluser(USER)


def allow(operator: redis.Redis, *passwords: str) -> None:
    hashes = [f"#{hashlib.sha256(password.encode()).hexdigest()}" for password in passwords]
    operator.execute_command("ACL", "SETUSER", USER, "reset", "on", *hashes, "~*", "&*", "+@all")


def state_of(client: redis.Redis) -> str:
    with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
        client.ping()
    return caught.value.dependencies["redis"]


def test_a_token_logs_in(empty_valkey_url: str, operator: redis.Redis) -> None:
    allow(operator, nth_token(1))
    assert connect(empty_valkey_url, credential_provider=tokens(Clock())).acl_whoami() == USER


def test_a_token_contains_cache_and_user_and_no_scheme() -> None:
    assert nth_token(1).startswith("milkrun-cache/?Action=connect&User=milkrun&X-Amz-Algorithm=")


def test_a_closed_connection_is_replaced_by_one_with_a_new_token(
    empty_valkey_url: str, operator: redis.Redis
) -> None:
    """ElastiCache closes each connection after 12 hours."""
    allow(operator, nth_token(1))
    client = connect(empty_valkey_url, credential_provider=tokens(Clock()))
    client.ping()
    allow(operator, nth_token(2))
    operator.execute_command("CLIENT", "KILL", "USER", USER)
    assert client.ping()


def test_a_refused_token_is_replaced_by_another_one(empty_valkey_url: str, operator: redis.Redis) -> None:
    allow(operator, nth_token(2))
    assert connect(empty_valkey_url, credential_provider=tokens(Clock())).ping()


def test_a_user_refused_twice_is_reported(empty_valkey_url: str, operator: redis.Redis) -> None:
    allow(operator, "something else")
    clock = Clock()
    client = connect(empty_valkey_url, credential_provider=tokens(clock))
    assert state_of(client) == "down: authentication failed"
    assert clock.read == 2


def test_a_role_without_credentials_is_reported_and_asked_again_later(
    empty_valkey_url: str, operator: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons: list[str] = []
    logger = SimpleNamespace(warning=lambda _, **keys: reasons.append(keys["reason"]))
    monkeypatch.setattr(elasticache, "get_logger", lambda: logger)
    allow(operator, nth_token(1))
    there = False

    def credentials() -> Credentials:
        if not there:
            raise CredentialsUnavailableError("away")
        return ROLE

    client = connect(empty_valkey_url, credential_provider=tokens(Clock(), credentials))
    assert state_of(client) == "down: credentials unavailable"
    assert set(reasons) == {"away"}
    there = True
    assert client.ping()


def test_no_token_is_logged_or_shown(
    empty_valkey_url: str, operator: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    allow(operator, "something else")
    client = connect(empty_valkey_url, credential_provider=tokens(Clock()))
    with caplog.at_level(logging.DEBUG), pytest.raises(redis.exceptions.AuthenticationError) as caught:
        client.ping()
    assert "X-Amz-Signature" not in f"{caplog.text}{caught.value!r}{client!r}{client.connection_pool!r}"


def test_a_redis_without_iam_gets_no_tokens() -> None:
    assert iam_tokens(Settings()) is None


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tls_port(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A Redis that accepts only TLS, with a certificate for `localhost`. The embedded Valkey has no TLS."""
    binary = shutil.which("redis-server")
    if binary is None:
        missing("redis-server is not installed (on Debian: apt-get install redis-server)")
    certificate, key = authority.certify("localhost")
    port, directory = free_port(), tmp_path_factory.mktemp("redis")
    command = [str(binary), "--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no"]
    command += ["--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    command += ["--tls-ca-cert-file", str(authority.certificate)]
    command += ["--bind", LOOPBACK, "--dir", str(directory), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Ready to accept connections" in line:
                break
        else:
            missing("redis-server has no TLS")
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the system trust this authority and no other."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))


@pytest.fixture
def untrusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Makes the system trust another authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path).certificate))


@pytest.mark.usefixtures("trusted")
def test_a_token_logs_in_over_tls(tls_port: int) -> None:
    operator = redis.Redis.from_url(f"rediss://localhost:{tls_port}/0")
    allow(operator, nth_token(1))
    client = connect(f"rediss://localhost:{tls_port}/0", credential_provider=tokens(Clock()))
    assert client.acl_whoami() == USER


@pytest.mark.usefixtures("untrusted")
def test_a_server_with_an_unknown_authority_is_refused(tls_port: int) -> None:
    clock = Clock()
    client = connect(f"rediss://localhost:{tls_port}/0", credential_provider=tokens(clock))
    assert state_of(client) == "down: certificate not trusted"
    assert clock.read == 0


@pytest.mark.usefixtures("trusted")
def test_a_server_with_another_name_is_refused(tls_port: int) -> None:
    clock = Clock()
    client = connect(f"rediss://{LOOPBACK}:{tls_port}/0", credential_provider=tokens(clock))
    assert state_of(client) == "down: certificate not trusted"
    assert clock.read == 0
