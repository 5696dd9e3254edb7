"""Points are values: copied, read-only, compared by content, and exact in a link."""

import base64
import pickle
import re
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnlab.data.points import (
    MAX_LINK_POINTS,
    NO_POINTS,
    Points,
    add,
    decode,
    encode,
    erase,
)
from nnlab.data.rules import BrokenRule, shown
from tests.helpers.waiting import PATIENCE_SECONDS

FINITE = st.floats(allow_nan=False, allow_infinity=False)
TRIPLES = st.lists(st.tuples(FINITE, FINITE, FINITE), max_size=MAX_LINK_POINTS)
THREE = Points.of([(0.1, -0.0, 1), (1e308, 5e-324, 0), (3, -4, 0)])

# Hypothesis measures no time: no test depends on the machine's speed.


def bits(points: Points) -> bytes:
    return points.inputs.tobytes() + points.targets.tobytes()


def packed(data: bytes) -> str:
    """Return any bytes in the outer form of a link."""
    return base64.urlsafe_b64encode(zlib.compress(data)).rstrip(b"=").decode()


def test_points_are_read_only_copies() -> None:
    inputs, targets = np.ones((2, 2)), np.zeros(2)
    points = Points(inputs, targets)
    inputs[0, 0] = targets[0] = 7
    assert points == Points.of([(1, 1, 0), (1, 1, 0)])
    with pytest.raises(ValueError, match="read-only"):
        points.inputs[0, 0] = 7
    with pytest.raises(ValueError, match="read-only"):
        points.targets[0] = 7
    with pytest.raises(AttributeError):
        points.inputs = inputs


def test_points_are_float64_whatever_they_are_made_of() -> None:
    points = Points([[1, 2]], np.array([1], dtype=np.int8))
    assert (points.inputs.dtype, points.targets.dtype) == (np.float64, np.float64)
    assert (points.inputs.shape, points.targets.shape, len(points)) == ((1, 2), (1,), 1)
    assert (NO_POINTS.inputs.shape, NO_POINTS.targets.shape, len(NO_POINTS)) == ((0, 2), (0,), 0)


