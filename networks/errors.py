"""Errors of the importer. Each message is one line for the person at the console.

NetworkError
├── NetworkFileError     the file cannot be read as a road network
└── NetworkStoreError    Neo4j is unavailable, refuses, or has no such network
"""

from collections.abc import Iterable


class NetworkError(Exception):
    """Base of all errors of the importer."""


class NetworkFileError(NetworkError):
    """The file is at fault. `notes`, sentences of its reader, follow the message."""

    def __init__(self, message: str, notes: Iterable[str] = ()) -> None:
        super().__init__(". ".join(filter(None, (message, " ".join(notes)))))


class NetworkStoreError(NetworkError):
    """Neo4j, or what it holds, is at fault."""
