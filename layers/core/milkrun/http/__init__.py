"""The HTTP contract: identity, headers, problems, and the resolver that every API handler builds on."""
