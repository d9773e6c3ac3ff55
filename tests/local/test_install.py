"""What is said while packages are fetched and installed."""

from pathlib import Path

import pytest

from local.install import Console, Progress, requirements

COLLECTING = "Collecting numpy==2.4.6 (from -r solver/requirements.txt (line 1))"
FETCHING = "  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl (16.9 MB)"
NEEDED = "Collecting pandas (from pyvroom==1.15.2->-r solver/requirements.txt (line 2))"


def after(*lines: str, named: int = 3) -> Progress:
    progress = Progress(named)
    for line in lines:
        progress.hear(line)
    return progress


def test_a_file_names_what_it_includes_too(tmp_path: Path) -> None:
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "requirements.txt").write_text("numpy==2.4.6\n")
    file = tmp_path / "requirements.txt"
    file.write_text("# Why.\n-r layer/requirements.txt\n\nrich==14.2.0 # a table\n")
    assert requirements(file) == ["numpy==2.4.6", "rich==14.2.0"]


def test_progress_is_shown_before_pip_s_first_line() -> None:
    assert after().text(0) == "Looking for packages"


def test_a_package_that_is_named_counts_among_them() -> None:
    assert after(COLLECTING).text(0) == "Fetching 1 of 3: numpy"
    assert after(COLLECTING, FETCHING).text(0) == "Fetching 1 of 3: numpy, of 16.9 MB"


def test_what_others_need_is_counted_apart_and_once() -> None:
    assert after(COLLECTING, FETCHING, NEEDED, NEEDED).text(0) == "Fetching what these need, 1: pandas"


def test_while_pip_installs_what_is_there_is_counted() -> None:
    progress = after(COLLECTING, "Installing collected packages: pytz, numpy, pandas")
    assert [progress.text(installed) for installed in (0, 2, 4)] == [
        "Installing 0 of 3",
        "Installing 2 of 3",
        "Installing 3 of 3",
    ]


def test_where_the_output_is_kept_lines_are_few_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    for number in range(100):
        console.show(f"Fetching {number} of 100")
    console.end("Installed.")
    assert capsys.readouterr().out == "Fetching 0 of 100\nInstalled.\n"


def test_in_a_terminal_one_line_is_written_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    console = Console()
    console.show("Fetching 1 of 2")
    console.show("Fetching 2 of 2")
    console.end("Installed.")
    assert capsys.readouterr().out == "\rFetching 1 of 2\033[K\rFetching 2 of 2\033[K\rInstalled.\033[K\n"
