"""GET /health and GET /ready: for load balancers and canaries."""

from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun import __version__
from milkrun.checks import check_neo4j, check_redis, neo4j_client
from milkrun.dependencies import why_down
from milkrun.health import ReadinessProbe, is_ready
from milkrun.http.bodies import Health, NotReady, Ready
from milkrun.http.problems import RETRY_AFTER
from milkrun.http.resolver import create_app, json_response, serve
from milkrun.observability import measure, report_down
from milkrun.snapshot import Uptime, before_snapshot
from milkrun.timestamps import timestamp

app = create_app()
before_snapshot(neo4j_client)
_UPTIME = Uptime()


@cache
def get_probe() -> ReadinessProbe:
    """The probe of this process."""
    return ReadinessProbe({"redis": check_redis, "neo4j": check_neo4j})


@app.get("/health")
def health() -> Response[str]:
    """Always 200: the process is up. Asks no dependency."""
    body: Health = {
        "status": "ok",
        "timestamp": timestamp(datetime.now(UTC)),
        "version": __version__,
        "uptime_seconds": _UPTIME.seconds(),
    }
    return json_response(HTTPStatus.OK, body)


@app.get("/ready")
def ready() -> Response[str]:
    """200 if every dependency answers, else 503. Answers within three seconds even if a dependency hangs."""
    states = get_probe().ask()
    report_down(states)
    measure("DependenciesDown", sum(why_down(state) is not None for state in states.values()))
    if is_ready(states):
        is_up: Ready = {"status": "ready", "dependencies": states}
        return json_response(HTTPStatus.OK, is_up)
    is_down: NotReady = {"detail": {"dependencies": states}}
    return json_response(HTTPStatus.SERVICE_UNAVAILABLE, is_down, {"Retry-After": str(RETRY_AFTER)})


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point of the function."""
    return serve(app, event, context)
