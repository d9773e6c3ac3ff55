"""Tests of the tests: every test checks something."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SAME_LENGTH = ("enumerate", "sorted", "list", "tuple", "set", "reversed", "iter")
"""Functions that return as many items as they get."""

Names = set[str]
"""Local names whose values have at least one item."""


def has_items(node: ast.expr, names: Names) -> bool:
    """Whether the source shows that there is at least one item. A constant counts as having items."""
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return any(not isinstance(it, ast.Starred) or has_items(it.value, names) for it in items)
        case ast.Dict(keys=keys):
            return bool(keys)
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id=name):
            return name.isupper() or name in names
        case ast.Attribute(attr=name):
            return name.isupper()
        case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
            return has_items(left, names) or has_items(right, names)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return has_items(left, names) and has_items(right, names)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return loops_over_items(node, names) and not any(it.ifs for it in node.generators)
        case ast.Call():
            return gives_items(node, names)
    return False


def gives_items(call: ast.Call, names: Names) -> bool:
    """Whether the source shows that a call returns at least one item."""
    match call:
        case ast.Call(func=ast.Name(id="nonempty")):
            return True
        case ast.Call(func=ast.Name(id="range"), args=[ast.Call(func=ast.Name(id="len"), args=[it])]):
            return has_items(it, names)
        case ast.Call(func=ast.Name(id="range"), args=args):
            return all(has_items(it, names) for it in args[-1:])
        case ast.Call(func=ast.Name(id="zip"), args=args, keywords=[ast.keyword(arg="strict")]):
            return any(has_items(it, names) for it in args)
        case ast.Call(func=ast.Name(id="zip" | "product"), args=args):
            return all(has_items(it, names) for it in args)
        case ast.Call(func=ast.Name(id=name), args=[it, *_]) if name in SAME_LENGTH:
            return has_items(it, names)
        case ast.Call(func=ast.Attribute(value=it, attr="items" | "keys" | "values")):
            return has_items(it, names)
    return False


def loops_over_items(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, names: Names
) -> bool:
    return all(has_items(it.iter, names) for it in node.generators)


def may_be_empty(node: ast.expr, names: Names) -> bool:
    """Whether this is a comprehension, or built from one, that may loop over nothing."""
    match node:
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return not loops_over_items(node, names)
        case ast.Call(func=ast.Name(id="list" | "set" | "sorted" | "sum" | "len"), args=[it, *_]):
            return may_be_empty(it, names)
    return False


def is_empty(node: ast.expr) -> bool:
    match node:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]) | ast.Constant(value=0):
            return True
        case ast.Call(func=ast.Name(id="set"), args=[]):
            return True
    return False


def holds_of_nothing(condition: ast.expr, names: Names) -> bool:
    """Whether a condition is true if there is nothing to loop over."""
    match condition:
        case ast.Call(func=ast.Name(id="all"), args=[it]):
            return may_be_empty(it, names)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="any"), args=[it])):
            return may_be_empty(it, names)
        case ast.UnaryOp(op=ast.Not(), operand=it):
            return may_be_empty(it, names)
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]) if is_empty(right):
            return may_be_empty(left, names)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(holds_of_nothing(it, names) for it in parts)
    return False


def assertions(block: list[ast.stmt], names: Names, may_be_skipped: bool = False) -> Iterator[bool]:
    """For each assertion of a block, whether it can pass with nothing to check."""
    called = {
        ast.unparse(it.value.func)
        for it in block
        if isinstance(it, ast.Expr) and isinstance(it.value, ast.Call)
    }
    for statement in block:
        inner = may_be_skipped
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if has_items(value, names):
                names.add(name)
            case ast.Assert(test=condition):
                yield may_be_skipped or holds_of_nothing(condition, names)
            case ast.For(iter=it) | ast.While(test=it):
                inner |= not has_items(it, names)
            case ast.FunctionDef(name=name):
                inner |= name not in called
            case ast.With(items=items) if any("raises" in ast.unparse(it) for it in items):
                yield may_be_skipped
        for part in ("body", "orelse", "finalbody"):
            yield from assertions(getattr(statement, part, []), names, inner)


def can_check_nothing(test: ast.FunctionDef) -> bool:
    """Whether all assertions of a test can pass with nothing to check."""
    found = list(assertions(test.body, set()))
    return bool(found) and all(found)


def written_tests(source: str) -> list[ast.FunctionDef]:
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [function for function in functions if function.name.startswith("test_")]


def test_every_test_checks_something() -> None:
    """Wrap what a test loops over in `tests.nonempty.nonempty` to make sure of it."""
    tests = [(path, test) for path in TESTS.rglob("test_*.py") for test in written_tests(path.read_text())]
    assert len(tests) > 1_000
    idle = [f"{path.relative_to(TESTS)}::{test.name}" for path, test in tests if can_check_nothing(test)]
    assert idle == []


@pytest.mark.parametrize(
    "body",
    [
        "for it in found: assert it",
        "assert all(it for it in found)",
        "assert not any(it for it in found)",
        "assert [it for it in found if it] == []",
        "assert not [it for it in found if it]",
        "for it in FOUND:\n  for other in it: assert other",
        "for a, b in zip(FOUND, found): assert a == b",
        "def callback(): assert found\nread(callback)",
    ],
)
def test_a_test_that_can_check_nothing_is_noticed(body: str) -> None:
    (test,) = written_tests("def test_it(found):\n " + body.replace("\n", "\n "))
    assert can_check_nothing(test)


@pytest.mark.parametrize(
    "body",
    [
        "for it in nonempty(found): assert it",
        "for it in FOUND: assert it",
        "for it in (1, 2): assert it in found",
        "assert len(found) == 3\nfor it in found: assert it",
        "for a, b in zip(FOUND, found, strict=True): assert a == b",
        "runs = [submit() for _ in range(3)]\nfor it in runs: assert it",
        "assert [it for it in nonempty(found) if it] == []",
        "with pytest.raises(ValueError): read(found)",
        "read(found)",
        "def send(): assert found\nsend()",
        "waiting = [1, 2]\nwhile waiting: assert waiting.pop() in found",
    ],
)
def test_a_test_that_checks_something_passes(body: str) -> None:
    (test,) = written_tests("def test_it(found):\n " + body.replace("\n", "\n "))
    assert not can_check_nothing(test)
