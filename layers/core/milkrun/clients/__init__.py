"""Clients of Redis, Neo4j and Lambda: a module each, so that nobody imports what it does not use."""
