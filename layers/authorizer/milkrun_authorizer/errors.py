"""Errors of the authorizer.

milkrun.errors.MilkrunError
└── AuthorizerError
    ├── TokenRefusedError         the token is not valid, or the policy rejects it
    └── IssuerUnavailableError    the issuer's keys cannot be fetched, so no token can be verified

The gateway answers the request, with the bodies that the template defines.
"""

from milkrun.errors import MilkrunError


class AuthorizerError(MilkrunError):
    """Base of the authorizer's errors."""

    code = "authorizer_error"


class TokenRefusedError(AuthorizerError):
    code = "unauthenticated"


class IssuerUnavailableError(AuthorizerError):
    code = "issuer_unavailable"