@pytest.mark.parametrize(
    ("inputs", "targets", "sentence"),
    [
        ([[1, np.nan]], [0], "points must be finite numbers, got (1.0, nan, 0.0)"),
        ([[1, 2], [3, 4]], [0, -np.inf], "points must be finite numbers, got (3.0, 4.0, -inf)"),
        ([[1, "a"]], [0], "points must be arrays of numbers, got list and list"),
        ([[1, 2], [3]], [0, 1], "points must be arrays of numbers, got list and list"),
        ([[10**400, 0]], [0], "points must be arrays of numbers, got list and list"),
        (None, [0], "points must be inputs (n, 2) and targets (n,), got () and (1,)"),
        ([[1, 2, 3]], [0], "points must be inputs (n, 2) and targets (n,), got (1, 3) and (1,)"),
        ([[1, 2]], [0, 1], "points must be inputs (n, 2) and targets (n,), got (1, 2) and (2,)"),
        ([[1, 2]], [[0]], "points must be inputs (n, 2) and targets (n,), got (1, 2) and (1, 1)"),
        ([], [], "points must be inputs (n, 2) and targets (n,), got (0,) and (0,)"),
    ],
)
def test_other_values_than_points_are_refused_in_one_sentence(
    inputs: object, targets: object, sentence: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        Points(inputs, targets)


def test_points_are_equal_by_content_and_order() -> None:
    triples = [(0.5, 1, 0), (2, 3, 1)]
    assert Points.of(triples) == Points.of(triples)
    assert hash(Points.of(triples)) == hash(Points.of(triples))
    others = [
        Points.of([(0.5, 1, 1), (2, 3, 1)]),
        Points.of(reversed(triples)),
        Points.of(triples[:1]),
        NO_POINTS,
        triples,
    ]
    assert Points.of(triples) not in others


def test_zeros_of_different_sign_differ_because_equal_means_bit_for_bit() -> None:
    assert Points.of([(0.0, 1, 0)]) != Points.of([(-0.0, 1, 0)])


@pytest.mark.slow
def test_points_pass_to_another_process_as_the_same_value() -> None:
    """Python hashes bytes differently in each process; there the points hash as they do here."""
    program = (
        "import pickle, sys\n"
        "from nnlab.data.points import Points\n"
        "points = pickle.loads(sys.stdin.buffer.read())\n"
        "print({points: 'found'}[Points.of([(0.5, 1.0, 0.0)])], points.inputs.flags.writeable)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[1],
        input=pickle.dumps(Points.of([(0.5, 1, 0)])),
        capture_output=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert result.stdout.split() == [b"found", b"False"]


def test_added_points_come_after_the_old_ones_and_change_nothing_else() -> None:
    old = Points.of([(1, 2, 0)])
    new = add(old, [[3, 4], [5, 6]], 1)
    assert new == Points.of([(1, 2, 0), (3, 4, 1), (5, 6, 1)])
    assert old == Points.of([(1, 2, 0)])
    assert add(old, np.empty((0, 2)), 1) == old


@pytest.mark.parametrize("inputs", [[[1, np.inf]], [1, 2], 1, [[1, 2, 3]], [["a", 1]]])
def test_added_positions_are_refused_like_any_other_points(inputs: object) -> None:
    with pytest.raises(ValueError, match=r"^points must be [^\n]*, got [^\n]*$"):
        add(NO_POINTS, inputs, 1)


def test_erasing_drops_every_point_within_the_radius_of_any_position() -> None:
    # (3, 4) lies exactly 5 from the origin, (3, 4.001) a little further
    points = Points.of([(3, 4, 0), (3, 4.001, 1), (100, 0, 0), (-9, 0, 1)])
    assert erase(points, [[0, 0], [100, 0]], 5) == Points.of([(3, 4.001, 1), (-9, 0, 1)])
    assert len(points) == 4


def test_erasing_nothing_returns_the_same_points() -> None:
    assert erase(THREE, np.empty((0, 2)), 1) is THREE
    assert erase(THREE, [[-1e308, 0]], 1e300) is THREE
    assert erase(NO_POINTS, [[0, 0]], 1) is NO_POINTS


@given(TRIPLES)
@example([(5e-324, -0.0, 1e308), (-2.2250738585072014e-308, 0.1, 1)])
@example([(-2.2250738585072014e-308,) * 3] * MAX_LINK_POINTS)
def test_a_link_carries_points_bit_for_bit(triples: list[tuple[float, float, float]]) -> None:
    points = Points.of(triples)
    text = encode(points)
    assert re.fullmatch("[A-Za-z0-9_-]*", text), "nothing in it needs escaping in a link"
    assert decode(text) == points
    assert bits(decode(text)) == bits(points)


def test_no_points_add_nothing_to_a_link() -> None:
    assert encode(NO_POINTS) == ""
    assert decode("") == NO_POINTS


def test_more_points_than_a_link_holds_are_refused() -> None:
    points = Points.of([(1, 2, 0)] * (MAX_LINK_POINTS + 1))
    with pytest.raises(ValueError, match=r"^points must be at most 200 in a link, got 201$"):
        encode(points)


REFUSED = r"^points must come from a complete, unchanged link of at most 200 points, got "


@pytest.mark.parametrize(
    "text",
    [
        *["?", "a", "ab=", "+/+/", "é", "\ud800", "\n", "A" * 1_000_000, "a b", "%20"],
        pytest.param(encode(THREE)[:-4], id="cut short"),
        pytest.param(encode(THREE) + "AAAA", id="with more after it"),
        pytest.param(encode(THREE) + "\n", id="with a line break"),
        pytest.param("    " + encode(THREE), id="with spaces"),
        pytest.param(encode(THREE).swapcase(), id="in the wrong case"),
        pytest.param(packed(b""), id="packed nothing"),
        pytest.param(packed(b"1,2"), id="a row of two"),
        pytest.param(packed(b"1,2,0,1"), id="a row of four"),
        pytest.param(packed(b"1,2,0\n"), id="an empty row"),
        pytest.param(packed(b"1,nan,0"), id="nan"),
        pytest.param(packed(b"1,2,1e999"), id="infinity"),
        pytest.param(packed(b"1,x,0"), id="text"),
        pytest.param(packed("1,2,é".encode()), id="not ASCII"),
        pytest.param(packed("\n".join(["1,2,0"] * 201).encode()), id="201 points"),
        pytest.param(packed(b"1,2," + b"0" * 15_000), id="longer than any 200 points"),
    ],
)
def test_text_that_is_no_link_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(BrokenRule, match=REFUSED) as caught:
        decode(text)
    assert caught.value.value == shown(text)
    assert str(caught.value).isprintable()
    assert caught.value.__cause__ is None


def test_a_decompression_bomb_in_a_link_is_not_unpacked() -> None:
    bomb = packed(b"0" * 100_000_000)  # 100 MB in about 130 kB
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=REFUSED):
            decode(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000  # a few copies of the link's own text


@given(st.one_of(st.text(), st.text("abcxyzABCXYZ0189_-"), st.binary().map(packed)))
def test_arbitrary_text_is_points_or_one_sentence(text: str) -> None:
    try:
        points = decode(text)
    except ValueError as error:
        sentence = str(error)
    else:
        assert decode(encode(points)) == points
        return
    assert re.match(REFUSED, sentence)
    assert sentence.isprintable()


def _with_other_character(text: str, index: int) -> str:
    return text[:index] + ("A" if text[index] != "A" else "B") + text[index + 1 :]


def _without_character(text: str, index: int) -> str:
    return text[:index] + text[index + 1 :]


@pytest.mark.parametrize("tamper", [_with_other_character, _without_character])
def test_a_tampered_link_never_gives_other_points(tamper: Callable[[str, int], str]) -> None:
    text = encode(THREE)
    refused = 0
    for index in range(len(text)):
        try:
            # the last character holds bits that no byte uses: changed, it reads as the same points
            assert decode(tamper(text, index)) == THREE
        except ValueError:
            refused += 1
    assert refused >= len(text) - 1
