"""All training equals PyTorch's, update by update, from the same initial weights.

PyTorch takes gigabytes, so its losses are stored, with the script that made them. Where PyTorch is
installed, the runs are also trained again and compared.
"""

import json
from itertools import combinations

import numpy as np
import pytest

from nnlab import Config, advance, start
from tests.data.make_torch_losses import (
    FILE,
    UPDATES,
    cases,
    cases_of_several_classes,
    torch,
    train,
    values_that_meet,
)

CASES = cases()
STORED = np.load(FILE)
# where each run's final parameters end in the stored vector
ENDS = np.cumsum([len(start(Config(**case)).parameters.vector) for case in CASES])


def _name(case: dict) -> str:
    names = ("classes", "optimizer", "batch_size", "learning_rate_schedule", "regularization")
    return "-".join(str(case[name]) for name in names if name in case)


def _assert_equal(case: dict, losses: np.ndarray, parameters: np.ndarray) -> None:
    run = advance(start(Config(**case)), UPDATES)
    # Both sum in float64, in another order: 1e-16 per operation, which 200 updates let grow a
    # thousandfold and more. The small parameters are held to the size of a usual one.
    np.testing.assert_allclose(run.losses, losses, rtol=1e-8)
    np.testing.assert_allclose(run.parameters.vector, parameters, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("index", range(len(CASES)), ids=[_name(case) for case in CASES])
def test_losses_and_final_parameters_equal_the_stored_ones_of_pytorch(index: int) -> None:
    parameters = np.split(STORED["parameters"], ENDS[:-1])[index]
    _assert_equal(CASES[index], STORED["losses"][index], parameters)


if torch:  # without it nothing is skipped, since the stored losses are compared anyway

    @pytest.mark.parametrize("case", CASES, ids=_name)
    def test_losses_and_final_parameters_equal_pytorchs_live(case: dict) -> None:
        torch.set_num_threads(1)
        _assert_equal(case, *train(Config(**case)))


def test_the_stored_losses_are_of_these_settings_and_say_what_made_them() -> None:
    assert json.loads(str(STORED["settings"])) == json.loads(json.dumps(CASES))
    assert str(STORED["torch"]).startswith("2.14.1")


def test_any_two_values_of_what_can_be_chosen_meet_in_a_run() -> None:
    names = [
        *("optimizer", "batch_size", "learning_rate_schedule", "regularization"),
        *("activation", "dataset", "features", "hidden_layers"),
    ]
    two_classes = CASES[: -len(cases_of_several_classes())]
    values = {name: {case[name] for case in two_classes} for name in names}
    expected = {
        frozenset([(one, a), (other, b)])
        for one, other in combinations(names, 2)
        for a in values[one]
        for b in values[other]
        # a tuple of two activations needs two layers
        if (one, other) != ("activation", "hidden_layers") or isinstance(a, str) or len(b) == 2
    }
    assert values_that_meet(two_classes, names) == expected
