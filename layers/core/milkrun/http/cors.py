"""The headers that let a page in a browser read an answer. The gateway answers preflight requests."""

EXPOSED = (
    "Location",
    "Content-Location",
    "Retry-After",
    "X-Correlation-ID",
    "Idempotency-Replayed",
    "Preference-Applied",
)
"""Headers that pages may read in addition to those that browsers always expose."""


def cors_headers(allow_origin: str) -> dict[str, list[str]]:
    """The CORS headers of an answer that pages of this origin may read; none if the origin is empty."""
    if not allow_origin:
        return {}
    return {
        "Access-Control-Allow-Origin": [allow_origin],
        "Access-Control-Expose-Headers": [",".join(EXPOSED)],
    }
