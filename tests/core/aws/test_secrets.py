import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from moto.core.authorization import enable_iam_authentication

from local.ports import free_port
from milkrun.aws.arn import SecretArn
from milkrun.aws.credentials import utc_now
from milkrun.aws.secrets import TIMEOUT, read_secret
from milkrun.aws.signature import Credentials
from milkrun.errors import CredentialsUnavailableError
from tests.secrets_manager import SecretsManager, running_secrets_manager
from tests.waiting import MARGIN

NAME = SecretArn.parse("arn:aws:secretsmanager:eu-central-1:123456789012:secret:neo4j-AbCdEf")
ANYBODY = Credentials("AKIDEXAMPLE", "hidden-key", "hidden-token")
READ = "secretsmanager:GetSecretValue"


@pytest.fixture(scope="module")
def manager() -> Iterator[SecretsManager]:
    with running_secrets_manager() as manager:
        yield manager


def why_none(read: Callable[[], object]) -> str:
    """Why a secret cannot be read. Checks that neither the error nor its causes reveal a secret."""
    with pytest.raises(CredentialsUnavailableError) as caught:
        read()
    error: BaseException | None = caught.value
    while error is not None:
        assert "hidden" not in repr(error)
        error = error.__cause__
    return caught.value.detail


def test_a_secret_is_read_by_its_name(manager: SecretsManager) -> None:
    manager.put_login("neo4j", "pass'word\\ü")
    members = read_secret(SecretArn.parse(manager.arn), ANYBODY, utc_now(), manager.endpoint)
    assert members == {"username": "neo4j", "password": "pass'word\\ü"}


def test_a_server_that_checks_signatures_accepts_ours(manager: SecretsManager) -> None:
    manager.put_login("neo4j", "secret")
    somebody = manager.user_who_may(READ)
    with enable_iam_authentication():
        members = read_secret(SecretArn.parse(manager.arn), somebody, utc_now(), manager.endpoint)
    assert members["password"] == "secret"


def test_a_wrong_signature_is_refused(manager: SecretsManager) -> None:
    somebody = Credentials(manager.user_who_may(READ).access_key_id, "hidden-and-wrong")
    name = SecretArn.parse(manager.arn)
    with enable_iam_authentication():
        why = why_none(lambda: read_secret(name, somebody, utc_now(), manager.endpoint))
    assert why.startswith("Secrets Manager refused")


def test_a_secret_that_does_not_exist_is_reported(manager: SecretsManager) -> None:
    why = why_none(lambda: read_secret(NAME, ANYBODY, utc_now(), manager.endpoint))
    assert why == "Secrets Manager refused: ResourceNotFoundException"


@pytest.mark.parametrize("text", ["hidden", '["hidden"]', '"hidden"', '{"hidden": '])
def test_a_secret_of_another_shape_is_reported_and_not_shown(manager: SecretsManager, text: str) -> None:
    manager.put(text)
    name = SecretArn.parse(manager.arn)
    why = why_none(lambda: read_secret(name, ANYBODY, utc_now(), manager.endpoint))
    assert why == "the secret is not a JSON object"


def test_a_manager_that_is_gone_is_reported() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    why = why_none(lambda: read_secret(NAME, ANYBODY, utc_now(), endpoint))
    assert why == "Secrets Manager is unavailable: ConnectionRefusedError"


def test_a_manager_that_hangs_is_given_up_within_a_few_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"https://127.0.0.1:{server.getsockname()[1]}"
        started = time.monotonic()
        why = why_none(lambda: read_secret(NAME, ANYBODY, datetime.now(UTC), endpoint))
        assert why == "Secrets Manager is unavailable: TimeoutError"
        assert time.monotonic() - started < TIMEOUT + MARGIN  # otherwise it waits for ever
