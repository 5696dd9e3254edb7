"""A link of TensorFlow Playground opens here, and what cannot be the same is said."""

import pytest
from streamlit.testing.v1 import AppTest

from nnlab.lessons.tensorflow_playground import read_link
from tests.helpers.app_page import APP, enter, healthy, playground_of, run_of
from tests.helpers.waiting import PATIENCE_SECONDS

BEGIN = "https://playground.tensorflow.org/#"
LINK = (
    "activation=tanh&batchSize=10&dataset=circle&learningRate=0.03&networkShape=4,2&seed=0.59704"
    "&percTrainData=50"
)


def about_the_link(link: str) -> list[str]:
    return [one for one in read_link(link).differs if one.startswith("The link's")]


def test_the_defaults_of_a_link_are_those_of_that_page() -> None:
    config = read_link("").config
    assert (config.activation, config.batch_size, config.dataset) == ("tanh", 10, "tfp-circle")
    assert (config.learning_rate, config.noise, config.hidden_layers) == (0.03, 0, (4, 2))
    assert (config.samples, config.test_samples, config.features) == (250, 250, ("x1", "x2"))
    assert config.regularization == "none"
    assert read_link("regularization=L2").config.regularization_rate == 0
    strong = read_link("regularization=L1&regularizationRate=0.3").config
    assert (strong.regularization, strong.regularization_rate) == ("l1", 0.3)
    assert (config.problem, config.initialization) == ("classification", "tfp")
    assert config.output_loss == "tanh_squared_error"


@pytest.mark.parametrize("begin", ["", "#", BEGIN, f"  {BEGIN}"])
def test_the_first_given_link_opens(begin: str) -> None:
    config = read_link(begin + LINK).config
    assert (config.activation, config.hidden_layers, config.batch_size) == ("tanh", (4, 2), 10)
    assert (config.samples, config.test_samples, config.dataset) == (250, 250, "tfp-circle")
    assert about_the_link(begin + LINK) == []


def test_a_link_without_layers_and_with_three_features_opens() -> None:
    link = "dataset=xor&networkShape=&x=true&y=true&xTimesY=true&activation=linear&noise=30"
    config = read_link(link).config
    assert (config.dataset, config.hidden_layers, config.noise) == ("tfp-xor", (), 0.3)
    assert config.features == ("x1", "x2", "x1*x2")
    assert about_the_link(link) == []


def test_a_hidden_feature_is_off_even_if_it_says_true() -> None:
    found = read_link("xTimesY=true&xTimesY_hide=true&ySquared=true")
    assert found.config.features == ("x1", "x2", "x2^2")
    assert found.hidden == ()


def test_what_is_broken_is_said_in_one_sentence_each_and_the_rest_counts() -> None:
    link = "networkShape=8,8,8,8,8,8,8,8,8,8&noise=2000&learningRate=abc&batchSize=5"
    noise, network, rate = about_the_link(link)
    assert "above 80 %" in noise
    assert "at most 8 layers" in network
    assert "learningRate must be a number, not `'abc'`; 0.03 was taken instead" in rate
    config = read_link(link).config
    assert config.hidden_layers == (8,) * 8
    assert (config.learning_rate, config.batch_size) == (0.03, 5)


@pytest.mark.parametrize(
    "link",
    [
        *("batchSize=0", "batchSize=2.5", "batchSize=inf", "learningRate=-1", "learningRate=1_0"),
        *(
            "regularization=l3",
            "regularization=L1&regularizationRate=-1",
            "regularizationRate=nan",
            "noise=x",
        ),
        *("percTrainData=0", "percTrainData=1e400", "dataset=moons", "activation=<b>x</b>"),
        *("networkShape=a", "networkShape=-1", "networkShape=0", "networkShape=9999999999"),
        *("problem=ranking", "foo=1", "<img src=x>=1", "networkShape=64,64,64,65"),
    ],
)
def test_a_broken_value_is_one_sentence(link: str) -> None:
    (sentence,) = about_the_link(link)
    assert sentence.endswith(".")
    assert "<" not in "".join(sentence.split("`")[::2])  # what is not in a code span


def test_an_arbitrary_text_is_no_error() -> None:
    for text in ("#", "&&&", "=", "%ff%00", "a" * 100_000, "x=false&y=false", "\x00", "seed="):
        assert read_link(text).config.features


def test_hidden_controls_are_hidden_here_by_their_names() -> None:
    link = "noise_hide=true&percTrainData_hide=true&playButton_hide=true&stepButton_hide=true"
    assert read_link(link).hidden == ("noise", "samples", "test_samples", "step_buttons")
    assert read_link("noise_hide=false&dataset_hide=1").hidden == ()


def test_a_regression_has_the_data_of_that_page() -> None:
    config = read_link("problem=regression&regDataset=reg-gauss&percTrainData=10").config
    assert (config.problem, config.dataset) == ("regression", "tfp-cones")
    assert (config.samples, config.test_samples) == (120, 1080)


def test_what_the_page_shows_and_equal_seeds_are_taken_over() -> None:
    found = read_link("showTestData=true&discretize=true&initZero=true&seed=abc")
    assert found.view == {"test_points": "true", "discretize": "true"}
    assert found.config.initialization == "zeros"
    again = read_link("seed=abc").config
    assert again.seed == found.config.seed != read_link("seed=abd").config.seed
    config = read_link("seed=0.59704").config
    assert config.seed == config.data_seed == 159704


def test_what_cannot_be_the_same_is_said() -> None:
    assert read_link(LINK).differs == ()
    (of_l1,) = read_link("regularization=L1").differs
    assert of_l1.startswith("With L1,")
    (of_seed,) = read_link("seed=teacher").differs
    assert of_seed.startswith("The link's seed `'teacher'` is not a number such as 0.59704,")
    (of_batch,) = read_link("batchSize=300").differs
    assert "a batch larger than the training set never trains" in of_batch


@pytest.mark.parametrize("whole", [True, False])
def test_a_link_opens_the_playground(whole: bool) -> None:
    """What stands after the # may be quoted as a whole, or stand in the address as it is."""
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
    link = f"{LINK}&dataset=xor&noise_hide=true&foo=1"
    if whole:
        app.query_params["tfp"] = link
    else:
        first, *others = link.split("&")
        app.query_params["tfp"] = first
        for part in others:
            name, value = part.split("=")
            app.query_params[name] = value
    healthy(app.run())
    assert run_of(app).config == read_link(link).config
    assert playground_of(app).hidden == ("noise",)
    (first_sentence,) = (str(one.value) for one in app.warning)
    assert first_sentence == "The link's `'foo'` is unknown and ignored."
    assert "tfp" not in app.query_params
    assert app.query_params["dataset"] == "tfp-xor"
    assert app.query_params["hidden_layers"] == "4,2"


def test_its_data_sets_are_chosen_by_links_alone_and_left_by_another_choice() -> None:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
    app.query_params["tfp"] = "problem=regression&regDataset=reg-gauss"
    healthy(app.run())
    assert (run_of(app).config.dataset, run_of(app).config.problem) == ("tfp-cones", "regression")
    assert not [one for one in app.number_input if str(one.key).startswith("test_seed")]
    enter(app, "problem", "classification")
    assert run_of(app).config.dataset == "circles"
