"""Finds the route of a request, as API Gateway matches resources."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from local.rest_api import Route


def match(routes: Iterable[Route], method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """The route of a request and its decoded path parameters; None if there is no route.

    `path` is still percent-encoded. A fixed segment takes precedence over `{name}`, that over a greedy
    `{name+}`, and a specific method over ANY.
    """
    segments = path.strip("/").split("/")
    best: tuple[tuple[int, ...], Route, Mapping[str, str]] | None = None
    for route in routes:
        found = _match_resource(route.resource, segments) if route.method in (method, "ANY") else None
        if found is None:
            continue
        specificity = (*found[0], int(route.method == "ANY"))
        if best is None or specificity < best[0]:
            best = (specificity, route, found[1])
    return best[1:] if best else None


def _match_resource(resource: str, segments: list[str]) -> tuple[tuple[int, ...], dict[str, str]] | None:
    """How specific the match is (lowest is most specific), and the parameters; None if there is no match."""
    parameters: dict[str, str] = {}
    specificity: list[int] = []
    parts = resource.strip("/").split("/")
    for position, part in enumerate(parts):
        if part.endswith("+}") and len(segments) > position:
            parameters[part[1:-2]] = unquote("/".join(segments[position:]))
            return (*specificity, 2), parameters
        if position >= len(segments) or (part and not segments[position]):
            return None
        if part.startswith("{"):
            parameters[part[1:-1]] = unquote(segments[position])
            specificity.append(1)
        elif part == unquote(segments[position]):
            specificity.append(0)
        else:
            return None
    return (tuple(specificity), parameters) if len(parts) == len(segments) else None
