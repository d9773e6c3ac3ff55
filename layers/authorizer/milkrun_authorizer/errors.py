"""Errors of the authorizer.

milkrun.errors.MilkrunError
└── AuthorizerError
    ├── TokenRefusedError         the caller's token is none that we take
    └── IssuerUnavailableError    the issuer's keys cannot be had: no token can be judged

None of them answers a request itself: the gateway does, in the template's words.
"""

from milkrun.errors import MilkrunError


class AuthorizerError(MilkrunError):
    """Base of the authorizer's errors."""

    code = "authorizer_error"


class TokenRefusedError(AuthorizerError):
    code = "unauthenticated"


class IssuerUnavailableError(AuthorizerError):
    code = "issuer_unavailable"
