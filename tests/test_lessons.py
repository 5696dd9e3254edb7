"""A lesson is one readable file, and whatever is wrong with it is said in one sentence."""

import re
import sys
from pathlib import Path

import pytest

from nnlab import Config, advance, evaluate, start
from nnlab.lessons.check import check
from nnlab.lessons.faults import FaultyLesson
from nnlab.lessons.goal import VOCABULARY, Goal, read_goal
from nnlab.lessons.lesson import Choice, Question
from nnlab.lessons.reading import read_file
from nnlab.training.metrics import Metrics
from tests.helpers.lessons import GOAL, HEAD, QUESTION, SETTINGS, SOLUTION, STEP, lesson_of


def goal_of(*lines: str) -> Goal:
    goal, faults = read_goal(lines, 1)
    assert faults == []
    assert goal is not None
    return goal


def faults_of(text: str, head: str = HEAD) -> list[str]:
    with pytest.raises(FaultyLesson) as raised:
        lesson_of(text, head)
    return raised.value.sentences


def test_a_lesson_is_read_with_all_its_parts() -> None:
    text = (
        f"Welcome to $w_1$.\n\n{STEP}{QUESTION}{GOAL}{SOLUTION}"
        "```hint\nFirst.\n```\n```hint\nSecond.\n```\n```explanation\nBecause.\n```\nAfter.\n"
        "## Two\n\nMore, with `code`.\n"
    )
    lesson = lesson_of(text)
    assert (lesson.name, lesson.title, lesson.minutes) == ("sample", "A line cannot bend", 5)
    assert (lesson.level, lesson.language) == ("beginner", "en")
    assert lesson.controls == ("features", "learning_rate")
    assert lesson.introduction == "Welcome to $w_1$."
    one, two = lesson.steps
    assert (one.title, one.sets, two.title, two.sets) == ("One", True, "Two", False)
    assert one.config == two.config == Config(hidden_layers=(), samples=50, iterations=200)
    assert " ".join(one.text.split()) == "Some text. After."
    assert one.question == Question(
        "What can a line do?",
        (
            Choice("Everything.", "It cannot bend.", False),
            Choice("Half of it.", "One side is orange.", True),
        ),
    )
    assert one.hints == ("First.", "Second.")
    assert one.explanation == "Because."
    assert one.solution
    assert one.solution.changes == {"features": ["x1^2", "x2^2"], "learning_rate": 10.0}
    assert two.text == "More, with `code`."
    assert (two.question, two.goal, two.solution) == (None, None, None)


def test_the_settings_of_a_step_are_added_to_those_before() -> None:
    text = f"{STEP}## Two\n```settings\nlearning_rate = 0.5\nbatch_size = 5\n```\n"
    text += '## Three\n```settings\nbatch_size = ""\n```\n'
    _, two, three = lesson_of(text).steps
    before = Config(hidden_layers=(), samples=50, iterations=200, learning_rate=0.5)
    assert (two.config.batch_size, three.config) == (5, before)


