"""Log lines with Powertools' keys, in its order, for a fraction of its time."""

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter

TRACE = "_X_AMZN_TRACE_ID"
"""Where Lambda keeps the trace of a request: `Root=...;Parent=...;Sampled=1`."""

_OF_A_RECORD = frozenset(RESERVED_LOG_ATTRS)
_OF_A_CALL = frozenset({"exc_info", "stack_info", "stacklevel", "extra"})
_ENCODER = json.JSONEncoder(default=str, separators=(",", ":"))


class Formatter(LambdaPowertoolsFormatter):
    """JSON lines that describe an error only by its type and its place in the code.

    The message of an unforeseen error may contain the address of a server, or a caller's data.
    """

    def format(self, record: logging.LogRecord) -> str:
        """A record as a line."""
        fields = {key: value for key, value in vars(record).items() if key not in _OF_A_RECORD}
        if record.exc_info and record.exc_info[0]:
            fields["exception"] = self.formatException(record.exc_info)
            fields["exception_name"] = record.exc_info[0].__name__
        location = f"{record.funcName}:{record.lineno}"
        return self.line(record.levelname, location, record.getMessage(), record.created, fields)

    def line(self, level: str, location: str, message: str, created: float, fields: Mapping[str, Any]) -> str:
        """A line with the keys of the invocation and `fields`, which override them. None values are left
        out."""
        said = dict(self.log_format)
        said["level"] = level
        said["location"] = location
        said["message"] = message
        said["timestamp"] = datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds")
        said.update(fields)
        if trace := os.environ.get(TRACE):
            said["xray_trace_id"] = trace.partition(";")[0].removeprefix("Root=")
        return self.serialize({key: value for key, value in said.items() if value is not None})

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        """The error and its causes, the last one first, each with the calls that led to it."""
        error: BaseException | None = ei[1]
        told: dict[int, str] = {}
        while error is not None and id(error) not in told:  # an error may be its own cause
            told[id(error)] = "\n".join([type(error).__name__, *_calls(error.__traceback__)])
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(told.values())

    def serialize(self, log: dict[str, Any]) -> str:  # type: ignore[override]
        """One line of printable ASCII: text from callers can neither steer a terminal nor break the line."""
        return _ENCODER.encode(log).replace("\x7f", "\\u007f")


def _calls(trace: TracebackType | None) -> Iterator[str]:
    for call in traceback.extract_tb(trace):
        yield f"  {Path(call.filename).name}:{call.lineno} {call.name}"


class Lines(Logger):
    """Powertools' logger. The line of every request goes to its stream without a log record."""

    def info(self, msg: object, *args: object, **fields: Any) -> None:
        """Writes a line, as Powertools' logger does."""
        handler: Any = self.registered_handler
        formatter = handler.formatter
        if args or not _OF_A_CALL.isdisjoint(fields) or not isinstance(formatter, Formatter):
            super().info(msg, *args, **{"stacklevel": 3, **fields})
            return
        if not self._logger.isEnabledFor(logging.INFO):
            return
        caller = sys._getframe(1)
        location = f"{caller.f_code.co_name}:{caller.f_lineno}"
        line = formatter.line("INFO", location, str(msg), time.time(), fields)
        try:
            with handler.lock:
                handler.stream.write(line + handler.terminator)
                handler.stream.flush()
        except (OSError, ValueError):  # the stream is closed or full: logging then fails no request
            super().info(msg, stacklevel=3, **fields)
