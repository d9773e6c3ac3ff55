"""Neo4j's login from Secrets Manager, against a real Neo4j and moto's Secrets Manager."""

import inspect
import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace

import neo4j
import pytest

from local import CACHE
from local.embedded.neo4j import fetched, running_neo4j
from local.ports import free_port
from milkrun import checks
from milkrun.aws import secrets
from milkrun.aws.credentials import get_role
from milkrun.clients import neo4j as client
from milkrun.dependencies import OK
from milkrun.errors import DependencyUnavailableError, NetworkNotFoundError
from milkrun.health import ReadinessProbe
from milkrun.networks.store import NetworkStore
from milkrun.settings import get_settings
from tests.conftest import missing
from tests.secrets_manager import SecretsManager, running_secrets_manager
from tests.waiting import PATIENCE

CACHED = (get_settings, get_role, client.get_login, client.get_neo4j)
UNAVAILABLE = "down: credentials unavailable"


@pytest.fixture(scope="module")
def manager() -> Iterator[SecretsManager]:
    with running_secrets_manager() as manager:
        yield manager


def test_the_driver_logs_nothing_on_its_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NEO4J_URI", f"bolt://127.0.0.1:{free_port()}")
    for cached in CACHED:
        cached.cache_clear()
    assert client.get_neo4j() is not None
    logging.getLogger("neo4j.io").error("[#CAFE]  _: <CONNECTION> error: Failed to read from 127.0.0.1")
    client.get_neo4j.cache_clear()
    assert not caplog.records


class Graph:
    """A Neo4j that requires a login, and whose only user's password can change."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.password = "neo4j"

    def change_password(self, password: str) -> None:
        statement = "ALTER CURRENT USER SET PASSWORD FROM $old TO $new"
        with neo4j.GraphDatabase.driver(self.uri, auth=("neo4j", self.password)) as driver:
            driver.execute_query(statement, old=self.password, new=password, database_="system")
        self.password = password


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    if fetched(CACHE) is None:
        missing("Neo4j is not fetched yet: `make up` does it")
    settings = {"dbms.security.auth_enabled": "true", "dbms.security.auth_max_failed_attempts": "0"}
    with running_neo4j(tmp_path_factory.mktemp("neo4j"), settings=settings) as server:
        graph = Graph(server.uri)
        graph.change_password("first-password")
        yield graph


def forget() -> None:
    for cached in CACHED:
        cached.cache_clear()


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch, manager: SecretsManager) -> Iterator[pytest.MonkeyPatch]:
    """The environment of a new process of a function whose Neo4j login is in the secret."""
    monkeypatch.setenv("NEO4J_SECRET_ARN", manager.arn)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    forget()
    yield monkeypatch
    driver = client.get_neo4j()
    if driver is not None:
        driver.close()
    forget()


def current(name: str) -> None:
    """Asks Neo4j for a network."""
    driver = client.get_neo4j()
    assert driver is not None
    NetworkStore(driver).current(name)


def test_the_login_is_in_the_secret(env: pytest.MonkeyPatch, graph: Graph, manager: SecretsManager) -> None:
    env.setenv("NEO4J_URI", graph.uri)
    manager.put_login("neo4j", graph.password)
    assert checks.check_neo4j() == OK


def test_a_login_is_read_once(env: pytest.MonkeyPatch, graph: Graph, manager: SecretsManager) -> None:
    env.setenv("NEO4J_URI", graph.uri)
    manager.put_login("neo4j", graph.password)
    assert checks.check_neo4j() == OK
    manager.put("gone")
    assert checks.check_neo4j() == OK


def change_password(password: str, env: pytest.MonkeyPatch, graph: Graph, manager: SecretsManager) -> None:
    """Changes the password. The process knows only the old one, and has no open connection."""
    env.setenv("NEO4J_URI", graph.uri)
    manager.put_login("neo4j", graph.password)
    login = client.get_login()
    assert login is not None
    assert login.get_auth() == ("neo4j", graph.password)
    graph.change_password(password)
    manager.put_login("neo4j", graph.password)


def test_a_changed_password_goes_unnoticed(
    env: pytest.MonkeyPatch, graph: Graph, manager: SecretsManager
) -> None:
    change_password("second-password", env, graph, manager)
    assert checks.check_neo4j() == OK


def test_a_network_is_found_after_the_password_has_changed(
    env: pytest.MonkeyPatch, graph: Graph, manager: SecretsManager
) -> None:
    change_password("third-password", env, graph, manager)
    with pytest.raises(NetworkNotFoundError):
        current("atlantis")


def test_a_secret_that_holds_the_wrong_password_is_reported(
    env: pytest.MonkeyPatch, graph: Graph, manager: SecretsManager
) -> None:
    env.setenv("NEO4J_URI", graph.uri)
    manager.put_login("neo4j", "wrong")
    assert checks.check_neo4j() == "down: authentication failed"
    manager.put_login("neo4j", graph.password)
    assert checks.check_neo4j() == OK


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hidden", "the secret is not a JSON object"),
        ('{"username": "hidden"}', "the secret has no username and password"),
        ('{"username": "hidden", "password": null}', "the secret has no username and password"),
    ],
)
def test_the_log_says_why_a_secret_holds_no_login_without_quoting_it(
    env: pytest.MonkeyPatch,
    graph: Graph,
    manager: SecretsManager,
    text: str,
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    env.setenv("NEO4J_URI", graph.uri)
    lines: list[dict[str, str]] = []
    env.setattr(client, "get_logger", lambda: SimpleNamespace(warning=lambda _, **keys: lines.append(keys)))
    manager.put(text)
    with caplog.at_level(logging.DEBUG):
        assert checks.check_neo4j() == UNAVAILABLE
    assert lines == [{"dependency": "neo4j", "reason": reason}]
    assert "hidden" not in caplog.text


def test_neo4j_is_unavailable_while_its_login_is(env: pytest.MonkeyPatch, graph: Graph) -> None:
    env.setenv("NEO4J_URI", graph.uri)
    env.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(DependencyUnavailableError) as caught:
        current("town")
    assert caught.value.dependencies == {"neo4j": UNAVAILABLE}


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_readiness_is_reported_after_one_timeout_while_secrets_manager_hangs(
    env: pytest.MonkeyPatch, graph: Graph, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        env.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://127.0.0.1:{server.getsockname()[1]}")
        env.setenv("NEO4J_URI", graph.uri.replace("bolt", scheme))
        states = ReadinessProbe({"neo4j": checks.check_neo4j}, deadline=PATIENCE).ask()
        assert connections_to(server) == 1
    assert states == {"neo4j": UNAVAILABLE}
    assert inspect.signature(ReadinessProbe).parameters["deadline"].default > secrets.TIMEOUT


def connections_to(server: socket.socket) -> int:
    """The number of connections that were made and not accepted yet."""
    server.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


def test_a_login_in_the_environment_needs_no_secret(env: pytest.MonkeyPatch, graph: Graph) -> None:
    env.delenv("NEO4J_SECRET_ARN")
    env.setenv("NEO4J_URI", graph.uri)
    env.setenv("NEO4J_USER", "neo4j")
    env.setenv("NEO4J_PASSWORD", graph.password)
    assert checks.check_neo4j() == OK
