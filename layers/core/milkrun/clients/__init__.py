"""Clients of Redis, Neo4j and Lambda, one module each, so that a function imports only what it uses."""
