"""The page's example of travel times by the time of day is valid, and its arithmetic is the verifier's."""

import re

from local import ROOT
from milkrun.schema.capabilities import inability
from milkrun.schema.parse import parse_problem
from milkrun.settings import Limits
from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.time_of_day import seconds_by_slot, takes_exactly


def test_the_example_takes_what_the_page_says() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    section = page.split("## Travel times by the time of day")[1].split("\n## ")[0]
    body = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    told = re.search(r"leaves place 0 for place 1 at (\d+) arrives at (\d+)", section.replace("\n", " "))
    assert body is not None
    assert told is not None
    problem = parse_problem(body[1].encode(), Limits())
    assert inability("sisr", problem) is None
    travel = travel_source(problem).profiles["car"]
    slots = seconds_by_slot(travel, problem.vehicles[0], 0, 1)
    leaves, arrives = map(int, told.groups())
    assert takes_exactly(slots, [(leaves, arrives - leaves)])
