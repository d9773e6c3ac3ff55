"""What the stack checks before it reports that it is ready."""

import logging

import neo4j
import pytest

from local.readiness import ask_for_a_network


def test_the_check_of_a_new_neo4j_prints_no_warning(
    neo4j_uri: str, session_driver: neo4j.Driver, caplog: pytest.LogCaptureFixture
) -> None:
    """A new Neo4j knows no label of a network and would warn about each one. By tests/order.py this test is
    the first."""
    caplog.set_level(logging.WARNING, logger="neo4j")
    ask_for_a_network(neo4j_uri)
    assert caplog.records == []
    asked = session_driver.execute_query("CALL db.stats.retrieve('QUERIES')").records
    assert ":Network {name: $name}" in " ".join(record["data"]["query"] for record in asked)
