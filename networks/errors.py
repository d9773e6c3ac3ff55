"""What can go wrong. Each message is one line for the person at the console.

NetworkError
├── NetworkFileError     the file has no road network that can be read
└── NetworkStoreError    Neo4j is away, or has no such network, or refuses
"""

from collections.abc import Iterable


class NetworkError(Exception):
    """Base of all errors of the importer."""


class NetworkFileError(NetworkError):
    """The file is at fault. What its reader has to tell of it goes after the message, a sentence each."""

    def __init__(self, message: str, notes: Iterable[str] = ()) -> None:
        super().__init__(". ".join(filter(None, (message, " ".join(notes)))))


class NetworkStoreError(NetworkError):
    """Neo4j is at fault, or what is in it."""
