"""Verifies bearer tokens of an OpenID Connect issuer. Only the authorizer uses it."""
