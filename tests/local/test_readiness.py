"""What the stack asks for before it says that it is ready."""

import logging
from pathlib import Path

import pytest

from local.embedded.neo4j import running_neo4j
from local.readiness import ask_for_a_network


def test_a_new_neo4j_is_asked_without_a_word(
    neo4j_at_hand: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It knows no label of a network yet, and would warn of each."""
    caplog.set_level(logging.WARNING, logger="neo4j")
    with running_neo4j(tmp_path) as server:
        ask_for_a_network(server.uri)
    assert caplog.records == []
