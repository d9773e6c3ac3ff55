"""Bearer tokens of an OpenID Connect issuer, checked for the authorizer alone."""
