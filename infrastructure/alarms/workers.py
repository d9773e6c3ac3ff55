"""The alarms of the workers, and of the runs that they lose."""

from infrastructure.alarms.building import (
    ALL,
    CHOICE,
    SERVICE,
    TOPIC,
    Alarm,
    Json,
    alarm,
    equals,
    math,
    metric,
    ref,
    template,
)
from infrastructure.alarms.metrics import durations, own, share_of_errors, throttles


def worker_alarms() -> Json:
    """The template."""
    return template(
        "Alarms of Milkrun's workers, and of the runs that they lose.",
        {
            **SERVICE,
            **CHOICE,
            **TOPIC,
            "WorkerFunction": "Name of the function.",
            "WorkerFailures": "Name of the queue of failed events.",
        },
        {ALL: equals("Alarms", "all")},
        [*_of_the_function(), _lost_runs(), _failures()],
        asked=("WorkerErrorsAlarm", "LostRunsAlarm"),
    )


def _of_the_function() -> list[Alarm]:
    return [
        share_of_errors(
            "Worker",
            "More than 10 % of the workers end in an error.",
            10,
            own("RunsFailed", code="internal_error"),
        ),
        # Bursts beyond WorkerConcurrency are normal: Lambda keeps the events, and the sweeper sends new ones.
        alarm(
            "WorkerThrottlesAlarm",
            "Workers have been throttled for a quarter of an hour.",
            throttles("Worker", period=300),
            above=0,
            periods=3,
        ),
        # A worker stops solving 10 s before its timeout. Storing and handing over takes one or two of these.
        alarm(
            "WorkerDurationAlarm",
            "Workers come close to their timeout.",
            durations("Worker", period=300),
            above=897_000,
            periods=1,
        ),
    ]


def _lost_runs() -> Alarm:
    watched = math(
        "runs",
        "Lost runs",
        "FILL(lost, 0) + FILL(unstarted, 0)",
        lost=own("RunsFailed", period=300, code="worker_lost"),
        unstarted=own("RunsFailed", period=300, code="never_started"),
    )
    says = "Runs failed because their workers died or never started."
    return alarm("LostRunsAlarm", says, watched, above=0, periods=1, condition=None)


def _failures() -> Alarm:
    queue = {"QueueName": ref("WorkerFailures")}
    watched = metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", queue, period=300)
    says = "Events for workers failed or were dropped."
    return alarm("WorkerFailuresAlarm", says, watched, above=0, periods=1)
