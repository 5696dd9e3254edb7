"""The examples of the playground: what each shows, its settings, and the speed to watch it at."""

from typing import NamedTuple

from nnlab.app.pace import DEFAULT_SPEED
from nnlab.training.config import Config


class ExampleRun(NamedTuple):
    """An example.

    Attributes
    ----------
    title : its name on the page
    sentence : what it shows
    config : its settings
    speed : as in pace.SPEEDS
    """

    title: str
    sentence: str
    config: Config
    speed: str


EXAMPLE_RUNS = {
    "article": ExampleRun(
        "The article",
        "The run from the article “Implementing Neural Network Algorithm with NumPy”: nothing "
        "seems to happen for about 7,000 iterations, then the boundary closes.",
        Config(),
        DEFAULT_SPEED,
    ),
    "solved": ExampleRun(
        "Solved in a second",
        "Starting weights that fit, and Adam: the two moons are separated after 100 iterations.",
        Config(
            dataset="moons",
            initialization="he",
            optimizer="adam",
            learning_rate=0.05,
            iterations=200,
        ),
        "10",
    ),
    "spirals": ExampleRun(
        "Spirals",
        "Three hidden layers of tanh units wind the boundary around two spirals.",
        Config(
            dataset="spirals",
            hidden_layers=(16, 8, 8),
            activation="tanh",
            initialization="xavier",
            optimizer="adam",
            test_samples=500,
            iterations=2000,
        ),
        "100",
    ),
    "line": ExampleRun(
        "A line is not enough",
        "Without hidden layers the boundary is a straight line. No line separates two circles, "
        "whatever the learning rate.",
        Config(hidden_layers=(), learning_rate=0.1, iterations=5000),
        "max",
    ),
    "overfitting": ExampleRun(
        "Overfitting",
        "A large network memorizes 40 noisy points: the training loss falls to 0, while the test "
        "loss rises.",
        Config(
            dataset="moons",
            samples=40,
            noise=0.35,
            test_samples=500,
            hidden_layers=(32, 32),
            activation="tanh",
            initialization="xavier",
            optimizer="adam",
            iterations=1000,
        ),
        "10",
    ),
    "diverging": ExampleRun(
        "Diverging, and why",
        "The learning rate is a thousand times the article's: each update overshoots further than "
        "the last, until the loss is no longer finite.",
        Config(activation="leaky_relu", learning_rate=10, iterations=100),
        "1",
    ),
}
