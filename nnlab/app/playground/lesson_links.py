"""The lesson in the playground's link: its name and the number of a step."""

import streamlit as st

from nnlab.app import lesson_shelf
from nnlab.app.links import code
from nnlab.app.playground.record import LESSON_QUERY, STEP_QUERY
from nnlab.data.rules import shown
from nnlab.lessons.lesson import Lesson
from nnlab.training.config import Config, text

# The settings in the link of a lesson when all are the defaults. A link without settings opens the
# step with its own.
DEFAULTS = {"seed": text("seed", Config.seed)}


def linked(refused: list[str]) -> tuple[Lesson | None, dict[str, str]]:
    """Return the link's lesson and its query, and append what is wrong with it to `refused`."""
    name = st.query_params.get(LESSON_QUERY)
    if name is None:
        return None, {}
    lesson = lesson_shelf.all_lessons().get(name)
    if not lesson:
        refused.append(
            f"There is no lesson {code(shown(name))} here. The page Lessons lists those there are."
        )
        return None, {}
    number = st.query_params.get(STEP_QUERY, "1")
    numbers = [str(number) for number in range(1, len(lesson.steps) + 1)]
    if number not in numbers:
        refused.append(
            f"The link's step must be a whole number from 1 to {len(numbers)}, not "
            f"{code(shown(number))}. The first step is shown instead."
        )
        number = "1"
    return lesson, {LESSON_QUERY: name, STEP_QUERY: number}
