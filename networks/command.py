"""`python -m networks import FILE --name NAME`, `list`, `drop NAME`."""

import os
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from neo4j import Driver
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from networks.compile import compile_ways
from networks.errors import NetworkError, NetworkFileError
from networks.readers import read_ways
from networks.server import DefaultServer, connected
from networks.store import drop_network, import_network, list_networks
from networks.summary import most_is_dropped, summary

Connect = Callable[[], AbstractContextManager[Driver]]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def main(arguments: list[str], default_server: DefaultServer) -> int:
    """Run one command. Returns the exit status: 0, or 1 after one line that says what is wrong."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    try:
        options.run(options, console, partial(connected, os.environ, default_server))
    except NetworkError as error:
        console.print(_line(str(error)), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted. Every network is still complete.")
        return 130
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m networks", description="Road networks in Neo4j.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    importing = commands.add_parser("import", help="import a file of roads under a name")
    importing.add_argument(
        "file", type=Path, metavar="FILE", help=".osm.pbf, .osm, .osm.gz, .osm.bz2, .graphml or .csv"
    )
    importing.add_argument("--name", required=True, help="the name that problems use")
    importing.set_defaults(run=_import)
    commands.add_parser("list", help="list the networks").set_defaults(run=_list)
    dropping = commands.add_parser("drop", help="delete a network")
    dropping.add_argument("name", metavar="NAME")
    dropping.set_defaults(run=_drop)
    return parser


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NetworkError(
            f"{name!r} is not a valid network name: 1 to 64 of a-z 0-9 - _, starting with a letter or digit"
        )


def _import(options: Namespace, console: Console, connect: Connect) -> None:
    _check_name(options.name)
    ways = read_ways(options.file)
    try:
        network, dropped = compile_ways(ways)
    except NetworkFileError as error:
        raise NetworkFileError(f"{options.file.name}: {error}", ways.notes) from error
    for line in summary(options.file.name, ways, network, dropped):
        console.print(_line(line), markup=False)
    if (warning := most_is_dropped(dropped)) is not None:
        console.print(warning, style="yellow", markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with connect() as driver, Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what)
            bars.update(tasks[what], completed=done, total=total)

        version = import_network(driver, options.name, network, show)
    console.print(f"Network {options.name!r} is now version {version}.")


def _line(text: str) -> str:
    """A text as one line that any terminal can print, whatever names and contents of files it quotes."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _list(_options: Namespace, console: Console, connect: Connect) -> None:
    with connect() as driver:
        networks = list_networks(driver)
    if not networks:
        console.print("There are no networks.")
    for it in networks:
        created = it["created_at"].to_native().strftime("%Y-%m-%d %H:%M UTC")
        south_west, north_east = f"{it['west']:.5f},{it['south']:.5f}", f"{it['east']:.5f},{it['north']:.5f}"
        console.print(
            f"{it['name']}  version {it['version']}  {created}\n"
            f"  {it['junctions']:,} junctions, {it['roads']:,} roads for {', '.join(it['profiles'])}, "
            f"from {south_west} to {north_east}",
            markup=False,
        )


def _drop(options: Namespace, console: Console, connect: Connect) -> None:
    _check_name(options.name)
    with connect() as driver:
        drop_network(driver, options.name)
    console.print(f"Network {options.name!r} is deleted.")
