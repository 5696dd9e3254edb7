"""What breaks a rule is said on the page in words, and nothing of it is interpreted."""

import pytest

from nnlab import Config
from nnlab.app.links import in_words, refusal
from nnlab.data.rules import BrokenRule


def broken(**settings: object) -> BrokenRule:
    with pytest.raises(BrokenRule) as found:
        Config(**settings)  # type: ignore[arg-type]
    return found.value


def test_python_keeps_configs_name_and_the_page_says_words() -> None:
    rule = broken(learning_rate=-1)
    assert str(rule) == "learning_rate must be a finite number above 0 and at most 1e+06, got -1"
    words = "Learning rate must be a number above 0 and at most 1,000,000; you entered `-1`"
    assert in_words(rule) == words
    assert in_words(broken(learning_rate=-1.0)) == words


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            broken(output_loss="mse"),
            "Loss must be one of Cross-entropy, Squared error, Squared error of tanh; "
            "you entered `'mse'`",
        ),
        (
            broken(activation="ReLu"),
            "Activation must be one of ReLU, Leaky ReLU, Tanh, Sigmoid, Linear, ELU, Softplus, "
            "Sine, GELU, Step, or one of them for each hidden layer; you entered `'ReLu'`",
        ),
        (
            broken(samples=None),
            "Training points must be a whole number from 2 to 100,000; you entered nothing",
        ),
        (
            broken(target_loss=-1),
            "Stop at loss must be a number from 0 to 1,000,000, or empty for no limit; "
            "you entered `-1`",
        ),
        (
            broken(patience=0),
            "Iterations without progress must be a whole number from 1 to 1,000,000, or empty for "
            "no limit; you entered `0`",
        ),
        (
            broken(batch_size=-1),
            "Batch size must be a whole number from 1 to 100,000, or empty for all points; "
            "you entered `-1`",
        ),
        (
            broken(hidden_layers=(100,)),
            "Hidden layers must be at most 8 whole numbers from 1 to 64; you entered `100`",
        ),
        (
            broken(hidden_layers=(10, 0)),
            "Hidden layers must be at most 8 whole numbers from 1 to 64; you entered `10, 0`",
        ),
        (
            BrokenRule("file", "have rows of numbers", "nothing"),
            "File must have rows of numbers; found nothing",
        ),
        (
            BrokenRule("runs", "be from 1 to 500 in one sweep", "800"),
            "Runs must be from 1 to 500 in one sweep; found `800`",
        ),
        (
            BrokenRule("sample_seed", "be a number", "'`:red[x]`'"),
            "Sample seed must be a number; you entered `'':red[x]''`",
        ),
    ],
    ids=lambda value: value.field if isinstance(value, BrokenRule) else "",
)
def test_a_broken_rule_in_words(rule: BrokenRule, sentence: str) -> None:
    assert in_words(rule) == sentence


def test_a_link_is_refused_with_the_names_that_it_needs() -> None:
    assert refusal(broken(output_loss="mse"), "mse") == (
        "The link's output loss must be one of cross_entropy, squared_error, "
        "tanh_squared_error, not `'mse'`. The default is used instead."
    )