# Each of these must be refused, with the line and a part of the sentence.
HOSTILE = [
    # code, addresses and pictures in the text
    ("## A\n\n<script>alert(1)</script>\n", 10, "HTML is not allowed"),
    ("## A\n\n<img src=x onerror=alert(1)>\n", 10, "HTML is not allowed"),
    ("## A\n\nHi <b onclick='x()'>there</b>\n", 10, "HTML is not allowed"),
    ("## A\n\n<!-- a comment -->\n", 10, "HTML is not allowed"),
    ("## A\n\n<?php evil(); ?>\n", 10, "HTML is not allowed"),
    ("## A\n\n<style>body { display: none }</style>\n", 10, "HTML is not allowed"),
    ("## A\n\n<iframe src='https://a.b'></iframe>\n", 10, "HTML is not allowed"),
    ("## A <svg onload=alert(1)>\n", 8, "HTML is not allowed"),
    ("<b>Introduction</b>\n\n## A\n", 8, "HTML is not allowed"),
    ("## A\n\n![a](http://a.b/c.png)\n", 10, "images are not allowed"),
    ("## A\n\n![a][b]\n\n[b]: http://a.b/c.png\n", 10, "images are not allowed"),
    ("## A\n\n![a](data:image/svg+xml;base64,AAAA)\n", 10, "images are not allowed"),
    ("## A\n\n[a ![b](//a.b/c.png)](https://a.b)\n", 10, "images are not allowed"),
    ("## A\n\n[a](javascript:alert(1))\n", 10, "a link must begin with"),
    ("## A\n\n[a](JaVaScRiPt:alert(1))\n", 10, "a link must begin with"),
    ("## A\n\n[a](data:text/html;base64,AAAA)\n", 10, "a link must begin with"),
    ("## A\n\n[a](file:///etc/passwd)\n", 10, "a link must begin with"),
    ("## A\n\n<javascript:alert(1)>\n", 10, "a link must begin with"),
    ("## A\n\n[a](//evil.example)\n", 10, "a link must begin with"),
    ("## A\n\n```hint\n<script>x</script>\n```\n", 11, "HTML is not allowed"),
    ("## A\n\n```explanation\n![a](http://a.b)\n```\n", 11, "images are not allowed"),
    ("## A\n\n```question\nQ?\n- [x] <b>a</b> -> b\n- [ ] c -> d\n```\n", 12, "HTML is not"),
    # code in a goal
    ("## A\n```goal\n__import__('os').system('ls')\n```\n", 10, "a condition must be"),
    ("## A\n```goal\nopen('/etc/passwd') < 1\n```\n", 10, "a condition must be"),
    ("## A\n```goal\ntest_loss.__class__ < 1\n```\n", 10, "a condition must be"),
    ("## A\n```goal\ntest_loss < (lambda: 1)()\n```\n", 10, "a plain value"),
    ("## A\n```goal\ntest_loss < 9**9**9\n```\n", 10, "a plain value"),
    ("## A\n```goal\ntest_loss < train_loss\n```\n", 10, "a plain value"),
    ("## A\n```goal\nlosses < 1\n```\n", 10, "'losses' is unknown to a goal; allowed are train"),
    ("## A\n```goal\n__builtins__ == 1\n```\n", 10, "unknown to a goal"),
    ("## A\n```goal\n0 < test_loss < 1\n```\n", 10, "a condition must be"),
    ("## A\n```goal\ntest_loss < 1 or True\n```\n", 10, "a condition must be"),
    ("## A\n```goal\n(x := 1) < 1\n```\n", 10, "a condition must be"),
    ("## A\n```goal\ntest_loss < 1e999\n```\n", 10, "must be compared with a number"),
    ("## A\n```goal\ntest_loss < True\n```\n", 10, "must be compared with a number"),
    ("## A\n```goal\ntest_loss < '0.1'\n```\n", 10, "must be compared with a number"),
    ("## A\n```goal\ntest_loss < 0.2, 0.3\n```\n", 10, "must get stricter from left to right"),
    ("## A\n```goal\ntest_loss < 0.4, 0.3, 0.2, 0.1\n```\n", 10, "a condition must be"),
    ("## A\n```goal\nactivation == 'evil'\n```\n", 10, "activation must be one of relu"),
    ("## A\n```goal\nactivation < 'relu'\n```\n", 10, "must be followed by numbers"),
    (f"## A\n```goal\n{'(' * 190}1{')' * 9}\n```\n", 10, "a condition must be"),
    (f"## A\n```goal\ntest_loss < {'1' * 300}\n```\n", 10, "at most 200 characters"),
    ("## A\n```goal\ntest_loss < 0.2\x00\n```\n", 10, "a condition must be"),
    ("## A\n```goal\n```\n", 10, "1 to 10 conditions"),
    ("## A\n```goal\ntest_loss < 1\n```\n", 9, "must have a block solution"),
    # settings
    ("## A\n```settings\nlearning_rate = -1\n```\n", 10, "learning_rate must be a finite number"),
    ("## A\n```settings\nlearning_rate = nan\n```\n", 10, "learning_rate must be a finite number"),
    ("## A\n```settings\nlerning_rate = 1\n```\n", 10, "'lerning_rate' is not a setting; allowed"),
    ("## A\n```settings\nsamples = 100000\nhidden_layers = [64, 64]\n```\n", 10, "samples must be"),
    ("## A\n```settings\nseed = 1979-05-27\n```\n", 10, "seed must be a whole number"),
    ("## A\n```settings\nseed = [1\n```\n", 10, "this is not TOML"),
    (f"## A\n```settings\nseed = {'[' * 5000}\n```\n", 10, "nested too deeply"),
    (f"## A\n```settings\nseed = {'9' * 5000}\n```\n", 10, "this is not TOML"),
    ("## A\n```settings\n[seed]\nx = 1\n```\n", 10, "seed must be a whole number"),
    ("## A\n```settings\n__class__ = 1\n```\n", 10, "'__class__' is not a setting"),
    # the form
    ("## A\n```settigns\nseed = 1\n```\n", 9, "the block 'settigns' is unknown; allowed are"),
    ("## A\n```settings\nseed = 1\n", 9, "a block must end with a line"),
    ("```settings\nseed = 1\n```\n## A\n", 8, "must be in a step"),
    ("## A\n> ```goal\n> test_loss < 1\n> ```\n", 9, "must not be in a list or a quotation"),
    ("## A\n```settings\n```\n```settings\n```\n", 11, "at most one block settings"),
    ("## A\n```question\nQ?\n- [x] a -> b\n```\n", 9, "2 to 6 choices"),
    ("## A\n```question\nQ?\n- [x] a -> b\n- [x] c -> d\n```\n", 9, "exactly one choice"),
    ("## A\n```question\nQ?\n- [x] a\n- [ ] c -> d\n```\n", 11, "each choice must be a line"),
    ("## A\n```question\n- [x] a -> b\n- [ ] c -> d\n```\n", 9, "must begin with its text"),
    ("## A\n````explanation\n```goal\nx\n```\n````\n", 10, "must not be inside the block"),
    ("## A\n```hint\n```\n", 9, "must not be empty"),
    ("## A\n```solution\nseed = 1\n```\n", 9, "must be in a step with a goal"),
    ("## A\n```points_at\nbody\n```\n", 10, "a step must point at one of start, reset"),
    ("# Title\n\n## A\n", 8, "a heading # is not allowed"),
    ("no steps\n", 9, "1 to 30 steps"),
    ("## A\n" * 31, 39, "1 to 30 steps"),
    ("##\n", 8, "a step's heading must have"),
    ("## A\n" + "x" * 100_001, 1, "at most 100,000 characters"),
]


