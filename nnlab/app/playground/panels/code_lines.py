"""The lines of code of a function, as its file has them."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import Any


@lru_cache
def body(function: Callable[..., Any]) -> str:
    """Return the body of a function without its docstring, or the expression of a lambda.

    Raises
    ------
    OSError
        If no file holds the function, as for one typed at a prompt.
    """
    code = function.__code__
    text = "".join(inspect.findsource(function)[0])
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.lineno == code.co_firstlineno:
            first = node.body[0]
            begin = first.end_lineno if ast.get_docstring(node) else first.lineno - 1
            return textwrap.dedent("\n".join(text.splitlines()[begin : node.end_lineno]))
        # Several lambdas may stand on one line. This is the one that the code belongs to.
        if isinstance(node, ast.Lambda) and _place(node.body) in code.co_positions():
            return ast.get_source_segment(text, node.body) or ""
    raise OSError(f"function must stand in the file of its module, got {function!r}")


def _place(node: ast.expr) -> tuple[int, int | None, int, int | None]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
