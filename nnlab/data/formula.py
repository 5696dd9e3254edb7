"""A function of x that a user types: read by a whitelist, and never run as Python code.

Numbers are Python floats, so that no exponent can make a number of many digits.
"""

import ast
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from nnlab.data.points import FloatArray

MAX_LENGTH = 80  # characters, without spaces
EXAMPLES = ("sin(3*x)", "4*x**3-3*x", "2*abs(x)-1")  # a wave, a cubic with two bends, a corner
SINE = EXAMPLES[0]
LARGEST = 10  # of its values; a network learns badly from larger targets
MUST = (
    "be made of numbers, x, + - * / **, sin, cos, exp, abs and sqrt, have at most "
    f"{MAX_LENGTH} characters, and lie between -{LARGEST} and {LARGEST} for x from -1 to 1"
)
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "exp": np.exp,
    "abs": abs,
    "sqrt": np.sqrt,
}
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_TOKEN = re.compile(rf"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|{'|'.join(FUNCTIONS)}|x|[-+*/() ]")
# Thousandths, so that the poles and gaps that people type are among them.
_CHECKED = np.arange(-1000, 1001) / 1000


@lru_cache(maxsize=256)
def canonical(text: str) -> str:
    """Return a formula without spaces or needless signs and brackets: equal ones are one text.

    Raises
    ------
    ValueError
        If the text breaks the rule MUST.
    """
    tree = _parsed(text)
    written = ast.unparse(tree).replace(" ", "")
    if len(written) > MAX_LENGTH:
        raise ValueError
    with np.errstate(all="ignore"):
        try:
            values = _computed(tree, _CHECKED)
        except ArithmeticError:  # Python's floats raise it where NumPy's do not
            raise ValueError from None
    # Negated, so that NaN is refused; a negative number to the power 1/2 is complex in Python.
    if np.iscomplexobj(values) or not (np.abs(values) <= LARGEST).all():
        raise ValueError
    return written


def values_of(text: str, x: FloatArray) -> FloatArray:
    """Return the values of a canonical formula, float64 of the shape of `x`.

    They are finite even where a pole or a gap lies between the places that `canonical` checks:
    they end at ±LARGEST there, and a value that does not exist is 0.
    """
    with np.errstate(all="ignore"):
        values = np.clip(_computed(_parsed(text), x), -LARGEST, LARGEST)
    finite: FloatArray = np.nan_to_num(np.broadcast_to(values, x.shape))
    return finite


def python_source(text: str) -> str:
    """Return a canonical formula as Python source that computes the same numbers.

    It needs `from numpy import cos, exp, sin, sqrt`, and an array x.
    """
    tree = _parsed(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = float(node.value)  # type: ignore[arg-type]
    return ast.unparse(tree)


def _parsed(text: str) -> ast.expr:
    """Return the syntax tree of a formula; ValueError if it has anything that is not allowed."""
    if len(text) > 2 * MAX_LENGTH or _TOKEN.sub("", text):
        raise ValueError
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise ValueError from None
    _check(tree)
    checked: ast.expr = _WithoutPlus().visit(tree)
    return checked


class _WithoutPlus(ast.NodeTransformer):
    """Drops each plus that stands before a single term: it changes nothing."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """Return the node, or the term after its plus."""
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.UAdd) else node


def _check(node: ast.AST) -> None:
    match node:
        case ast.Constant(value=int() | float()) | ast.Name(id="x"):
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _check(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            _check(left)
            _check(right)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            _check(argument)
        case _:
            raise ValueError


def _computed(node: ast.AST, x: FloatArray) -> Any:
    """Return the values of a checked tree: an array like `x`, or a number if it has no x."""
    match node:
        case ast.Constant(value=number):
            return float(number)  # type: ignore[arg-type]
        case ast.Name():
            return x
        case ast.UnaryOp(operand=operand):
            return -_computed(operand, x)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_computed(left, x), _computed(right, x))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_computed(argument, x))
    raise TypeError(node)
