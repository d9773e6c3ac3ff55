"""The stack's checks before it reports that it is ready."""

import http.client
import json
from contextlib import closing, suppress
from http import HTTPStatus
from urllib.parse import urlsplit

from neo4j import GraphDatabase

from local.gateway import INTEGRATION_LIMIT
from milkrun.dependencies import why_down
from milkrun.errors import DependencyUnavailableError, NetworkNotFoundError
from milkrun.networks.store import NetworkStore, NetworkVersion
from milkrun.settings import Settings


def check_settings(environment: dict[str, str]) -> None:
    """Raises RuntimeError, with a line for the user, if functions cannot read their environment."""
    try:
        Settings.from_env(environment)
    except ValueError as error:
        raise RuntimeError(f"{error}.") from None


def ask_for_a_network(uri: str) -> None:
    """Sends Neo4j the queries of a run on a network, because a new server takes seconds for its first
    answers."""
    # Without notifications, because a new server would warn that it has no networks.
    quiet = GraphDatabase.driver(uri, notifications_min_severity="OFF")
    with quiet as driver, suppress(DependencyUnavailableError):
        store = NetworkStore(driver)
        store.read(NetworkVersion("", ""))
        with suppress(NetworkNotFoundError):
            store.current("")


def what_is_down(url: str) -> list[str]:
    """A line for each server that `/ready` reports as down; none if the stack has no such route."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=2 * INTEGRATION_LIMIT)
    with closing(connection):
        try:
            connection.request("GET", "/ready")
            response = connection.getresponse()
            body = response.read()
        except OSError:
            return ["/ready does not answer."]
    if response.status != HTTPStatus.SERVICE_UNAVAILABLE:
        return []
    states = json.loads(body)["detail"]["dependencies"]
    return [
        f"{name.capitalize()} is {state}. The stack keeps running; /ready shows when that changes."
        for name, state in states.items()
        if why_down(state) is not None
    ]
