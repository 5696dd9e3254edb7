"""Formulas that are allowed, and texts that are not."""

from hypothesis import strategies as st

from nnlab.data.formula import FUNCTIONS, MAX_LENGTH, canonical

# Python that would do something, Python that is no formula, and formulas without finite values.
HOSTILE = [
    *["", " ", "y", "X", "x1", "x x", "2x", "x(2)", "sin", "sin x", "sin()", "sin(x, 1)", "x,"],
    *["~x", "not x", "x if x else 1", "x == 1", "x < 1", "x and x", "x // 1", "x % 2"],
    *["x @ x", "x | 1", "x^2", "[x]", "{x}", "lambda: x", "x := 1", "(x := 1)", "x = 1", "x;x"],
    *["x.real", "x[0]", "x.__class__", "().__class__.__base__", "__import__('os')", "import os"],
    *["open('a')", "exec('x')", "eval('x')", "sin(*x)", "sin(**x)", "sin(x=x)", "sin(x)(x)"],
    *["True", "None", "...", "1j", "x + 1j", "'x'", "b'x'", "f'{x}'", "0x10", "1_0", "1e", "01"],
    *["x\n", "x\x00", "x # 1", "x \\", "ſin(x)", "ｘ", "x²", "π", "1or 2", "(x", "x)", "x*", "()"],
    *["1/x", "1/(x-0.123)", "sqrt(x)", "x**x", "x**-1", "x**0.5", "(-8)**(1/3)", "0**-1", "1/0"],
    *["exp(1000)", "exp(1000)-exp(1000)", "1e999", "9**9**9**9", "9**9**9*x", "11", "10.1*x"],
    *["x+" * MAX_LENGTH + "x", "(" * 5000 + "x" + ")" * 5000, "-" * 5000 + "x", "1" * 5000],
    *["x" + "*x" * 1_000_000, 1, 1.0, None, True, b"x", ["x"], ("x",)],
]


@st.composite
def formulas(draw: st.DrawFn) -> str:
    """Draw an allowed formula, in its canonical form."""
    operators = st.sampled_from([*"+-*/", "**"])
    numbers = st.floats(0, 4).map(lambda number: repr(round(number, 3)))
    leaves = st.just("x") | numbers
    trees = st.recursive(
        leaves,
        lambda inner: (
            st.tuples(inner, operators, inner).map("({0[0]}{0[1]}{0[2]})".format)
            | st.tuples(st.sampled_from([*FUNCTIONS]), inner).map("{0[0]}({0[1]})".format)
            | inner.map("-{}".format)
        ),
        max_leaves=6,
    )
    return draw(trees.map(_canonical).filter(bool))


def _canonical(text: str) -> str:
    try:
        return canonical(text)
    except ValueError:
        return ""
