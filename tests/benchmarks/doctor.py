"""Does the page's advice heal sick runs, and leave healthy ones alone? Prints counts, by rule.

    python -m tests.benchmarks.doctor [--seed 1] [--count 120] [--problem regression] [--uploads]
    python -m tests.benchmarks.doctor --healthy [--count 200] [--jobs 1]

Draws settings from the seed, most of them bad, and trains each run to its end. Then it follows the
page's advice as its button does, up to four times, each time from new weights. A run is sick if it
ends MARGIN below a good network on the same points, by the accuracy, or in a regression by R², on
EXAM points that no run has seen. With --uploads, the points come in other units, as from a file.

The healthy runs are drawn in the same way, and checked after every 500 iterations; the first is the
article's. Every result depends on the seed alone. Takes about a minute per 20 settings and core.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice, pairwise
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np
from joblib import Parallel, delayed

from nnlab import Config, Run, advance, evaluate, start
from nnlab.app.links import config_query
from nnlab.data.datasets import DATASETS, OWN, Dataset
from nnlab.data.points import NO_POINTS, Points
from nnlab.data.scales import standardized_points
from nnlab.inspection.diagnosis.trials import advise
from nnlab.training.batches import dataset_of
from nnlab.training.config import SETTINGS

MOST_ADVICE = 4
MARGIN = {"classification": 0.03, "regression": 0.05}
LOWER = 0.005  # a score that is less than this below another is not worse
EXAM = 2000
GOOD_SHARE = 0.7  # of a good network's settings, in runs of which many are healthy
WORST = 10
SAMPLES, ITERATIONS, CHECK_EVERY = 300, 4000, 500
DRAWN_FROM = {
    "classification": ("circles", "moons", "xor", "gaussians", "spirals"),
    "regression": ("plane", "multi-gaussian", "circles", "xor"),
}
GOOD = {
    "hidden_layers": (16, 16),
    "activation": "tanh",
    "initialization": "xavier",
    "optimizer": "adam",
    "learning_rate": 0.01,
    "batch_size": None,
    "regularization": "none",
}


class Case(NamedTuple):
    """Settings that were drawn, and the exam: points that no run has seen."""

    config: Config
    exam: Dataset
    upload: bool

    def good_config(self) -> Config:
        """Return the settings of a good network on the same points."""
        points = self.config.points
        if self.upload:
            points = standardized_points(points, self.config.problem)
        return replace(self.config, points=points, **GOOD)

    def score(self, run: Run) -> float:
        """Return the accuracy of a run in the exam, or in a regression R²."""
        exam = self.exam
        if self.upload and run.config.points != self.config.points:
            exam = _standardized_as(self.config, exam)
        metrics = evaluate(replace(run, dataset=exam))
        if self.config.problem == "classification":
            return metrics.test_accuracy
        return 1 - 2 * metrics.test_loss / float(exam.test_targets.var())

    def is_sick(self, score: float, good: float) -> bool:
        """Say whether a score is too far below that of a good network."""
        return not score > good - MARGIN[self.config.problem]


class Story(NamedTuple):
    """What came of following the advice.

    Attributes
    ----------
    good : the score of a good network
    configs, scores : of the first run and of each that followed an advice
    advice : the name of each advice; one more than it followed if the last was not followed
    """

    case: Case
    good: float
    configs: list[Config]
    scores: list[float]
    advice: list[str]

    @property
    def healed(self) -> bool:
        """Say whether the last run is as good as a good network."""
        return not self.case.is_sick(self.scores[-1], self.good)

    @property
    def harmed(self) -> bool:
        """Say whether the last run is worse than the first."""
        return self.scores[-1] < self.scores[0] - LOWER

    @property
    def undone(self) -> bool:
        """Say whether an advice took back a change that another had made."""
        for step, (before, after) in enumerate(pairwise(self.configs)):
            for name in SETTINGS:
                old, new = getattr(before, name), getattr(after, name)
                earlier = [getattr(config, name) for config in self.configs[:step]]
                if new != old and new in earlier:
                    return True
        return False


def draw(rng: np.random.Generator, problem: str, *, upload: bool) -> Case:
    """Draw settings, most of them bad."""
    dataset = str(rng.choice(DRAWN_FROM[problem]))
    noise = round(float(rng.uniform(0.05, 0.2)), 3)
    config = Config(
        problem=problem,
        dataset=dataset,
        samples=SAMPLES,
        noise=noise,
        data_seed=int(rng.integers(1000)),
        test_seed=int(rng.integers(1000, 2000)),
        hidden_layers=tuple(rng.integers(1, 17, rng.integers(0, 7)).tolist()),
        activation=str(rng.choice(["relu", "tanh", "sigmoid", "leaky_relu", "linear"])),
        initialization=str(rng.choice(["normal", "uniform", "xavier", "he", "zeros"])),
        seed=int(rng.integers(1000)),
        optimizer=str(rng.choice(["sgd", "momentum", "adam"])),
        learning_rate=float(f"{10 ** rng.uniform(-5, 1):.2g}"),
        batch_size=(None, 32)[rng.integers(2)],
        regularization=str(rng.choice(["none", "l1", "l2"])),
        regularization_rate=float(f"{10 ** rng.uniform(-4, np.log10(0.3)):.2g}"),
        iterations=ITERATIONS,
    )
    exam = exam_of(config)
    if upload:
        scale, shift = 10 ** rng.uniform(0.5, 4, 3), rng.uniform(-1, 5, 3)
        if problem == "classification":
            scale[2], shift[2] = 1, 0
        points = DATASETS[dataset].draw(SAMPLES * 5 // 4, noise, config.data_seed)
        inputs, targets = _in_units(points, scale, shift)
        config = replace(config, dataset=OWN, points=Points(inputs, targets))
        inputs, targets = _in_units((exam.test_inputs, exam.test_targets[:, 0]), scale, shift)
        exam = replace(exam, test_inputs=inputs, test_targets=targets[:, np.newaxis])
    return Case(config, exam, upload)


def exam_of(config: Config) -> Dataset:
    """Return the points of the exam, as test points."""
    return dataset_of(replace(config, test_samples=EXAM, test_seed=2000 + config.data_seed))


def _in_units(
    points: tuple[np.ndarray, np.ndarray], scale: np.ndarray, shift: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    inputs, targets = points
    return (inputs + shift[:2]) * scale[:2], (targets + shift[2]) * scale[2]


def _standardized_as(config: Config, exam: Dataset) -> Dataset:
    """Return the exam in the units that a config's points have once they are standardized."""
    points, inputs, targets = config.points, exam.test_inputs, exam.test_targets
    inputs = (inputs - points.inputs.mean(axis=0)) / points.inputs.std(axis=0)
    if config.problem == "regression":
        targets = (targets - points.targets.mean()) / points.targets.std()
    return replace(exam, test_inputs=inputs, test_targets=targets)


