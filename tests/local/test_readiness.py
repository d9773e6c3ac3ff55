"""What the stack asks for before it says that it is ready."""

import logging

import neo4j
import pytest

from local.readiness import ask_for_a_network


def test_a_new_neo4j_is_asked_without_a_word(
    neo4j_uri: str, session_driver: neo4j.Driver, caplog: pytest.LogCaptureFixture
) -> None:
    """It knows no label of a network yet, and would warn of each: the first test on it, by tests/order.py."""
    caplog.set_level(logging.WARNING, logger="neo4j")
    ask_for_a_network(neo4j_uri)
    assert caplog.records == []
    asked = session_driver.execute_query("CALL db.stats.retrieve('QUERIES')").records
    assert ":Network {name: $name}" in " ".join(record["data"]["query"] for record in asked)
