"""What the installer prints while packages are downloaded and installed."""

from pathlib import Path

import pytest

from tools.install import Console, Progress, packages

COLLECTING = "Collecting numpy==2.4.6 (from -r locks/requirements.lock (line 1))"
FETCHING = "  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl (16.9 MB)"
IGNORING = "Ignoring colorama: markers 'sys_platform == \"win32\"' don't match your environment"


def after(*lines: str, named: int = 3) -> Progress:
    progress = Progress(named)
    for line in lines:
        progress.hear(line)
    return progress


def test_the_packages_of_a_lock_are_counted(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("# Why.\nnumpy==2.4.6 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\nrich==14.2.0\n")
    assert packages(lock) == 2


def test_progress_is_shown_before_pip_s_first_line() -> None:
    assert after().text(0) == "Looking for packages"


def test_a_package_counts_once() -> None:
    assert after(COLLECTING, COLLECTING).text(0) == "Fetching 1 of 3: numpy"
    assert after(COLLECTING, FETCHING).text(0) == "Fetching 1 of 3: numpy, of 16.9 MB"


def test_a_package_for_another_machine_does_not_count() -> None:
    assert after(IGNORING, COLLECTING).text(0) == "Fetching 1 of 2: numpy"


def test_installed_packages_are_counted_while_pip_installs() -> None:
    progress = after(COLLECTING, "Installing collected packages: pytz, numpy, pandas")
    assert [progress.text(installed) for installed in (0, 2, 4)] == [
        "Installing 0 of 3",
        "Installing 2 of 3",
        "Installing 3 of 3",
    ]


def test_output_to_a_file_has_few_and_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    for number in range(100):
        console.show(f"Fetching {number} of 100")
    console.end("Installed.")
    assert capsys.readouterr().out == "Fetching 0 of 100\nInstalled.\n"


def test_output_to_a_terminal_overwrites_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    console = Console()
    console.show("Fetching 1 of 2")
    console.show("Fetching 2 of 2")
    console.end("Installed.")
    assert capsys.readouterr().out == "\rFetching 1 of 2\033[K\rFetching 2 of 2\033[K\rInstalled.\033[K\n"
