"""Features are what their names say, in the order in which they were asked for."""

import numpy as np
import pytest

from nnlab.data.features import FEATURES, column_names, expand

POINTS = np.array([[0.5, -2.0], [0.0, 1.0], [-1.5, 3.0]])


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_is_what_its_name_says(name: str) -> None:
    """The name, read as a formula: ^ is a power."""
    known = {"sin": np.sin, "cos": np.cos, "x1": POINTS[:, 0], "x2": POINTS[:, 1]}
    expected = eval(name.replace("^", "**"), known)
    np.testing.assert_allclose(expand([name], POINTS)[:, 0], expected, rtol=1e-15)  # x*x or x**2


def test_features_are_columns_in_the_order_of_their_names() -> None:
    columns = expand(("x2", "x1*x2", "x1"), POINTS)
    assert columns.dtype == np.float64
    np.testing.assert_array_equal(
        columns, np.column_stack([POINTS[:, 1], POINTS[:, 0] * POINTS[:, 1], POINTS[:, 0]])
    )


def test_no_points_have_no_rows() -> None:
    assert expand(tuple(FEATURES), np.empty((0, 2))).shape == (0, 9)


@pytest.mark.parametrize("width", [1, 2, 3, 50])
def test_all_columns_are_the_inputs_themselves(width: int) -> None:
    inputs = np.empty((4, width))
    assert expand(column_names(width), inputs) is inputs
