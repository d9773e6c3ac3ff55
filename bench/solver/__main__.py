"""Compares Milkrun with other solvers.

python -m bench.solver run --limits 10 30 --seeds 1 2 --instances folder
python -m bench.solver report results.jsonl --page docs/benchmarks.md
python -m bench.solver shipments
python -m bench.solver balance --cost 1000
python -m bench.solver compact --cost 30

The results of each commit are in a file of its own, and what is there is not run again.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from bench.solver import page, records
from bench.solver.commit import commit
from bench.solver.evaluator import BrokenRuleError
from bench.solver.generated import write_instances
from bench.solver.instances import InstanceError, instance_paths
from bench.solver.machine import available_cores
from bench.solver.outcomes import DAY_SEEDS, DayError, balance_table, compact_table, shipments_table
from bench.solver.picture import draw
from bench.solver.registry import SOLVERS
from bench.solver.runner import Plan, run

_ROOT = Path(__file__).parents[2]
_OWN = _ROOT / ".local/bench"


def main() -> None:
    """Runs the benchmark, or reports earlier results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True)
    running = commands.add_parser("run", help="search, store the results, print tables and draw a picture")
    running.add_argument("--limits", type=float, nargs="+", default=[10.0], metavar="SECONDS")
    running.add_argument("--seeds", type=int, nargs="+", default=[1], metavar="SEED")
    running.add_argument("--solvers", nargs="+", choices=SOLVERS, default=list(SOLVERS), metavar="SOLVER")
    running.add_argument(
        "--instances", type=Path, nargs="+", metavar="FOLDER", help="folders with .vrp or .txt files"
    )
    running.add_argument("--cores", type=int, default=available_cores())
    running.set_defaults(act=_run)
    reporting = commands.add_parser("report", help="print the tables of results, or write them into a page")
    reporting.add_argument("results", type=Path, nargs="+")
    reporting.add_argument("--page", type=Path, help="page with marks for the results")
    reporting.set_defaults(act=_report)
    shipments = commands.add_parser("shipments", help="days of shipments, after a quarter of VROOM's seconds")
    shipments.add_argument("--sizes", type=int, nargs="+", default=[100, 250], metavar="SHIPMENTS")
    shipments.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="SEED")
    shipments.add_argument("--solver", choices=["sisr", "milkrun"], default="sisr")
    shipments.add_argument("--cores", type=int, default=available_cores())
    shipments.set_defaults(act=_shipments)
    balance = commands.add_parser("balance", help="ten days without and with options.balance")
    balance.add_argument("--limit", type=float, default=10.0, metavar="SECONDS")
    balance.add_argument("--by", choices=["duration", "tasks", "load"], default="duration")
    balance.add_argument("--cost", type=int, required=True, help="options.balance.cost")
    balance.add_argument("--cores", type=int, default=available_cores())
    balance.set_defaults(act=_balance)
    compact = commands.add_parser("compact", help="ten days without and with options.compact")
    compact.add_argument("--limit", type=float, default=10.0, metavar="SECONDS")
    compact.add_argument("--cost", type=int, required=True, help="options.compact.cost")
    compact.add_argument("--cores", type=int, default=available_cores())
    compact.set_defaults(act=_compact)
    given = parser.parse_args()
    try:
        given.act(given)
    except (InstanceError, BrokenRuleError, DayError) as error:
        sys.exit(str(error))


def _run(given: argparse.Namespace) -> None:
    folders = given.instances or [_own_instances()]
    paths = [path for folder in folders for path in instance_paths(folder)]
    plan = Plan(given.solvers, paths, given.seeds, given.limits, given.cores)
    results = _OWN / f"{commit()}.jsonl"
    results.parent.mkdir(parents=True, exist_ok=True)
    for record in run(plan, {records.key(record) for record in records.read(results)}):
        records.append(record, results)
        print(_line(record), flush=True)
    found = records.read(results)
    picture = results.with_suffix(".svg")
    draw(found, picture)
    print(f"\n{page.markdown(found)}\n\n{results}\n{picture}")


def _own_instances() -> Path:
    """A folder with three small instances."""
    write_instances(_OWN / "instances")
    return _OWN / "instances"


def _line(record: records.Record) -> str:
    found = f"{record.cost:g}" if record.cost is not None else f"none: {record.error}"
    gap = "" if record.gap is None else f" ({record.gap:+.2f} %)"
    return (
        f"{record.instance:<28} seed {record.seed}  {record.limit:g} s  "
        f"{SOLVERS[record.solver].label:<30} {found}{gap} in {record.seconds:.1f} s"
    )


def _report(given: argparse.Namespace) -> None:
    found = [record for path in given.results for record in records.read(path)]
    if given.page:
        page.fill(given.page, found)
    else:
        print(page.markdown(found))


def _shipments(given: argparse.Namespace) -> None:
    _print(shipments_table(given.sizes, given.seeds, given.solver, given.cores))


def _balance(given: argparse.Namespace) -> None:
    balance = {"by": given.by, "cost": given.cost}
    _print(balance_table(given.limit, balance, DAY_SEEDS, given.cores))


def _compact(given: argparse.Namespace) -> None:
    _print(compact_table(given.limit, given.cost, DAY_SEEDS, given.cores))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
