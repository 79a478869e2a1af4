"""The changes that `tools/mutate.py` makes in a module: one operator, condition, word or number at a time.

Left alone is what no run can show: annotations, decorators, `strict=` of `zip`, and what is only for type checkers.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER: dict[type[ast.AST], Any] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}
_CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}


class Mutant(NamedTuple):
    """A change: the lines of the module it is in (first and last, from 1), and what it is in words."""

    line: int
    end: int
    what: str
    node: int
    position: int


def mutants_of(source: str) -> list[Mutant]:
    """Return all changes of a module, in the order of their lines."""
    nodes = list(ast.walk(ast.parse(source)))
    place = {id(node): at for at, node in enumerate(nodes)}
    found = []
    for node in _looked_at(nodes[0]):
        for position, what in enumerate(_changes(node)):
            at: Any = node.ifs[0] if isinstance(node, ast.comprehension) else node
            found.append(Mutant(at.lineno, at.end_lineno, what, place[id(node)], position))
    return sorted(found)


def text_of(source: str, mutant: Mutant) -> str:
    """Return the module with one change."""
    tree = ast.parse(source)
    for at, node in enumerate(ast.walk(tree)):
        if at == mutant.node:
            _apply(node, mutant.position)
    return ast.unparse(tree)


def _looked_at(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes whose change can be seen when the module runs."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not (isinstance(child, ast.keyword) and child.arg == "strict"):
                yield from _looked_at(child)


def _changes(node: ast.AST) -> list[str]:
    """Return what can be changed in a node, in words."""
    if isinstance(node, ast.Compare):
        return [_changed(op) for op in node.ops if type(op) in _OTHER]
    if isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign):
        return [_changed(node.op)] if type(node.op) in _OTHER else []
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ["not is taken away"]
    if isinstance(node, ast.IfExp | ast.If | ast.While):
        return ["the condition is turned round"] * _turned_only_here(node.test)
    if isinstance(node, ast.comprehension):
        return ["a condition is turned round" for test in node.ifs if _turned_only_here(test)]
    if isinstance(node, ast.Break | ast.Continue):
        return [_changed(node)]
    if isinstance(node, ast.Name) and node.id in _CALLS:
        return [f"{node.id} is {_CALLS[node.id]}"]
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return [f"{node.value!r} is {_another(node.value)!r}"]
    return []


def _changed(node: ast.AST) -> str:
    return f"{type(node).__name__} is {_OTHER[type(node)].__name__}"


def _turned_only_here(test: ast.expr) -> bool:
    """Tell whether no other change turns this condition round."""
    alone = isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], _TURNED)
    return not alone and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))


_TURNED = (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)


def _apply(node: ast.AST, position: int) -> None:
    if isinstance(node, ast.Compare):
        known = [at for at, op in enumerate(node.ops) if type(op) in _OTHER]
        node.ops[known[position]] = _OTHER[type(node.ops[known[position]])]()
    elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign):
        node.op = _OTHER[type(node.op)]()
    elif isinstance(node, ast.UnaryOp):
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.IfExp | ast.If | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.comprehension):
        known = [at for at, test in enumerate(node.ifs) if _turned_only_here(test)]
        node.ifs[known[position]] = ast.UnaryOp(ast.Not(), node.ifs[known[position]])
    elif isinstance(node, ast.Break | ast.Continue):
        node.__class__ = _OTHER[type(node)]
    elif isinstance(node, ast.Name):
        node.id = _CALLS[node.id]
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value = _another(node.value)


def _another(value: int) -> int:
    return not value if isinstance(value, bool) else value + 1
