"""What importing the solver loads. Each test starts a new interpreter, because this one has loaded other
things."""

import json
import subprocess
import sys
from typing import Any

import pytest


def fresh(code: str) -> Any:
    """Runs the code in a new interpreter with the same search path, and reads its last line of output as
    JSON."""
    code = f"import sys; sys.path[:] = {sys.path!r}\n{code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


MODULES = "import json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"


WITHOUT_SISR = "SisrEngine.is_available = classmethod(lambda _: False)\n"


def loaded_by_solving(world: str) -> set[str]:
    """What the solver has loaded once it has solved a problem of one job."""
    loaded: list[str] = fresh(
        "import time\n"
        "from milkrun_solver.engines.sisr.engine import SisrEngine\n"
        f"{world}"
        "from milkrun.schema.problem import Problem\n"
        "from milkrun_solver.solve import solve\n"
        "problem = Problem.model_validate_json("
        '\'{"vehicles":[{"id":1,"start":[7.4,43.7]}],"jobs":[{"id":1,"location":[7.5,43.7]}]}\')\n'
        "solve(problem, deadline=time.monotonic() + 20, on_best=lambda best: None,"
        " should_stop=lambda: False, seed=1)\n" + MODULES
    )
    return set(loaded)


UNWANTED = {"pandas", "matplotlib", "redis", "boto3", "neo4j", "aws_lambda_powertools", "vroom"}


def test_solving_loads_no_library_that_it_does_not_need() -> None:
    loaded = loaded_by_solving(WITHOUT_SISR)
    assert "pyvrp" in loaded
    assert not UNWANTED & loaded


@pytest.mark.usefixtures("with_sisr")
def test_sisr_solves_a_handful_of_stops_without_loading_another_engine() -> None:
    assert not (UNWANTED | {"pyvrp"}) & loaded_by_solving("")


def test_the_child_loads_no_more_than_vroom_needs() -> None:
    loaded = fresh(
        "import milkrun_solver.engines.vroom.child\n"
        "from milkrun_solver.engines.libraries import load_vroom\nload_vroom()\n" + MODULES
    )
    assert "vroom" in loaded
    assert not {"pandas", "pydantic", "pyvrp", "milkrun", "matplotlib", "multiprocessing"} & set(loaded)


BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('pandas', 'matplotlib'):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked())
"""


def test_both_engines_load_without_pandas_and_matplotlib() -> None:
    code = (
        "from milkrun_solver.engines.libraries import load_pyvrp, load_vroom\n"
        "load_vroom()\nload_pyvrp()\nprint(1)"
    )
    assert fresh(BLOCKED + code) == 1


def test_a_later_import_of_pandas_gets_the_real_one() -> None:
    pytest.importorskip("pandas")
    code = "from milkrun_solver.engines.libraries import load_vroom\nload_vroom()\n"
    assert fresh(code + "import pandas\nprint(pandas.Series([3])[0])") == 3


def test_pyvrp_logs_nothing_to_standard_output() -> None:
    code = (
        "import json, logging\nfrom milkrun_solver.engines.libraries import load_pyvrp\nload_pyvrp()\n"
        "logger = logging.getLogger('pyvrp')\n"
        "print(json.dumps([len(logger.handlers), logger.isEnabledFor(logging.INFO)]))"
    )
    assert fresh(code) == [0, False]


def test_importing_the_package_imports_no_engine() -> None:
    assert not {"vroom", "pyvrp"} & set(fresh("import milkrun_solver.solve\n" + MODULES))
