"""Road networks as the worker reads them. The top-level package `networks` puts them into Neo4j."""
