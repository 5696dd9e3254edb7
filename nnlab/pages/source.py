"""The lines of code that a function runs, as they stand in its file."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any


@lru_cache
def body(function: Callable[..., Any]) -> str:
    """Return the body of a function without its docstring, or the expression of a lambda.

    Raises
    ------
    OSError
        If there is no file that holds the function, as for one typed in.
    """
    code = function.__code__
    text = "".join(inspect.findsource(function)[0])
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if node.lineno != code.co_firstlineno:
            continue
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            begin = first.end_lineno if ast.get_docstring(node) else first.lineno - 1
            return textwrap.dedent("\n".join(text.splitlines()[begin : node.end_lineno]))
        if _names(_compiled(node)) == _names(code):  # several lambdas may stand on one line
            return ast.get_source_segment(text, node.body) or ""
    raise OSError(f"function must stand in the file of its module, got {function!r}")


def _compiled(node: ast.Lambda) -> CodeType:
    compiled: CodeType = compile(ast.Expression(node), "", "eval").co_consts[0]
    return compiled


def _names(code: CodeType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return code.co_varnames, code.co_names
