"""What can go wrong. Each message is one line for the person at the console.

NetworkError
├── NetworkFileError     the file has no road network that can be read
└── NetworkStoreError    Neo4j is away, or has no such network, or refuses
"""


class NetworkError(Exception):
    """Base of all errors of the importer."""


class NetworkFileError(NetworkError):
    """The file is at fault."""


class NetworkStoreError(NetworkError):
    """Neo4j is at fault, or what is in it."""
