"""What lets a browser's page read an answer. The gateway itself answers what it asks beforehand."""

EXPOSED = (
    "Location",
    "Content-Location",
    "Retry-After",
    "X-Correlation-ID",
    "Idempotency-Replayed",
    "Preference-Applied",
)
"""Headers with a meaning of their own, which pages may read too."""


def cors_headers(allow_origin: str) -> dict[str, list[str]]:
    """The headers of an answer that pages of this origin may read; none where it is empty."""
    if not allow_origin:
        return {}
    return {
        "Access-Control-Allow-Origin": [allow_origin],
        "Access-Control-Expose-Headers": [",".join(EXPOSED)],
    }
