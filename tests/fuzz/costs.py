"""Measures the memory needed to answer events, in a process of its own. Reads one event as JSON on each line
of stdin.

Each event gets a fork of the warmed-up process, and a line with the status and size of the answer and the
fork's peak memory in bytes. The system counts the memory, so allocations of Rust and C are included.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import submit_handler

from milkrun.errors import DependencyUnavailableError

CONTEXT: Any = SimpleNamespace(
    function_name="submit",
    memory_limit_in_mb=1,
    invoked_function_arn="",
    aws_request_id="",
    get_remaining_time_in_millis=lambda: 20_000,
)


def refuse(*_: Any) -> None:
    """Replaces the storing of a good problem."""
    raise DependencyUnavailableError({"redis": "down: not here"})


def answer(line: str) -> dict[str, int]:
    response = submit_handler.lambda_handler(json.loads(line), CONTEXT)
    return {"status": int(response["statusCode"]), "answer": len(response["body"]), "peak": peak()}


def peak() -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in status if line.startswith("VmHWM:")]
    return int(kilobytes) * 1024


def main() -> None:
    vars(submit_handler).update(get_jobs=lambda: SimpleNamespace(submit=refuse), get_invoker=lambda: None)
    report = os.fdopen(os.dup(1), "w")
    sys.stdout = sys.stderr  # the log
    answer(sys.stdin.readline())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                print(json.dumps(answer(line)), file=report, flush=True)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(1)


if __name__ == "__main__":
    main()
