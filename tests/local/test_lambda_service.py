"""The Invoke API through boto3, and functions that fail, hang or die."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.lambda_service import MAX_ASYNCHRONOUS, MAX_SYNCHRONOUS
from tests.waiting import until


def invoke(client: Any, function: str, event: object) -> Any:
    response = client.invoke(FunctionName=function, Payload=json.dumps(event))
    return json.loads(response["Payload"].read())


def invoke_badly(client: Any, function: str, event: object) -> Any:
    """The error object of a failed invocation."""
    response = client.invoke(FunctionName=function, Payload=json.dumps(event))
    assert response["StatusCode"] == 200
    assert response["FunctionError"] == "Unhandled"
    return json.loads(response["Payload"].read())


def send(client: Any, function: str, event: object) -> None:
    response = client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
    assert response["StatusCode"] == 202


def refusal(client: Any, **call: Any) -> ClientError:
    with pytest.raises(ClientError) as refused:
        client.invoke(**call)
    return refused.value


def tries(file: Path) -> int:
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_a_result_comes_back_with_the_version_that_ran(lambda_client: Any) -> None:
    response = lambda_client.invoke(
        FunctionName="ProbeFunction", Payload=b'{"do": "return", "value": [1, "\\u00fc"]}'
    )
    assert response["StatusCode"] == 200
    assert response["ExecutedVersion"] == "$LATEST"
    assert json.loads(response["Payload"].read()) == [1, "ü"]


def test_a_function_can_be_called_by_its_name_and_its_arns(lambda_client: Any) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:ProbeFunction"
    for name in (
        "ProbeFunction",
        "ProbeFunction:live",
        "123456789012:function:ProbeFunction",
        arn,
        f"{arn}:live",
    ):
        assert invoke(lambda_client, name, {"do": "return", "value": name}) == name


def test_the_context_has_request_deadline_and_arn(lambda_client: Any) -> None:
    context = invoke(lambda_client, "ProbeFunction", {"do": "context"})
    assert context["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:ProbeFunction"
    assert 0 < context["remaining"] <= 10_000
    assert len(context["request_id"]) == 36


@pytest.mark.parametrize("prefix", ["", "arn:aws:lambda:us-east-1:123456789012:function:"])
def test_the_context_has_the_alias_that_was_called(lambda_client: Any, prefix: str) -> None:
    context = invoke(lambda_client, f"{prefix}ProbeFunction:live", {"do": "context"})
    assert context["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:ProbeFunction:live"


def test_one_event_after_the_other_runs_in_the_same_process(lambda_client: Any) -> None:
    first, second = (invoke(lambda_client, "ProbeFunction", {"do": "context"})["pid"] for _ in range(2))
    assert first == second


def test_a_function_sees_its_layers_its_folder_and_lambdas_variables(
    lambda_client: Any, service: Any, template: Any
) -> None:
    environment = invoke(lambda_client, "ProbeFunction", {"do": "environment"})
    expected = {
        "layer": "layer",
        "cwd": str(template.functions["ProbeFunction"].code),
        "REDIS_URL": "redis://given",
        "PEER": "LimitedFunction",
        "AWS_LAMBDA_FUNCTION_NAME": "ProbeFunction",
        "AWS_ENDPOINT_URL_LAMBDA": service.endpoint,
        "AWS_SAM_LOCAL": "true",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "_HANDLER": "probe_handler.lambda_handler",
    }
    assert {name: environment.get(name) for name in expected} == expected


def test_a_variable_that_the_template_does_not_declare_reaches_no_function(lambda_client: Any) -> None:
    assert "NOT_DECLARED" not in invoke(lambda_client, "ProbeFunction", {"do": "environment"})
    assert "AWS_ENDPOINT_URL_LAMBDA" not in invoke(lambda_client, "LimitedFunction", {"do": "environment"})


def test_the_command_line_of_a_process_names_its_handler(lambda_client: Any) -> None:
    pid = invoke(lambda_client, "ProbeFunction", {"do": "context"})["pid"]
    assert b"probe_handler.lambda_handler" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_an_exception_is_a_function_error(lambda_client: Any) -> None:
    error = invoke_badly(lambda_client, "ProbeFunction", {"do": "raise"})
    assert (error["errorType"], error["errorMessage"]) == ("ProbeError", "as told")


def test_a_process_that_exits_is_a_runtime_exit_error(lambda_client: Any, said: list[str]) -> None:
    error = invoke_badly(lambda_client, "ProbeFunction", {"do": "exit", "status": 3})
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    assert any("probe_handler" in line and "exited with status 3" in line for line in said)


def test_a_killed_process_is_a_runtime_exit_error_and_the_next_event_gets_another(lambda_client: Any) -> None:
    error = invoke_badly(lambda_client, "ProbeFunction", {"do": "die"})
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("signal: killed")
    assert invoke(lambda_client, "ProbeFunction", {"do": "return", "value": 1}) == 1


def test_an_idle_process_that_was_killed_is_replaced(lambda_client: Any) -> None:
    pid = invoke(lambda_client, "ProbeFunction", {"do": "context"})["pid"]
    os.kill(pid, signal.SIGKILL)

    # As on Lambda, an event that reaches the process before the service has noticed its end fails.
    def pid_that_answers() -> int | None:
        answer: dict[str, int] = invoke(lambda_client, "ProbeFunction", {"do": "context"})
        return answer.get("pid")

    until(lambda: pid_that_answers() not in (None, pid))


def test_at_its_timeout_a_function_is_killed(lambda_client: Any) -> None:
    pid = invoke(lambda_client, "HastyFunction", {"do": "context"})["pid"]
    error = invoke_badly(lambda_client, "HastyFunction", {"do": "sleep", "seconds": 30})
    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert not Path(f"/proc/{pid}").exists()


def test_what_a_function_started_ends_with_its_sandbox(lambda_client: Any, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    invoke_badly(lambda_client, "HastyFunction", {"do": "spawn and sleep", "file": str(file)})
    until(lambda: not Path(f"/proc/{file.read_text()}").exists())


def test_a_function_that_cannot_be_imported_says_so(lambda_client: Any, said: list[str]) -> None:
    error = invoke_badly(lambda_client, "BrokenFunction", {})
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert any(line.startswith("broken_handler does not start: Unable to import") for line in said)


def test_a_result_over_lambdas_limit_is_a_function_error(lambda_client: Any) -> None:
    error = invoke_badly(lambda_client, "ProbeFunction", {"do": "big", "bytes": 6_300_000})
    assert error["errorType"] == "Function.ResponseSizeTooLarge"
    assert invoke(lambda_client, "ProbeFunction", {"do": "return", "value": 1}) == 1


@pytest.mark.parametrize(
    ("kind", "limit"), [("RequestResponse", MAX_SYNCHRONOUS), ("Event", MAX_ASYNCHRONOUS)]
)
def test_an_event_over_lambdas_limit_is_refused(lambda_client: Any, kind: str, limit: int) -> None:
    payload = b'"' + b"x" * (limit - 1) + b'"'
    error = refusal(lambda_client, FunctionName="TickFunction", InvocationType=kind, Payload=payload)
    assert error.response["Error"]["Code"] == "RequestTooLargeException"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_an_unknown_function_is_refused(lambda_client: Any) -> None:
    error = refusal(lambda_client, FunctionName="Nobody", Payload=b"{}")
    assert error.response["Error"]["Code"] == "ResourceNotFoundException"
    assert "function:Nobody" in error.response["Error"]["Message"]


def test_an_event_that_is_not_json_is_refused(lambda_client: Any) -> None:
    error = refusal(lambda_client, FunctionName="ProbeFunction", Payload=b"{no")
    assert error.response["Error"]["Code"] == "InvalidRequestContentException"


def test_a_dry_run_runs_nothing(lambda_client: Any, tmp_path: Path) -> None:
    order = json.dumps({"do": "fail until", "file": str(tmp_path / "tries"), "tries": 1})
    response = lambda_client.invoke(FunctionName="ProbeFunction", InvocationType="DryRun", Payload=order)
    assert response["StatusCode"] == 204
    assert tries(tmp_path / "tries") == 0


def test_above_its_reserved_concurrency_a_function_is_throttled(lambda_client: Any, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        order = {"do": "meet", "folder": str(tmp_path), "count": 3}
        running = [pool.submit(invoke, lambda_client, "LimitedFunction", order) for _ in range(2)]
        until(lambda: len(list(tmp_path.iterdir())) == 2)
        error = refusal(lambda_client, FunctionName="LimitedFunction", Payload=b"{}")
        (tmp_path / "go on").touch()
        assert all(it.result() for it in running)
    response: Any = error.response
    assert response["Error"]["Code"] == "TooManyRequestsException"
    assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_simultaneous_events_run_in_separate_processes(lambda_client: Any, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        order = {"do": "meet", "folder": str(tmp_path), "count": 3}
        running = [pool.submit(invoke, lambda_client, "TickFunction", order) for _ in range(3)]
        assert len({it.result()["pid"] for it in running}) == 3


def test_an_asynchronous_event_is_tried_again_until_it_succeeds(lambda_client: Any, tmp_path: Path) -> None:
    file = tmp_path / "tries"
    send(lambda_client, "ProbeFunction", {"do": "fail until", "file": str(file), "tries": 3})
    until(lambda: tries(file) == 3)
    assert len(set(file.read_text().splitlines())) == 1, "every try has the same request id"


def test_an_asynchronous_event_is_given_up_after_its_functions_own_retries(
    lambda_client: Any, tmp_path: Path, said: list[str]
) -> None:
    file = tmp_path / "tries"
    send(lambda_client, "HastyFunction", {"do": "fail until", "file": str(file), "tries": 9})
    until(lambda: any("HastyFunction" in line and "dropping event" in line for line in said))
    assert tries(file) == 2


def test_a_throttled_asynchronous_event_waits_for_its_turn(lambda_client: Any, tmp_path: Path) -> None:
    file, folder = tmp_path / "tries", tmp_path / "met"
    folder.mkdir()
    for _ in range(2):
        send(lambda_client, "LimitedFunction", {"do": "meet", "folder": str(folder), "count": 3})
    until(lambda: len(list(folder.iterdir())) == 2)
    send(lambda_client, "LimitedFunction", {"do": "fail until", "file": str(file), "tries": 1})
    assert tries(file) == 0
    (folder / "go on").touch()
    until(lambda: tries(file) == 1)


def test_new_variables_reach_the_next_event(lambda_client: Any, service: Any, run: Any) -> None:
    run(service.override({"REDIS_URL": "redis://new"}))
    try:
        assert invoke(lambda_client, "ProbeFunction", {"do": "environment"})["REDIS_URL"] == "redis://new"
    finally:
        run(service.override({"REDIS_URL": "redis://given"}))
