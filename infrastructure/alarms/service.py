"""The alarms of the API, of the functions behind it, and of the sweeper."""

from infrastructure.alarms.building import (
    ALL,
    CHOICE,
    SERVICE,
    TOPIC,
    Alarm,
    Json,
    alarm,
    differs,
    equals,
    metric,
    ref,
    template,
)
from infrastructure.alarms.metrics import durations, errors, own, share_of_errors, throttles

_OF_CALLERS = ("Submit", "Status", "Health")


def service_alarms() -> Json:
    """The template."""
    return template(
        "Alarms of Milkrun's API, of the functions behind it, and of the sweeper.",
        {
            **SERVICE,
            "StageName": "The API's stage.",
            **CHOICE,
            **TOPIC,
            **{f"{name}Function": "Name of the function." for name in (*_OF_CALLERS, "Sweeper")},
            "AuthorizerFunction": "Name of the function; empty for none.",
        },
        {
            ALL: equals("Alarms", "all"),
            "WatchesAuthorizer": {"Fn::And": [{"Condition": ALL}, differs("AuthorizerFunction", "")]},
        },
        [*_errors(), *_throttles(), *_durations(), *_of_the_api(), *_of_runs()],
        asked=[f"{name}ErrorsAlarm" for name in (*_OF_CALLERS, "Api")],
    )


def _errors() -> list[Alarm]:
    of_callers = [
        share_of_errors(
            name,
            f"{name} fails on more than 1 % of its requests.",
            1,
            own("InternalErrors", function_name=ref(f"{name}Function")),
        )
        for name in _OF_CALLERS
    ]
    return [
        *of_callers,
        alarm(
            "SweeperErrorsAlarm",
            "The sweeper keeps failing.",
            errors("Sweeper"),
            above=0,
            periods=5,  # it runs once in each
            bad=3,
        ),
        alarm(
            "AuthorizerErrorsAlarm",
            "Tokens cannot be checked.",
            errors("Authorizer"),
            above=0,
            periods=5,
            bad=2,
            condition="WatchesAuthorizer",
        ),
    ]


def _throttles() -> list[Alarm]:
    says = {name: f"Requests to {name.lower()} are throttled." for name in _OF_CALLERS}
    says["Sweeper"] = "The sweeper is throttled."
    return [
        alarm(f"{name}ThrottlesAlarm", text, throttles(name), above=0, periods=5, bad=2)
        for name, text in says.items()
    ]


def _durations() -> list[Alarm]:
    """Alarms at 80 % of the timeout, and at 90 % for submit and status, because `Prefer: wait` may hold a
    request for 25 of their 29 s."""
    says = {name: f"Answers of {name.lower()} come close to its timeout." for name in _OF_CALLERS}
    says["Sweeper"] = "Sweeps come close to their timeout."
    limits = {"Submit": 26_100, "Status": 26_100, "Health": 4_000, "Sweeper": 48_000}
    return [
        alarm(f"{name}DurationAlarm", says[name], durations(name), above=limit, periods=5, bad=3)
        for name, limit in limits.items()
    ]


def _of_the_api() -> list[Alarm]:
    api = {"ApiName": ref("Service"), "Stage": ref("StageName")}
    return [
        alarm(
            "ApiErrorsAlarm",
            "More than 1 % of all answers are 5xx.",
            metric("AWS/ApiGateway", "5XXError", "Average", api),
            above=0.01,
            periods=5,
            bad=3,
            condition=None,
        ),
        alarm(
            "ApiLatencyAlarm",
            "Answers come close to the gateway's 29 s.",
            metric("AWS/ApiGateway", "Latency", "p99", api),
            above=27_000,
            periods=5,
            bad=3,
        ),
    ]


def _of_runs() -> list[Alarm]:
    return [
        # The sweeper reports these metrics every minute, as 0 if there is nothing.
        alarm(
            "SweeperSilentAlarm",
            "No sweep has finished for five minutes.",
            own("ActiveRuns", "SampleCount"),
            below=1,
            periods=5,
            silence="breaching",
            condition=None,
        ),
        alarm(
            "StalledRunsAlarm",
            "Sweeps do not handle runs that have been due for two minutes.",
            own("StalledRuns", "Maximum"),
            above=0,
            periods=3,
            bad=2,
        ),
        alarm(
            "OldestPendingAlarm",
            "A run has been pending for an hour.",
            own("OldestPending", "Maximum"),
            above=3600,
            periods=5,
        ),
        alarm(
            "InvokesFailedAlarm",
            "More than 10 % of the calls that start a worker fail.",
            own("InvokesFailed", "Average"),
            above=0.1,
            periods=5,
            bad=3,
        ),
    ]
