"""A person who does whatever comes to mind, and after each action compares page, link and run."""

import json
import random
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlparse

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from nnlab import Config
from nnlab.app import report
from nnlab.app.links import config_query
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.app.playground.rate_steps import higher, lower
from nnlab.data.datasets import DATASETS_FOR, OWN
from nnlab.data.points import NO_POINTS, Points, add
from nnlab.data.rules import BrokenRule
from nnlab.data.scales import standardized_points
from nnlab.training.config import SETTINGS, parse, text
from nnlab.training.wording import OPTIONS, field_name, option_name, value_text
from tests.helpers.browser_page import (
    AT_REST,
    button,
    choose,
    close_popover,
    enter,
    iteration,
    open_page,
    open_popover,
    place,
    plane_ranges,
    press,
    press_in_sidebar,
    press_one_of,
    settled,
    status,
    wait_for_script,
    wait_in,
)

PAGE = Path(__file__).with_name("settings_page.py")
SMALL = {"samples": "40", "test_samples": "20"}
DATA, NETWORK, TRAINING = "data_popover", "network_popover", "training_popover"
SHOW = "show_popover"
INPUTS = [(1, 2), (3, 4), (2, 3), (2, 2), (4, 4)]
TARGETS = {"classification": [0, 1, 0, 1, 0], "regression": [0, 1, 2, 1, 0]}  # of an upload
# What the link holds besides the settings, as the page shows it by default.
CHOICES: dict[str, Any] = {
    "speed": "max",
    "panel": "Network",
    "log_loss": False,
    "train_points": True,
    "test_points": None,  # not chosen: only own points show theirs
    "misclassified": False,
    "discretize": False,
}
PANELS = {"Network": "network", "Layers": "layers", "One step": "step", "Equations": "equations"}
# name, its popover or nothing, its label, and values to enter
NUMBERS = (
    ("learning_rate", "", "Learning rate", ("0.02", "0.3", "0.0007", "1")),
    ("iterations", "", "Iterations", ("2000", "100000")),
    ("samples", "", "Training points", ("30", "60")),
    ("noise", "", "Noise", ("0", "0.1", "0.25")),
    ("seed", NETWORK, "Seed", ("1", "77")),
    ("data_seed", DATA, "Data seed", ("3", "5")),
    ("test_samples", DATA, "Test points", ("10", "30")),
    ("batch_size", TRAINING, "Batch size", ("5", "16", "")),
    ("target_loss", TRAINING, "Stop at loss", ("0.0001", "")),
    ("patience", TRAINING, "Stop after … without progress", ("100000", "")),
)
BUTTONS = (
    ("problem", "Problem", ("classification", "regression")),
    ("dataset", "Dataset", ("circles", "xor", "moons", "plane")),
)
SELECTS = (
    ("activation", "", "Activation", ("relu", "tanh", "sigmoid")),
    ("initialization", NETWORK, "Initialization", ("normal", "he", "zeros")),
    ("output_loss", NETWORK, "Loss", ("cross_entropy", "squared_error", "tanh_squared_error")),
    ("optimizer", TRAINING, "Optimizer", ("sgd", "momentum", "adam", "rmsprop")),
    ("learning_rate_schedule", TRAINING, "Schedule", ("constant", "cosine")),
    ("regularization", TRAINING, "Regularization", ("none", "l1", "l2")),
)
# The fields that the page shows now: by name, what stands in each.
_FIELDS = r"""() => {
  const found = {};
  for (const element of document.querySelectorAll("[class*='st-key-']")) {
    const [, key] = element.className.match(/st-key-(\w+)/);
    const name = key.replace(/_\d+$/, "");
    const input = element.querySelector("input:not([type=range]):not([type=file])");
    const chosen = [...element.querySelectorAll("[aria-checked=true], [aria-pressed=true]")];
    if (element.querySelector("[class*='st-key-']")) continue;
    if (input) found[name] = input.type === "checkbox" ? input.checked : input.value;
    else if (element.querySelector("[data-variant]")) {
      found[name] = chosen.map((one) => one.innerText.trim()).join(",");
    }
  }
  return found;
}"""


