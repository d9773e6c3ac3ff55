"""A function that does what its event says: `{"do": NAME, …}`, or the same in the body of a request."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import shared_in_layer


class ProbeError(Exception):
    """What `raise` raises."""


def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    """A request without an order gets its own event as the answer."""
    if "httpMethod" not in event:
        return _obey(event, context)
    body = event["body"] if event["body"] and not event["isBase64Encoded"] else "{}"
    if "do" in body:
        return _obey(json.loads(body), context)
    return {"statusCode": 200, "headers": {"X-From": "probe"}, "body": json.dumps(event)}


def _obey(order: dict[str, Any], context: Any) -> Any:
    match order.get("do"):
        case "return":
            return order["value"]
        case "environment":
            return dict(os.environ) | {"layer": shared_in_layer.ORIGIN, "cwd": str(Path.cwd())}
        case "context":
            return {
                "request_id": context.aws_request_id,
                "arn": context.invoked_function_arn,
                "remaining": context.get_remaining_time_in_millis(),
                "pid": os.getpid(),
            }
        case "sleep":
            time.sleep(order["seconds"])
        case "meet":  # leave a mark, and wait until as many marks are there as should meet
            (Path(order["folder"]) / str(os.getpid())).touch()
            while len(list(Path(order["folder"]).iterdir())) < order["count"]:
                time.sleep(0.02)
        case "raise":
            raise ProbeError("as told")
        case "exit":
            os._exit(order["status"])
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "fail until":  # note each try in a file, and fail on all but the last one
            with Path(order["file"]).open("a") as tries:
                tries.write(f"{context.aws_request_id}\n")
            if len(Path(order["file"]).read_text().splitlines()) < order["tries"]:
                raise ProbeError("not yet")
        case "spawn and sleep":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            Path(order["file"]).write_text(str(child.pid))
            time.sleep(60)
        case "big":
            return "x" * order["bytes"]
    return {"pid": os.getpid()}
