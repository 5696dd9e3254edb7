"""Real data sets are rows of scikit-learn's: two columns, standardized, and a stratified split."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.preprocessing import StandardScaler

from nnlab import Config, advance, evaluate, start
from nnlab.data.datasets import DATASETS, Dataset
from nnlab.data.real_sets import REAL_SETS, table_of
from nnlab.figures.unit_ticks import unit_ticks
from nnlab.training.batches import dataset_of

TABLES = {
    "breast-cancer": load_breast_cancer(),
    "iris": load_iris(),
    "wine": load_wine(),
    "diabetes": load_diabetes(scaled=False),
}


def config_of(name: str, **changes: object) -> Config:
    problem = "classification" if DATASETS[name].n_classes else "regression"
    return Config(dataset=name, problem=problem, **changes)  # type: ignore[arg-type]


def in_units(data: Dataset, part: str) -> np.ndarray:
    """Return the inputs of a part in the units of the table."""
    deviations, means = ([scale[field] for scale in data.scales[:2]] for field in (2, 1))
    inputs: np.ndarray = getattr(data, f"{part}_inputs") * deviations + means
    return inputs


@pytest.mark.parametrize("name", REAL_SETS)
def test_all_rows_are_training_or_test_points_with_their_targets(name: str) -> None:
    table, data = TABLES[name], dataset_of(config_of(name, test_samples=1000))
    names = [str(column).replace("_", " ") for column in table.feature_names]
    places = [names.index(column) for column in REAL_SETS[name].pair]
    found = np.vstack([in_units(data, "train"), in_units(data, "test")])
    targets = np.vstack([data.train_targets, data.test_targets])[:, 0]
    if name == "diabetes":
        targets = targets * data.scales[2].deviation + data.scales[2].mean
    rows, expected = (
        one[np.lexsort(one.round(6).T)]
        for one in (
            np.column_stack([found, targets]),
            np.column_stack([table.data[:, places], table.target]),
        )
    )
    np.testing.assert_allclose(rows, expected, rtol=1e-12, atol=1e-12)  # to units and back rounds
    assert len(data.test_inputs) == len(table.target) // 5


@pytest.mark.parametrize("name", REAL_SETS)
def test_the_training_points_are_standardized_as_scikit_learn_does_it(name: str) -> None:
    data = dataset_of(config_of(name))
    scaler = StandardScaler().fit(in_units(data, "train"))
    for part in ("train", "test"):
        expected = scaler.transform(in_units(data, part))
        np.testing.assert_allclose(getattr(data, f"{part}_inputs"), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["breast-cancer", "iris", "wine"])
@pytest.mark.parametrize("test_samples", [2, 15, 30, 1000])
def test_each_class_has_its_share_of_the_test_points(name: str, test_samples: int) -> None:
    table = table_of(name)
    data = dataset_of(config_of(name, test_samples=test_samples))
    count = len(data.test_targets)
    assert count == min(len(table.targets) // 5, test_samples)
    shares = np.bincount(table.targets.astype(int)) * count / len(table.targets)
    found = np.bincount(data.test_targets[:, 0].astype(int), minlength=len(shares))
    assert (np.abs(found - shares) <= 1).all()


def test_low_and_high_values_have_their_share_of_the_test_points() -> None:
    data = dataset_of(config_of("diabetes"))
    quarters = np.quantile(data.train_targets, [0.25, 0.5, 0.75])
    found = np.bincount(np.digitize(data.test_targets[:, 0], quarters))
    assert (np.abs(found - len(data.test_targets) / 4) <= 2).all()


def test_the_seed_draws_the_test_points() -> None:
    first, same, other = (dataset_of(config_of("iris", test_seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.test_inputs, same.test_inputs)
    assert not np.array_equal(first.test_inputs, other.test_inputs)


@pytest.mark.parametrize("name", REAL_SETS)
def test_what_is_known_of_a_table_is_right(name: str) -> None:
    table, real, bunch = table_of(name), REAL_SETS[name], TABLES[name]
    assert real.n_classes == len(table.classes) == DATASETS[name].n_classes
    assert {*real.pair} <= {*table.names}
    assert len({*table.names}) == len(table.names) == bunch.data.shape[1]
    assert not any("," in column for column in table.names)  # the link separates them by commas
    assert real.about.startswith(str(len(bunch.target)))
    assert dataset_of(config_of(name)).class_names == table.classes


def test_two_columns_of_a_real_data_set_can_be_chosen() -> None:
    columns = ("sepal width (cm)", "sepal length (cm)")
    data = dataset_of(config_of("iris", data_columns=columns, test_samples=2))
    assert tuple(scale.name for scale in data.scales) == columns
    assert set(np.round(in_units(data, "train")[:, 0], 1)) <= set(load_iris().data[:, 1])


def test_own_points_come_after_the_rows_and_the_scales_stay() -> None:
    alone, both = (
        dataset_of(config_of("breast-cancer", points=points)) for points in ([], [(0.5, 1, 1)])
    )
    np.testing.assert_array_equal(both.train_inputs[:-1], alone.train_inputs)
    assert both.train_inputs[-1].tolist() == [0.5, 1]
    assert (both.scales, both.class_names) == (alone.scales, alone.class_names)


def test_a_network_learns_the_classes_of_tumours() -> None:
    run = advance(start(config_of("breast-cancer", optimizer="adam")), 300)
    metrics = evaluate(run)
    assert metrics.train_accuracy > 0.93  # a logistic regression has 95 % on these two columns
    assert metrics.test_accuracy > 0.88


@pytest.mark.parametrize("name", REAL_SETS)
def test_ticks_are_round_numbers_at_their_places(name: str) -> None:
    for scale in dataset_of(config_of(name)).scales:
        ticks = unit_ticks(scale, -3.2, 3.2)
        assert 2 <= len(ticks["tickvals"]) <= 7
        for place, text in zip(ticks["tickvals"], ticks["ticktext"], strict=True):
            assert -3.2 <= place <= 3.2
            number = float(text.replace("−", "-").replace(",", ""))
            np.testing.assert_allclose(scale.mean + scale.deviation * place, number, atol=1e-9)
            assert len(text.lstrip("−0.").rstrip("0")) <= 3