@dataclass(frozen=True)
class Expected:
    """What page, link and run should be: the values of all fields, the points, the choices."""

    values: dict[str, Any]
    points: Points
    choices: dict[str, Any]

    def config(self) -> Config:
        """Return the settings; fields that do not apply are ignored."""
        values = dict(self.values)
        dropped = []
        if values["dataset"] == OWN:
            dropped += ["samples", "noise", "data_seed", "test_seed"]
        if values["problem"] == "regression":
            dropped += ["output_loss"]
        if values["optimizer"] not in ("momentum", "nesterov"):
            dropped += ["momentum"]
        if values["regularization"] == "none":
            dropped += ["regularization_rate"]
        applying = {name: value for name, value in values.items() if name not in dropped}
        return Config(**applying, points=self.points)

    def changed(self, **values: Any) -> "Expected":
        """Return what is expected after these fields have changed."""
        return replace(self, values={**self.values, **values})

    def choice(self, name: str) -> Any:
        """Return what the page shows of a choice; if nothing is chosen, the data set's default."""
        chosen = self.choices[name]
        return self.values["dataset"] == OWN if chosen is None else chosen

    def with_defaults(self) -> "Expected":
        """Return what is expected after the page has drawn: the choice of a default is none."""
        if self.choices["test_points"] != (self.values["dataset"] == OWN):
            return self
        return replace(self, choices={**self.choices, "test_points": None})

    def after_advice(self, label: str) -> "Expected":
        """Return what is expected after a click on a button that applies advice."""
        if label.strip() == report.STANDARDISE:
            return replace(self, points=standardized_points(self.points, self.values["problem"]))
        return self.changed(**advised(label))


def advised(label: str) -> dict[str, Any]:
    """Return the settings in the label of a button that applies advice."""
    if label.strip() == "Switch the penalty off":
        return {"regularization": "none"}
    fields = {field_name(name): name for name in SETTINGS}
    values: dict[str, Any] = {}
    for part in label.strip().removeprefix("Try ").split(", "):
        if found := re.fullmatch(r"(L1|L2)(?: (\S+))?", part):
            values["regularization"] = found[1].lower()
            if found[2]:
                values["regularization_rate"] = float(found[2])
            continue
        words = max((words for words in fields if part.startswith(f"{words} ")), key=len)
        name = fields[words]
        values[name] = read_value(name, part.removeprefix(f"{words} "))
    return values


def read_value(name: str, shown: str) -> Any:
    """Return the value that a text on the page stands for."""
    by_words = {words: option for option, words in OPTIONS.get(name, {}).items()}
    return parse(name, by_words.get(shown, shown))


def _values(config: Config) -> dict[str, Any]:
    return {name: getattr(config, name) for name in SETTINGS if name != "points"}


