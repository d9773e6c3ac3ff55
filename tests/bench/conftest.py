"""Instances small enough to check by hand."""

from pathlib import Path

import pytest

from bench.solver.instances import Instance, read_instance

WINDOWS = """\
NAME : corner
TYPE : VRPTW
DIMENSION : 4
VEHICLES : 2
CAPACITY : 10
SERVICE_TIME : 5
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 3 4
3 1 1
4 0 9
DEMAND_SECTION
1 0
2 6
3 4
4 4
TIME_WINDOW_SECTION
1 0 40
2 0 8
3 20 25
4 0 30
DEPOT_SECTION
1
-1
EOF
"""
"""Computed by hand in tenths, cut off: 0-1 is 50, 0-2 14, 0-3 90, 1-2 36, 1-3 58, 2-3 80."""


FILE = "instance.vrp"
"""The file of a test's instance, in its folder."""


def read(folder: Path, text: str) -> Instance:
    """The instance of a file with this text."""
    path = folder / FILE
    path.write_text(text)
    return read_instance(path)


@pytest.fixture
def windows(tmp_path: Path) -> Instance:
    """Three customers with time windows and two vehicles."""
    return read(tmp_path, WINDOWS)


@pytest.fixture
def capacity(tmp_path: Path) -> Instance:
    """The same places without time windows, service or a limit on vehicles."""
    before, _, after = WINDOWS.partition("TIME_WINDOW_SECTION")
    text = before.replace("VEHICLES : 2\n", "").replace("SERVICE_TIME : 5\n", "")
    return read(tmp_path, f"{text}DEPOT_SECTION{after.partition('DEPOT_SECTION')[2]}")


TRIPS = """\
NAME : trips
TYPE : MTVRPTWR
DIMENSION : 3
VEHICLES : 1
CAPACITY : 6
SERVICE_TIME : 5
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 3 4
3 1 1
DEMAND_SECTION
1 0
2 6
3 4
TIME_WINDOW_SECTION
1 0 100
2 0 90
3 0 90
RELEASE_TIME_SECTION
1 0
2 0
3 30
VEHICLES_RELOAD_DEPOT_SECTION
1 1
DEPOT_SECTION
1
-1
EOF
"""
DEPOTS = """\
NAME : depots
TYPE : SDVRPTW
DIMENSION : 4
VEHICLES : 3
VEHICLES_MAX_DURATION : 11
SERVICE_TIME : 1
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 0 7
3 5 0
4 0 5
DEMAND_SECTION
1 0
2 0
3 6
4 4
CAPACITY_SECTION
1 6
2 10
3 10
VEHICLES_DEPOT_SECTION
1 1
2 2
3 2
VEHICLES_FIXED_COST_SECTION
1 7
2 0
3 0
VEHICLES_UNIT_DISTANCE_COST_SECTION
1 1
2 3
3 3
VEHICLES_ALLOWED_CLIENTS_SECTION
1 3
2 3 4
3 3 4
TIME_WINDOW_SECTION
1 0 100
2 0 100
3 0 90
4 0 90
DEPOT_SECTION
1
2
-1
EOF
"""


@pytest.fixture
def depots(tmp_path: Path) -> Instance:
    """Two depots in rows 0 and 1, two customers, and three vehicles of two kinds."""
    return read(tmp_path, DEPOTS)


@pytest.fixture
def trips(tmp_path: Path) -> Instance:
    """Two customers, whom one vehicle must serve on two trips; the goods of the second come at 30."""
    return read(tmp_path, TRIPS)
