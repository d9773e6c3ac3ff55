"""Reads what the stack runs from template.yaml: functions, schedules and the API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.cloudformation import Resolver, TemplateError, load
from local.rest_api import Api, read_api

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True)
class Function:
    """One Lambda function: times in seconds, memory in megabytes, defaults as on Lambda."""

    name: str
    handler: str
    runtime: str
    code: Path
    layers: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 3
    memory: int = 128
    reserved_concurrency: int | None = None
    retries: int = 2
    event_age: float = 21_600

    @property
    def module(self) -> str:
        """The handler's module, after which the function's process and log are named."""
        return self.handler.rpartition(".")[0]


@dataclass(frozen=True)
class Schedule:
    """A function to invoke every `period` seconds. `payload` replaces the scheduler's own event."""

    name: str
    function: str
    period: float
    payload: str | None


@dataclass(frozen=True)
class Template:
    """Everything that the local stack runs."""

    functions: Mapping[str, Function]
    schedules: tuple[Schedule, ...]
    api: Api


def read_template(path: Path, region: str, parameters: Mapping[str, str] | None = None) -> Template:
    """Reads the template at `path`. Its folders are relative to its own.

    `parameters` has values for parameters that should differ from their defaults; other names in it are
    ignored.

    Raises TemplateError, which names what cannot be read.
    """
    document = load(path)
    resolver = Resolver(document, region, parameters)
    resources = {name: it for name, it in document["Resources"].items() if resolver.exists(it)}
    defaults = resolver.resolve(document.get("Globals", {}))
    layers = {
        name: _layer_folder(path.parent, resolver.resolve(resource["Properties"]))
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::LayerVersion"
    }
    functions: dict[str, Function] = {}
    schedules: list[Schedule] = []
    for name, resource in resources.items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = _merge(defaults.get("Function", {}), resolver.resolve(resource["Properties"]))
        functions[name] = _function(name, properties, path.parent, layers)
        for event_name, event in properties.get("Events", {}).items():
            _read_event(name, event_name, event, schedules)
    apis = [it for it in resources.values() if it["Type"] == "AWS::Serverless::Api"]
    own = resolver.resolve(apis[0]["Properties"]) if apis else {}
    return Template(functions, tuple(schedules), read_api(_merge(defaults.get("Api", {}), own)))


def _merge(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merges as SAM does with Globals: maps are merged, lists joined, and other values replaced."""
    merged = dict(defaults)
    for key, value in own.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        elif isinstance(value, list) and isinstance(merged.get(key), list):
            merged[key] = merged[key] + value
        else:
            merged[key] = value
    return merged


def _layer_folder(root: Path, properties: Mapping[str, Any]) -> Path:
    """The folder with a layer's modules: `python/` once the layer is built, its own folder before."""
    folder = (root / str(properties["ContentUri"])).resolve()
    return folder / "python" if (folder / "python").is_dir() else folder


def _function(name: str, properties: Mapping[str, Any], root: Path, layers: Mapping[str, Path]) -> Function:
    try:
        handler, runtime, code = (properties[key] for key in ("Handler", "Runtime", "CodeUri"))
    except KeyError as missing:
        raise TemplateError(f"{name} has no {missing.args[0]}") from missing
    variables = properties.get("Environment", {}).get("Variables", {})
    asynchronous = properties.get("EventInvokeConfig", {})
    reserved = properties.get("ReservedConcurrentExecutions")
    return Function(
        name=name,
        handler=handler,
        runtime=runtime,
        code=(root / code).resolve(),
        # Other layers (given as ARNs) are AWS's extensions, which do not run here.
        layers=tuple(layers[layer] for layer in properties.get("Layers", []) if layer in layers),
        environment={key: _text(value) for key, value in variables.items()},
        timeout=float(properties.get("Timeout", 3)),
        memory=int(properties.get("MemorySize", 128)),
        reserved_concurrency=None if reserved is None else int(reserved),
        retries=int(asynchronous.get("MaximumRetryAttempts", 2)),
        event_age=float(asynchronous.get("MaximumEventAgeInSeconds", 21_600)),
    )


def _text(value: Any) -> str:
    """A scalar as CloudFormation writes it into an environment variable."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_event(function: str, name: str, event: Mapping[str, Any], schedules: list[Schedule]) -> None:
    properties = event.get("Properties", {})
    match event["Type"]:
        case "Schedule" | "ScheduleV2":
            expression = properties.get("Schedule") or properties["ScheduleExpression"]
            rate = _RATE.fullmatch(expression)
            if rate is None:
                raise TemplateError(f"{function}: only rate(…) schedules run locally, not {expression}")
            period = int(rate[1]) * _SECONDS[rate[2]]
            schedules.append(Schedule(f"{function}{name}", function, period, properties.get("Input")))