class Walk:
    """One person's walk through the page.

    Attributes
    ----------
    done : what the person has done so far
    """

    def __init__(self, page: Page, address: str, seed: int) -> None:
        self.page, self.address, self.rng = page, address, random.Random(seed)
        self.done: list[str] = []
        self.expected = self._open({})

    def go(self, actions: int) -> None:
        """Do this many actions; a difference raises an AssertionError that lists the actions."""
        for _ in range(actions):
            act = self.rng.choice(ACTIONS)
            self.done.append(act.__name__.strip("_").replace("_", " "))
            if act not in WHILE_PAUSED and self.rng.random() < 0.3:
                self.done[-1] += " while it trains"
                self._start()
                act(self)
                self._pause()
            else:
                act(self)
            self._compare()
            self._step()
            self._compare()

    # What there is

    def _link(self) -> dict[str, str]:
        query = parse_qs(urlparse(self.page.url).query, keep_blank_values=True)
        return {name: value for name, (value,) in query.items()}

    def _config_of(self, query: dict[str, str]) -> Config:
        return Config(**{name: parse(name, query[name]) for name in SETTINGS if name in query})

    def _trains_with(self) -> Config:
        return self._config_of(json.loads(self.page.locator(".trains-with").inner_text()))

    def _differences(self) -> list[str]:
        """Say where page, link and run are not as expected."""
        expected, link = self.expected, self._link()
        config, wrong = expected.config(), []
        for name, found in (("link", self._config_of(link)), ("run", self._trains_with())):
            if found != config:
                wrong.append(f"{name}: {config_query(found)} instead of {config_query(config)}")
        for name, shown in self.page.evaluate(_FIELDS).items():
            if name in expected.choices:
                right = expected.choice(name)
            elif name == "features":
                right = ",".join(option_name(name, feature) for feature in config.features)
            elif name in SETTINGS:
                value = expected.values[name]
                right = value_text(name, value) if name in OPTIONS else text(name, value)
                number = SETTINGS[name].kind.number
                if number and shown and right:
                    shown, right = number(shown), number(value)  # noqa: PLW2901
            else:
                continue
            if name == "speed":
                shown = shown.lower()  # noqa: PLW2901
            if shown != right:
                wrong.append(f"{name}: the page shows {shown!r} instead of {right!r}")
        for name, value in expected.choices.items():
            default = CHOICES[name]
            linked = PANELS.get(value, "none") if name == "panel" else str(value).lower()
            if link.get(name) != (None if value == default else linked):
                wrong.append(f"{name}: {link.get(name)!r} in the link instead of {value!r}")
        return wrong

    def _compare(self) -> None:
        settled(self.page)
        self.expected = self.expected.with_defaults()
        wrong: list[str] = []

        def agree() -> bool:
            nonlocal wrong
            wrong = self._differences()
            return not wrong

        try:
            wait_in(self.page, agree)
        except AssertionError as error:
            raise AssertionError("\n".join([*self.done[-12:], *wrong])) from error

    # What a person does

    def _open(self, query: dict[str, str]) -> Expected:
        open_page(self.page, self.address, urlencode({**SMALL, **query}))
        config = self._config_of({**SMALL, **query})
        return Expected(_values(config), NO_POINTS, dict(CHOICES))

    def _step(self) -> None:
        at = settled(self.page)
        if button(self.page, "Step").is_enabled():
            press(self.page, "Step")
            wait_in(self.page, lambda: iteration(self.page) != at or self._has_ended())

    def _start(self) -> None:
        start, at = button(self.page, "Start"), settled(self.page)
        if start.is_enabled():
            start.click()
            began = button(self.page, "Pause")
            wait_in(
                self.page,
                lambda: began.is_visible() or iteration(self.page) != at or self._has_ended(),
            )

    def _has_ended(self) -> bool:
        """Say whether the run has stopped or diverged; its last update may have changed nothing."""
        return bool(re.search("stopped|Diverged", status(self.page).inner_text()))

    def _pause(self) -> None:
        """Pause the run, unless it has ended by itself."""
        pause = button(self.page, "Pause")

        def rests() -> bool:
            if pause.is_visible():
                with suppress(PlaywrightError):  # the run ends
                    pause.click(timeout=2000)
            return bool(self.page.evaluate(AT_REST))

        wait_in(self.page, rests)

    def _popover(self, name: str) -> None:
        if name:
            open_popover(self.page, name)

    def _close(self) -> None:
        if self.page.get_by_test_id("stPopoverBody").count():
            close_popover(self.page)

    def _applies(self, name: str) -> bool:
        values = self.expected.values
        if values["dataset"] == OWN and name in ("samples", "noise", "data_seed", "test_seed"):
            return False
        return not (name == "output_loss" and values["problem"] == "regression")

    def _enter_a_number(self) -> None:
        name, popover, label, values = self.rng.choice(NUMBERS)
        value = self.rng.choice(values)
        self.done[-1] += f" {name}={value}"
        if self._applies(name):
            self._popover(popover)
            enter(self.page, label, value)
            self.expected = self.expected.changed(**{name: parse(name, value)})
            self._in_link(name)
            self._close()

    def _choose_one(self) -> None:
        name, popover, label, values = self.rng.choice(SELECTS)
        value = self.rng.choice(values)
        self.done[-1] += f" {name}={value}"
        if self._applies(name):
            self._popover(popover)
            choose(self.page, label, option_name(name, value))
            self.expected = self.expected.changed(**{name: parse(name, value)})
            self._in_link(name)
            self._close()

    def _press_one_of_several(self) -> None:
        name, label, values = self.rng.choice(BUTTONS)
        value = self.rng.choice(values)
        self.done[-1] += f" {name}={value}"
        if name == "dataset" and value not in DATASETS_FOR[self.expected.values["problem"]]:
            return
        wanted = self.expected.changed(**{name: value})
        if wanted.values["dataset"] not in DATASETS_FOR[wanted.values["problem"]]:
            wanted = wanted.changed(dataset=Config.dataset)
        try:
            wanted.config()
        except BrokenRule:  # a regression's points have values that are no classes
            return
        press_one_of(self.page, label, option_name(name, value))
        self.expected = wanted
        self._in_link(name)

    def _step_the_learning_rate(self) -> None:
        rate = self.expected.values["learning_rate"]
        name, step = self.rng.choice(
            (("Lower the learning rate", lower), ("Raise the learning rate", higher))
        )
        press(self.page, name)
        self.expected = self.expected.changed(learning_rate=step(rate))

    def _in_link(self, name: str) -> None:
        """Wait until the link says what was entered."""
        right = config_query(self.expected.config()).get(name)
        wait_in(self.page, lambda: self._link().get(name) == right)

    def _open_and_close_a_popover(self) -> None:
        self._popover(self.rng.choice((DATA, NETWORK, TRAINING, SHOW)))
        self._compare_fields()
        self._close()

    def _compare_fields(self) -> None:
        wait_in(self.page, lambda: not [one for one in self._differences() if "shows" in one])

    def _start_an_example(self) -> None:
        example = self.rng.choice(list(EXAMPLE_RUNS.values()))
        self.done[-1] += f" {example.title}"
        press(self.page, example.title)
        wait_in(self.page, lambda: self._trains_with() == example.config)
        self._pause()
        self.expected = replace(self.expected, values=_values(example.config), points=NO_POINTS)
        self._chosen(speed=example.speed)

    def _new_seed(self) -> None:
        press(self.page, "New seed")
        seed = (7621 * self.expected.values["seed"] + 1) % 10_000
        self.expected = self.expected.changed(seed=seed)

    def _change_layers(self) -> None:
        widths = self.expected.values["hidden_layers"]
        longer = not widths or (len(widths) < 4 and self.rng.random() < 0.5)
        name = "Add a hidden layer" if longer else "Remove the last hidden layer"
        press_in_sidebar(self.page, name)
        longer_widths = (*widths, widths[-1] if widths else 4)
        self.expected = self.expected.changed(
            hidden_layers=longer_widths if longer else widths[:-1]
        )

    def _type_layers(self) -> None:
        typed = self.rng.choice(("4,2", "3", "6,5,4", ""))
        enter(self.page, "Hidden layers", typed)
        self.expected = self.expected.changed(hidden_layers=parse("hidden_layers", typed))

    def _toggle_a_feature(self) -> None:
        features = self.expected.values["features"]
        name = self.rng.choice(("x1^2", "x2^2", "sin(x1)"))
        self._popover(NETWORK)
        press(self.page, option_name("features", name))
        known = ("x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)")
        chosen = {*features} ^ {name}
        self.expected = self.expected.changed(features=tuple(one for one in known if one in chosen))
        self._in_link("features")
        self._close()

    def _take_advice(self) -> None:
        advice = self.page.locator(".st-key-apply_advice button").first
        if not (advice.count() and advice.is_enabled()):
            return
        before = self._link()
        # in one step, as the label can change while it trains
        label = advice.evaluate("button => { button.click(); return button.innerText; }")
        self.done[-1] += f" {label}"
        wait_in(self.page, lambda: self._link() != before)
        self.expected = self.expected.after_advice(label)

    def _branch_and_undo(self) -> None:
        line = self.page.get_by_label("Look back: iteration")
        self._pause()
        self._step()
        self._step()
        at = settled(self.page)
        if not at or not line.is_enabled():
            return
        line.fill("0")
        press(self.page, "Continue from here")
        expect(button(self.page, "Undo branch")).to_be_visible()
        self._pause()
        rate = self.expected.values["learning_rate"]
        # with another learning rate, a new run would begin in place of a diverged branch
        if "Diverged" not in status(self.page).inner_text():
            enter(self.page, "Learning rate", "0.05")
            self.expected = self.expected.changed(learning_rate=0.05)
            self._compare()
        press(self.page, "Undo branch")
        self.expected = self.expected.changed(learning_rate=rate)
        wait_in(self.page, lambda: settled(self.page) == at)  # the rate may be the same
        self._compare()

    def _reset_and_undo(self) -> None:
        self._pause()
        at = settled(self.page)
        press(self.page, "Reset")
        wait_in(self.page, lambda: iteration(self.page) == 0)
        if at:
            press(self.page, "Undo restart")
            wait_in(self.page, lambda: iteration(self.page) == at)

    def _choose_a_panel(self) -> None:
        panel = self.rng.choice([name for name in PANELS if name != self.expected.choices["panel"]])
        self.page.get_by_role("radio", name=panel, exact=True).or_(
            self.page.get_by_role("button", name=panel, exact=True)
        ).first.click()
        self._chosen(panel=panel)

    def _choose_the_speed(self) -> None:
        speed = self.rng.choice(("1", "10", "100", "max"))
        choice = self.page.get_by_role("radiogroup", name="Speed")
        choice.get_by_role("radio", name=speed.capitalize(), exact=True).click()
        self._chosen(speed=speed)

    def _toggle_the_log_axis(self) -> None:
        self.page.get_by_text("Log axis", exact=True).click()
        self._chosen(log_loss=not self.expected.choices["log_loss"])

    def _toggle_what_is_shown(self) -> None:
        labels = {
            "train_points": "Training points",
            "test_points": "Test points",
            "misclassified": "Mark mistakes",
            "discretize": "Hard boundary",
        }
        name = self.rng.choice(list(labels))
        self._popover(SHOW)
        shown = self.page.get_by_test_id("stPopoverBody")
        shown.get_by_text(labels[name], exact=True).click()
        self._chosen(**{name: not self.expected.choice(name)})
        self._compare_fields()
        self._close()

    def _chosen(self, **choices: Any) -> None:
        self.expected = replace(self.expected, choices={**self.expected.choices, **choices})

    def _draw_a_point_and_undo(self) -> None:
        before = self.expected.points
        self._draw()
        self._compare()
        press(self.page, "Undo")
        self.expected = replace(self.expected, points=before)
        self._compare()

    def _draw_a_point(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self._pause()
        before = self.expected.points
        is_regression = self.expected.values["problem"] == "regression"
        name = "Add +1" if is_regression else "Add blue"
        tool = self.page.get_by_role("radio", name=name, exact=True)
        tool.click()
        expect(self.page.locator(".brush[data-label='1']")).to_have_count(1)
        (left, right), (low, high) = plane_ranges(self.page)
        x1 = left + self.rng.uniform(0.3, 0.7) * (right - left)
        x2 = low + self.rng.uniform(0.3, 0.7) * (high - low)
        x, y = place(self.page, x1, x2)
        self.page.mouse.click(x, y)
        wait_in(self.page, lambda: len(self._config_of(self._link()).points) == len(before) + 1)
        points = self._config_of(self._link()).points
        drawn = points.inputs[-1].tolist()
        right_place = pytest.approx((x, y), abs=1)  # pixels: the page rounds what is drawn
        assert place(self.page, *drawn) == right_place, [*self.done[-12:], drawn, (x1, x2)]
        self.expected = replace(self.expected, points=add(before, [drawn], 1.0))
        self.page.get_by_role("radio", name="Look", exact=True).click()

    def _clear_the_points(self) -> None:
        # Without any points the page would show no iteration, for which `settled` waits.
        if self.expected.values["dataset"] != OWN and button(self.page, "Clear").is_enabled():
            press(self.page, "Clear")
            self.expected = replace(self.expected, points=NO_POINTS)

    def _upload_points(self) -> None:
        self._popover(DATA)
        files = self.page.locator(".st-key-upload input[type=file]")
        targets = TARGETS[self.expected.values["problem"]]
        rows = [(*inputs, target) for inputs, target in zip(INPUTS, targets, strict=True)]
        content = "\n".join(["a,b,label", *(f"{x1},{x2},{target}" for x1, x2, target in rows)])
        file = {"name": "a.csv", "mimeType": "text/csv", "buffer": content.encode()}
        files.set_input_files(file)
        press(self.page, "Use these points")
        self._close()
        wait_in(self.page, lambda: self._link().get("dataset") == OWN)
        wait_in(self.page, lambda: len(self._config_of(self._link()).points) == len(rows))
        self.expected = replace(self.expected.changed(dataset=OWN), points=Points.of(rows))

    def _visit_explore(self) -> None:
        self._pause()
        at = settled(self.page)
        entries = self.page.evaluate("history.length")
        self.page.get_by_role("link", name="Explore").click()
        expect(self.page.get_by_text("Base:")).to_be_visible()
        wait_for_script(self.page)
        if self.rng.random() < 0.5:
            self.done[-1] += " and press Back"
            self.page.go_back()
        else:
            self.page.get_by_role("link", name="Playground", exact=True).click()
        expect(button(self.page, "Step")).to_be_visible()
        wait_for_script(self.page)
        self.expected = replace(self.expected, values=_values(self.expected.config()))
        self._compare()
        assert settled(self.page) == at
        assert self.page.evaluate("history.length") <= min(50, entries + 2)  # Chromium's most

    def _reload(self) -> None:
        self.page.reload()
        expect(button(self.page, "Step")).to_be_visible()
        settled(self.page)
        self.expected = replace(self.expected, values=_values(self.expected.config()))

    def _follow_a_link(self) -> None:
        queries: tuple[dict[str, str], ...] = (
            {},
            {"optimizer": "adam", "batch_size": "7", "learning_rate": "0.02"},
            {"dataset": "xor", "regularization": "l2", "regularization_rate": "0.02"},
            {"hidden_layers": "3", "activation": "tanh", "target_loss": "0.0001"},
        )
        self.expected = self._open(self.rng.choice(queries))

    def _train(self) -> None:
        self._start()
        self._pause()

    def _reset(self) -> None:
        press(self.page, "Reset")
        wait_in(self.page, lambda: iteration(self.page) == 0)


Act = Callable[[Walk], None]
ACTIONS: tuple[Act, ...] = (
    *[Walk._enter_a_number] * 4,
    *[Walk._choose_one] * 3,
    *[Walk._press_one_of_several] * 2,
    Walk._step_the_learning_rate,
    *[Walk._open_and_close_a_popover] * 3,
    Walk._start_an_example,
    Walk._new_seed,
    Walk._change_layers,
    Walk._type_layers,
    Walk._toggle_a_feature,
    *[Walk._take_advice] * 2,
    Walk._branch_and_undo,
    Walk._reset_and_undo,
    Walk._choose_a_panel,
    Walk._choose_the_speed,
    Walk._toggle_the_log_axis,
    Walk._toggle_what_is_shown,
    Walk._draw_a_point,
    Walk._draw_a_point_and_undo,
    Walk._clear_the_points,
    Walk._upload_points,
    *[Walk._visit_explore] * 2,
    Walk._reload,
    Walk._follow_a_link,
    Walk._train,
    Walk._reset,
)
WHILE_PAUSED = {
    Walk._branch_and_undo,
    Walk._reset_and_undo,
    Walk._draw_a_point_and_undo,
    Walk._visit_explore,
    Walk._reload,
    Walk._follow_a_link,
    Walk._train,
}
