"""The user's own points, drawn or uploaded: compared by content, and short enough for a link."""

import base64
import re
import zlib
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.neighbors import KDTree

from nnlab.data.rules import BrokenRule, shown

FloatArray = NDArray[np.float64]

MAX_LINK_POINTS = 200
# Three floats of at most 24 characters, as in -2.2250738585072014e-308, each with its separator.
_MAX_LINK_BYTES = MAX_LINK_POINTS * 3 * 25


class Points:
    """Points on the plane with their targets, in read-only copies of the given arrays.

    Two Points are equal if they hold the same numbers, bit for bit, in the same order. So equal
    points always make the same run. 0.0 and -0.0 differ.

    It is not a dataclass: `dataclasses.asdict` of a Config would take it apart.

    Parameters
    ----------
    inputs : float64 (n, 2)
    targets : float64 (n,), the number of the class, from 0.0, or a value in regression

    Raises
    ------
    BrokenRule
        If the shapes differ from these, or a number is not finite.
    """

    __slots__ = ("_hash", "_inputs", "_targets")

    def __init__(self, inputs: ArrayLike, targets: ArrayLike) -> None:
        try:
            rows = np.array(inputs, dtype=np.float64, order="C")
            values = np.array(targets, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            kinds = f"{type(inputs).__name__} and {type(targets).__name__}"
            raise BrokenRule("points", "be arrays of numbers", kinds) from None
        if rows.shape != (values.size, 2) or values.ndim != 1:
            shapes = f"{rows.shape} and {values.shape}"
            raise BrokenRule("points", "be inputs (n, 2) and targets (n,)", shapes)
        finite = np.isfinite(rows).all(axis=1) & np.isfinite(values)
        if not finite.all():
            index = int(np.argmin(finite))
            point = (*rows[index].tolist(), values[index].item())
            raise BrokenRule("points", "be finite numbers", shown(point))
        rows.flags.writeable = values.flags.writeable = False
        self._inputs, self._targets = rows, values
        self._hash = hash((rows.tobytes(), values.tobytes()))

    @property
    def inputs(self) -> FloatArray:
        """Return the points' positions, float64 (n, 2)."""
        return self._inputs

    @property
    def targets(self) -> FloatArray:
        """Return their targets, float64 (n,)."""
        return self._targets

    @classmethod
    def of(cls, triples: Iterable[tuple[float, float, float]]) -> Self:
        """Make Points from triples (x1, x2, target)."""
        rows = [(x1, x2, target) for x1, x2, target in triples]
        table = np.array(rows, dtype=np.float64).reshape(len(rows), 3)
        return cls(table[:, :2], table[:, 2])

    def __repr__(self) -> str:
        return f"<{len(self)} points>"

    def __len__(self) -> int:
        return len(self.targets)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Points):
            return NotImplemented
        return self is other or (
            self._hash == other._hash
            and self.inputs.tobytes() == other.inputs.tobytes()
            and self.targets.tobytes() == other.targets.tobytes()
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process hashes bytes differently, and an unpickled array is writeable again.
        return Points, (self.inputs, self.targets)


NO_POINTS = Points.of([])


def add(points: Points, inputs: ArrayLike, target: float) -> Points:
    """Return the points followed by new ones, (k, 2), which all have the same target.

    Raises
    ------
    BrokenRule
        As Points does.
    """
    inputs = np.asarray(inputs)
    new = Points(inputs, np.full(inputs.shape[:1], target, dtype=np.float64))
    pairs = ((points.inputs, new.inputs), (points.targets, new.targets))
    return Points(*map(np.concatenate, pairs))


def erase(points: Points, inputs: ArrayLike, radius: float) -> Points:
    """Return the points without those within `radius` of any of some positions, (k, 2).

    The result is `points` itself if no point is near.
    """
    positions = np.array(inputs, dtype=np.float64)
    if not len(points) or not len(positions):
        return points
    # Each point needs only its nearest position, which a tree finds. From 1,000 positions to
    # 100,000 points there would be 100 million distances.
    with np.errstate(over="ignore"):  # an infinite distance is far enough
        distances, _ = KDTree(positions).query(points.inputs)
    kept = distances[:, 0] > radius
    return points if kept.all() else Points(points.inputs[kept], points.targets[kept])


def encode(points: Points) -> str:
    """Return points as text for a link: rows of numbers, compressed, in base64url without padding.

    Each number is the shortest text that reads back as the same float64. No points give "".

    Raises
    ------
    BrokenRule
        If there are more than MAX_LINK_POINTS.
    """
    if len(points) > MAX_LINK_POINTS:
        raise BrokenRule("points", f"be at most {MAX_LINK_POINTS} in a link", f"{len(points)}")
    if not len(points):
        return ""
    rows = np.column_stack([points.inputs, points.targets]).tolist()
    text = "\n".join(",".join(repr(number).removesuffix(".0") for number in row) for row in rows)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).rstrip(b"=").decode()


def decode(text: str) -> Points:
    """Return the points that `encode` wrote.

    Raises
    ------
    BrokenRule
        For any other text: changed, cut short, with too many points, or with numbers that are not
        finite. Text that would unpack to more than a link may hold is not unpacked.
    """
    try:
        return _unpacked(text) if text else NO_POINTS
    except ValueError:  # binascii.Error and UnicodeDecodeError are among them
        rule = f"come from a complete, unchanged link of at most {MAX_LINK_POINTS} points"
        raise BrokenRule("points", rule, shown(text)) from None


def _unpacked(text: str) -> Points:
    if not re.fullmatch("[A-Za-z0-9_-]+", text):  # the base64 decoder skips other characters
        raise ValueError
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    unpacker = zlib.decompressobj()
    try:
        rows = unpacker.decompress(data, _MAX_LINK_BYTES + 1)
    except zlib.error:
        raise ValueError from None
    if len(rows) > _MAX_LINK_BYTES or not unpacker.eof or unpacker.unused_data:
        raise ValueError
    lines = rows.decode("ascii").split("\n")
    if len(lines) > MAX_LINK_POINTS:
        raise ValueError
    triples = (line.split(",") for line in lines)
    return Points.of((float(x1), float(x2), float(y)) for x1, x2, y in triples)
