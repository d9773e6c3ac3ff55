"""Road networks as the worker reads them. How they get into Neo4j is `networks`'s matter."""
