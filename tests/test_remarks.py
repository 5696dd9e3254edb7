"""A run with which nothing is wrong: the page says that it waits, or that it has succeeded."""

from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from nnlab import Config, advance, start
from nnlab.data.points import Points
from nnlab.inspection.diagnosis import diagnose
from nnlab.inspection.observation import observe
from nnlab.inspection.remarks import success, waiting
from tests.helpers.app_page import open_playground, press
from tests.helpers.browser_page import button, open_page, settled, shown, wait_in
from tests.helpers.browser_page import press as press_in

SOLVED = Config(
    dataset="moons", optimizer="adam", initialization="he", learning_rate=0.05, iterations=200
)


def test_the_articles_run_waits_at_log_2_and_then_succeeds() -> None:
    run, waits = start(Config()), []
    for _ in range(100):
        run = advance(run, 100)
        observation = observe(run)
        assert diagnose(observation) == ()
        if sentence := waiting(observation):
            waits.append(run.iteration)
            assert sentence.startswith("The loss is stuck near log 2 ≈ 0.693: ")
            assert success(observation) == ""
    assert waits == list(range(200, 7_700, 100))
    observation = observe(advance(run, 15_000))
    assert waiting(observation) == ""
    sentence = success(observation)
    solved = "The boundary encloses the inner circle: 98.2% of the training points and 95.0% of"
    assert sentence.startswith(solved)
    assert sentence.endswith("Done after 25,000 iterations.")


def test_a_squared_error_waits_at_an_eighth() -> None:
    observation = observe(advance(start(Config(output_loss="squared_error")), 3_000))
    assert observation.metrics.train_loss == pytest.approx(0.125, abs=0.005)
    assert waiting(observation).startswith("The loss is stuck near 1/8 = 0.125: ")


def test_a_loss_of_log_2_with_sure_answers_is_not_called_waiting() -> None:
    observation = observe(advance(start(Config()), 1_000))
    sure = np.where(np.arange(1_000) % 2, 0.9, 0.1)
    assert waiting(observation)
    assert not waiting(replace(observation, train=observation.train._replace(outputs=sure)))


def test_a_run_without_points_says_nothing() -> None:
    observation = observe(start(Config(dataset="own")))
    assert waiting(observation) == success(observation) == ""


@pytest.mark.parametrize(
    "config",
    [
        Config(hidden_layers=(), iterations=1_000),
        replace(SOLVED, samples=40, noise=0.35, hidden_layers=(32, 32)),
        Config(problem="regression", dataset="plane", iterations=1),
    ],
    ids=["a line", "right on the training points alone", "a regression at its start"],
)
def test_a_run_that_ends_without_success_is_not_praised(config: Config) -> None:
    assert success(observe(advance(start(config), config.iterations))) == ""


def test_success_on_own_points_names_no_test_points() -> None:
    points = Points.of([(-1, 0, 0), (-2, 0, 0), (1, 0, 1), (2, 0, 1)])
    config = Config(
        dataset="own", points=points, optimizer="adam", learning_rate=0.1, hidden_layers=()
    )
    sentence = success(observe(advance(start(config), 200)))
    assert sentence == "Solved: 100.0% of the training points are right. Done after 200 iterations."


def test_a_regression_succeeds_by_its_loss() -> None:
    config = Config(
        problem="regression", dataset="plane", hidden_layers=(), learning_rate=0.5, iterations=500
    )
    run = advance(start(config), 500)
    sentence = success(observe(run))
    assert sentence.startswith("The surface fits the points: the loss is ")
    constant = f"{run.dataset.train_targets.var() / 2:.2g}"
    assert f"compared with {constant} for predicting the same value everywhere. Done" in sentence


def test_a_curve_succeeds_by_its_loss() -> None:
    config = Config(problem="regression", dataset="curve", function="x", samples=50, iterations=500)
    run = advance(start(replace(config, hidden_layers=(), learning_rate=0.3)), 500)
    assert success(observe(run)).startswith("The curve fits the points: the loss is")


def test_success_is_said_at_the_end_alone() -> None:
    link = {"dataset": "moons", "optimizer": "adam", "initialization": "he", "samples": "200"}
    app = open_playground(
        **link, learning_rate="0.05", test_samples="100", iterations="200", speed="100"
    )
    press(app, "step_tick")
    assert not app.success
    press(app, "step_tick")
    assert "Solved: " in app.success[0].value
    app.session_state["playground"] = replace(app.session_state["playground"], viewed_iteration=0)
    assert not app.run().success  # the past had no success yet


def test_waiting_is_no_alarm_and_success_no_caption_and_nothing_moves(
    page: Page, server: str
) -> None:
    open_page(page, server, "samples=100&speed=max")
    places = page.locator(".st-key-bench").bounding_box()
    notices = page.locator(".st-key-notices")
    press_in(page, "Step 1000")
    shown(page, "decision-boundary", 1000)
    caption = notices.get_by_test_id("stCaptionContainer")
    expect(caption).to_contain_text("The loss is stuck near log 2")
    expect(caption).to_be_in_viewport(ratio=1)
    expect(notices.get_by_role("alert")).to_have_count(0)
    assert page.locator(".st-key-bench").bounding_box() == places
    button(page, "Solved in a second").click()
    wait_in(page, lambda: settled(page) == SOLVED.iterations)
    expect(notices.get_by_test_id("stAlertContentSuccess")).to_contain_text("Solved: ")
    expect(notices.get_by_test_id("stAlertContentSuccess")).to_be_in_viewport(ratio=1)
    expect(caption).to_have_count(0)
    assert page.locator(".st-key-bench").bounding_box() == places