def followed(case: Case) -> Story:
    """Follow the advice for a case."""
    good = case.score(advance(start(case.good_config()), ITERATIONS))
    configs, scores, advice = [case.config], list[float](), list[str]()
    while True:
        run = advance(start(configs[-1]), ITERATIONS)
        scores.append(case.score(run))
        advised = advise(run, configs[:-1])
        if not advised:
            break
        advice.append(advised.finding.name)
        if len(advice) > MOST_ADVICE:
            break
        configs.append(advised.cure.applied(run.config))
    return Story(case, good, configs, scores, advice)


def complaints(case: Case) -> list[str] | None:
    """Return what a healthy run hears on its way; None for a sick run."""
    good = case.score(advance(start(case.good_config()), case.config.iterations))
    run, said = start(case.config), []
    while run.iteration < run.config.iterations and not run.diverged:
        run = advance(run, CHECK_EVERY)
        if advised := advise(run):
            said.append(f"{advised.finding.name} at {run.iteration}")
    return None if case.is_sick(case.score(run), good) else said


def link(config: Config) -> str:
    """Return the link of settings; an upload's has no points, since they are too many."""
    return "?" + urlencode(config_query(replace(config, points=NO_POINTS)))


def cases(seed: int, problem: str, *, upload: bool) -> Iterator[Case]:
    """Draw cases without end, each from the seed and its number."""
    for number in count():
        yield draw(np.random.default_rng([seed, number]), problem, upload=upload)


def print_stories(stories: list[Story]) -> None:
    sick = [story for story in stories if story.case.is_sick(story.scores[0], story.good)]
    counts = {
        "sick": len(sick),
        "silent": sum(not story.advice for story in sick),
        "healed": sum(story.healed for story in sick),
        "harmed": sum(story.harmed for story in stories),
        "undone": sum(story.undone for story in stories),
    }
    print(f"{len(stories)} runs: " + ", ".join(f"{name} {n}" for name, n in counts.items()))
    spoke, helped = Counter[str](), Counter[str]()
    for story in stories:
        for name, (before, after) in zip(story.advice, pairwise(story.scores), strict=False):
            spoke[name] += 1
            helped[name] += after > before
    for name, times in spoke.most_common():
        print(f"  {name:<28} spoke {times:>3}, helped {helped[name]:>3}")
    worst = sorted(sick, key=lambda story: story.scores[-1] - story.good)
    print("The worst ends, with the good network's score, all scores and all advice:")
    for story in [story for story in worst if not story.healed][:WORST]:
        scores = " ".join(f"{score:.3f}" for score in story.scores)
        print(f"  {story.good:.3f}: {scores}; {', '.join(story.advice) or 'silent'}")
        print(f"    {link(story.case.config)}")


def healthy_cases(seed: int, problem: str) -> Iterator[Case]:
    """Yield the article's run, then draw cases of which some are healthy, without end."""
    if problem == "classification":
        yield Case(Config(), exam_of(Config()), upload=False)
    for number in count():
        rng = np.random.default_rng([seed, number])
        case = draw(rng, problem, upload=False)
        good = {name: value for name, value in GOOD.items() if rng.uniform() < GOOD_SHARE}
        yield case._replace(config=replace(case.config, **good))


def print_healthy(heard: list[list[str]]) -> None:
    bothered = [said for said in heard if said]
    print(f"{len(heard)} healthy runs, bothered {len(bothered)}")
    for said in bothered:
        print("  " + ", ".join(said))


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--problem", choices=DRAWN_FROM, default="classification")
    parser.add_argument("--uploads", action="store_true")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--healthy", action="store_true")
    options = parser.parse_args()
    with Parallel(n_jobs=options.jobs) as jobs:
        if not options.healthy:
            drawn = cases(options.seed, options.problem, upload=options.uploads)
            some = islice(drawn, options.count)
            print_stories(jobs(delayed(followed)(case) for case in some))
            return
        drawn, heard = healthy_cases(options.seed, options.problem), []
        while len(heard) < options.count:
            found = jobs(delayed(complaints)(case) for case in islice(drawn, 40))
            heard += [said for said in found if said is not None]
        print_healthy(heard[: options.count])


if __name__ == "__main__":
    main()
