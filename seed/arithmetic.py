"""Sums over attributes, such as "length_cm * width_cm * 0.00012": numbers, names, + - * / ( )."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class BadSum(Exception):
    """Something else than arithmetic over known numbers."""


def calculate(text: str, values: Mapping[str, object]) -> float:
    """The value of a sum. Raises BadSum. Never runs code: only the syntax tree is read."""
    return _of(ast.parse(text, mode="eval").body, values, text)


def _of(node: ast.expr, values: Mapping[str, object], text: str) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        value = values.get(node.id)
        if isinstance(value, int | float):
            return float(value)
        raise BadSum(f"{node.id} is not a number here, in {text!r}")
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _of(node.left, values, text), _of(node.right, values, text)
        return _OPERATORS[type(node.op)](left, right)
    raise BadSum(f"only + - * / and parentheses can be used, in {text!r}")
