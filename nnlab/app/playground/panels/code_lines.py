"""The lines of code of a function, as its file has them."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import Any


@lru_cache
def body(function: Callable[..., Any]) -> str:
    """Return a function's body without its docstring, or a lambda's expression, from its file."""
    code = function.__code__
    text = "".join(inspect.findsource(function)[0])
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.lineno == code.co_firstlineno:
            first = node.body[0]
            begin = first.end_lineno if ast.get_docstring(node) else first.lineno - 1
            return textwrap.dedent("\n".join(text.splitlines()[begin : node.end_lineno]))
        if isinstance(node, ast.Lambda):
            inside, part = node.body, (node.body.lineno, node.body.end_lineno)
            # Columns, too, since several lambdas may be on one line.
            if (*part, inside.col_offset, inside.end_col_offset) in code.co_positions():
                return ast.get_source_segment(text, inside) or ""
    raise OSError(f"function must be in the file of its module, got {function!r}")
