"""A typed formula is a function of x, or is refused; it is never run as Python."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab import Config, start
from nnlab.data import formula
from nnlab.data.formula import EXAMPLES, LARGEST, MAX_LENGTH, canonical, python_source, values_of
from nnlab.data.rules import BrokenRule
from tests.helpers.formulas import HOSTILE, formulas

X = np.linspace(-1, 1, 101)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("x", lambda x: x),
        (" - x ** 2 ", lambda x: -(x**2)),  # as in Python, the power comes first
        ("2**-x", lambda x: 0.5**x),
        ("+x", lambda x: x),
        ("sin(+x)", math.sin),
        ("2*x-+1", lambda x: 2 * x - 1),
        ("2**+-+x", lambda x: 0.5**x),
        ("+" * 20 + "x", lambda x: x),
        ("2 ** 3 ** 0.5 / 4", lambda x: 2 ** (3**0.5) / 4),  # powers from the right
        ("1 - 2 - 3", lambda x: -4),
        ("8/4/2", lambda x: 1),
        ("(1+x)*(1-x)", lambda x: 1 - x * x),
        ("sin(cos(exp(x)))", lambda x: math.sin(math.cos(math.exp(x)))),
        ("sqrt(abs(x))", lambda x: math.sqrt(abs(x))),
        ("1e-1*x + .5", lambda x: x / 10 + 0.5),
        ("0*x", lambda x: 0),
        ("10", lambda x: 10),
        ("x/(x*x+0.1)", lambda x: x / (x * x + 0.1)),
    ],
)
def test_a_formula_has_the_values_that_python_gives_it(text: str, right: Any) -> None:
    expected = [right(float(x)) for x in X]
    # both round in the 16th digit, up to a few times
    np.testing.assert_allclose(values_of(canonical(text), X), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_anything_else_is_refused_in_one_short_sentence(text: object) -> None:
    with pytest.raises(BrokenRule, match=r"^function must be made of numbers, x, \+ - ") as error:
        Config(function=text)  # type: ignore[arg-type]
    assert len(str(error.value)) < 300
    assert "\n" not in str(error.value)


def test_the_longest_formula_has_as_many_characters_as_the_rule_says() -> None:
    longest = "x*" * (MAX_LENGTH // 2 - 1) + "-x"
    assert len(longest) == MAX_LENGTH
    assert canonical(longest) == longest
    assert canonical(longest.replace("*", " * ")) == longest  # spaces do not count
    with pytest.raises(BrokenRule, match=f"have at most {MAX_LENGTH} characters"):
        Config(function=f"-{longest}")


@pytest.mark.parametrize("text", ["11", "-10.01", "10*x+0.02", "1/(x-0.5)", "sqrt(x-0.5)"])
def test_values_must_be_finite_and_on_the_plane(text: str) -> None:
    with pytest.raises(BrokenRule, match="lie between -10 and 10 for x from -1 to 1, got"):
        Config(function=text)


def test_beside_the_places_that_are_checked_a_function_is_still_finite() -> None:
    x = np.array([-0.00025, 0.00025, 0.0005, 0.5])
    pole = values_of(canonical("1/10000000/(x-0.00025)"), x)
    assert pole[1] == LARGEST
    gap = values_of(canonical("sqrt(abs(x-0.0005)-0.0001)"), x)
    assert gap[2] == 0
    assert np.isfinite([pole, gap]).all()


@pytest.mark.parametrize(
    ("text", "written"),
    [("+x", "x"), ("sin(+x)", "sin(x)"), ("2*x-+1", "2*x-1"), ("(+x)**2", "x**2"), ("-+x", "-x")],
)
def test_a_plus_before_a_term_is_dropped(text: str, written: str) -> None:
    assert canonical(text) == written


@given(formulas())
def test_a_canonical_formula_is_its_own_canonical_form(text: str) -> None:
    assert canonical(text) == text
    assert " " not in text
    assert len(text) <= MAX_LENGTH


@given(formulas(), st.lists(st.floats(-1, 1), min_size=1))
def test_values_are_finite_numbers_one_for_each_x(text: str, places: list[float]) -> None:
    values = values_of(text, np.array(places))
    assert values.shape == (len(places),)
    assert values.dtype == np.float64
    assert (np.abs(values) <= LARGEST).all()


@given(formulas())
def test_the_source_for_a_script_computes_the_same_numbers(text: str) -> None:
    names = {"sin": np.sin, "cos": np.cos, "exp": np.exp, "sqrt": np.sqrt, "x": X}
    with np.errstate(all="ignore"):
        computed = np.nan_to_num(np.clip(eval(python_source(text), names), -10, 10))
    np.testing.assert_array_equal(np.broadcast_to(computed, X.shape), values_of(text, X))


@given(st.text("x1.9e+-*/() sincoexpabqrt", max_size=40) | st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        written = canonical(text)
    except ValueError:
        return
    assert (np.abs(values_of(written, X)) <= LARGEST).all()


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_are_canonical_and_halve_the_plane(text: str) -> None:
    assert canonical(text) == text
    run = start(Config(dataset="function", function=text, samples=2000))
    assert abs(run.dataset.train_targets.mean() - 0.5) < 0.05


def test_the_module_never_runs_a_text_as_python() -> None:
    source = Path(formula.__file__).read_text(encoding="utf-8")
    assert not re.findall(
        r"\b(eval|exec|compile|literal_eval|__import__)\(", source.replace("re.compile(", "")
    )
