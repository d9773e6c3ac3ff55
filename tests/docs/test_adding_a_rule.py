"""The page on adding a rule follows a rule in the code."""

import re
from pathlib import Path

from tests.nonempty import nonempty

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-rule.md").read_text()


def test_the_files_of_the_example_exist_and_name_it() -> None:
    files = re.findall(r"^\| `(layers/[^`]+)` \|", PAGE, re.M)
    assert len(files) == 8
    assert all(re.search(r"max_?distance", (ROOT / name).read_text(), re.I) for name in files)


def test_the_rule_of_the_example_is_the_one_in_the_code() -> None:
    [shown] = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    code = (ROOT / "layers/solver/milkrun_solver/rules/max_distance.py").read_text()
    assert all(line in code for line in nonempty(shown.splitlines()))