@pytest.mark.parametrize(("text", "line", "part"), HOSTILE)
def test_a_hostile_lesson_is_refused_with_its_line(text: str, line: int, part: str) -> None:
    sentences = faults_of(text)
    assert any(s.startswith(f"sample.md, line {line}: ") and part in s for s in sentences), (
        sentences
    )
    assert all(re.fullmatch(r"sample\.md, line \d+: [^\n]+\.", one) for one in sentences)


def test_deeply_nested_markdown_is_read_or_refused_at_once() -> None:
    """No depth reaches Python's limit on recursion: markdown-it stops at a fixed depth."""
    for deep in (">" * 50_000, "- " * 20_000, "[" * 50_000, "*" * 50_000, "`" * 50_000):
        lesson_of(f"## A\n\n{deep}\n")


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("minutes = 5", "minutes = 0", "minutes must be a whole number from 1 to 600, got 0"),
        ("minutes = 5\n", "", "must have minutes"),
        ('"beginner"', '"expert"', "level must be one of beginner, intermediate, advanced"),
        ('"en"', '"English"', "language must be the code of a language"),
        ('["features", "learning_rate"]', '["noises"]', "controls must be a list of settings"),
        ("minutes = 5", "minutes = 5\nauthor = 1", "'author' is unknown here; allowed are title"),
        ("+++\ntitle", "title", "must begin with front matter"),
        ('"A line cannot bend"', '"<script>x</script>"', "HTML is not allowed"),
        ('"A line cannot bend"', '"![a](http://a.b)"', "images are not allowed"),
        ('"A line cannot bend"', "3", "title must be a text"),
        ("minutes = 5", "minutes = ", "this is not TOML"),
    ],
)
def test_a_fault_of_the_front_matter_is_named(old: str, new: str, part: str) -> None:
    head = HEAD.replace(old, new, 1)
    assert head != HEAD
    assert any(part in sentence for sentence in faults_of("## A\n", head))


def test_all_faults_of_a_file_are_said_in_the_order_of_its_lines() -> None:
    text = "## A\n```settings\nsamples = 1\n```\n<b>x</b>\n```goal\nx < 1\n```\n"
    lines = [int(re.findall(r"line (\d+)", sentence)[0]) for sentence in faults_of(text)]
    assert lines == sorted(lines)
    assert {10, 12, 14} <= set(lines)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"+++\n\n\xff")
    with pytest.raises(FaultyLesson, match=r"a\.md, line 3: the text must be UTF-8\."):
        read_file(file)


def test_a_goal_knows_the_names_that_the_documentation_lists() -> None:
    expected = "train_loss test_loss train_accuracy test_accuracy loss_gap iterations hidden_units"
    assert {*expected.split(), "hidden_layers", "weights", "learning_rate"} <= {*VOCABULARY}


def test_a_goal_reads_the_numbers_of_the_run() -> None:
    run = advance(start(Config(samples=50, hidden_layers=(3, 2))), 20)
    metrics = evaluate(run)
    values = {
        "train_loss": metrics.train_loss,
        "test_accuracy": metrics.test_accuracy,
        "loss_gap": metrics.test_loss - metrics.train_loss,
        "iterations": 20,
        "hidden_units": 5,
        "hidden_layers": 2,
        "weights": 2 * 3 + 3 * 2 + 2,
        "small_weights": 0,
        "samples": 50,
    }
    for name, value in values.items():
        (condition,) = goal_of(f"{name} <= 2").conditions
        assert condition.value(run, metrics) == value, name


