"""Road networks: read from a file, compiled, and kept in Neo4j under a name."""