@pytest.mark.parametrize(
    ("accuracy", "medal"), [(0.5, None), (0.7, "bronze"), (0.85, "silver"), (1.0, "gold")]
)
def test_three_thresholds_are_bronze_silver_and_gold(accuracy: float, medal: str | None) -> None:
    goal = goal_of("train_accuracy >= 0.6, 0.8, 0.9", "hidden_layers <= 2")
    run = start(Config(samples=50))
    metrics = Metrics(0.1, accuracy, 0.1, accuracy)
    reached = goal.reached(run, metrics)
    assert (goal.medal(reached) if reached else None) == medal
    assert goal.reached(start(Config(samples=50, hidden_layers=(2, 2, 2))), metrics) == 0


def test_two_thresholds_are_silver_and_gold_and_one_has_no_medal() -> None:
    two, one = goal_of("test_loss < 0.3, 0.2"), goal_of("test_loss < 0.3")
    assert [two.medal(1), two.medal(2), one.medal(1)] == ["silver", "gold", "reached"]


def test_the_state_of_a_goal_is_said_with_the_next_threshold() -> None:
    goal = goal_of("test_loss < 0.35, 0.2", "activation == 'tanh'")
    run = start(Config(samples=50, activation="tanh"))
    metrics = Metrics(0.3, 0.5, 0.31, 0.5)
    assert goal.states(run, metrics) == [
        (False, "test loss 0.31, goal below 0.2"),
        (True, "activation Tanh, goal exactly Tanh"),
    ]


def test_a_number_that_is_none_or_nan_meets_no_goal() -> None:
    run = start(Config(samples=50, problem="regression"))
    assert goal_of("batch_size < 100").reached(run, evaluate(run)) == 0
    assert goal_of("train_accuracy < 2").reached(run, evaluate(run)) == 0


def checked(goal: str, solution: str, settings: str = SETTINGS) -> list[str]:
    text = f"## A\n{settings}```goal\n{goal}\n```\n```solution\n{solution}\n```\n"
    return [fault.sentence for fault in check(lesson_of(text))]


BEATS = 'features = ["x1^2", "x2^2"]\nlearning_rate = 10.0'


def test_a_goal_that_its_solution_reaches_and_start_alone_does_not_has_no_faults() -> None:
    assert checked("test_loss < 0.5, 0.3, 0.2\nhidden_layers == 0", BEATS) == []


def test_a_goal_that_its_solution_does_not_reach_is_a_fault() -> None:
    (fault,) = checked("test_loss < 0.5, 0.3, 0.0001", BEATS)
    assert re.fullmatch(
        r"the solution does not reach the goal \(at best test loss 0\.\d+, goal below 0\.0001, at "
        r"iteration \d+\)",
        fault,
    )


def test_a_goal_that_start_alone_reaches_is_a_fault() -> None:
    (fault,) = checked("test_loss < 0.9, 0.2", BEATS)
    assert fault.startswith("the goal is reached by Start alone (test loss 0.")


def test_an_empty_solution_says_that_start_is_enough() -> None:
    assert checked("iterations >= 200", "") == []
    (fault,) = checked("test_loss < 100", "")
    assert fault.startswith("the goal is reached before Start")


def test_an_impossible_goal_needs_no_solution_but_must_not_come_by_itself() -> None:
    assert checked("test_accuracy > 0.99", "impossible = true") == []
    (fault,) = checked("test_loss < 0.9", "impossible = true")
    assert "by Start alone" in fault


def test_a_solution_must_use_the_controls_that_are_shown() -> None:
    (fault,) = checked("hidden_layers == 1", "hidden_layers = [4]")
    assert fault == "the solution changes hidden_layers, so controls must contain it"


def test_a_lesson_reaches_no_network_and_no_file() -> None:
    """Reading a lesson opens nothing and imports nothing, as Python's audit hooks tell."""
    seen: list[str] = []
    active = [True]
    watched = ("open", "socket", "subprocess", "os.", "import", "exec")

    def hook(event: str, _: tuple[object, ...]) -> None:
        if active[0] and event.startswith(watched):
            seen.append(event)

    text = f"{STEP}{QUESTION}{GOAL}{SOLUTION}"
    lesson_of(text)
    sys.addaudithook(hook)
    try:
        lesson_of(text)
        for hostile, _, _ in HOSTILE:
            with pytest.raises(FaultyLesson):
                lesson_of(hostile)
    finally:
        active[0] = False
    assert seen == []
