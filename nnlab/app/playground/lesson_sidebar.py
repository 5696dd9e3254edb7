"""A lesson in the sidebar: the step's text, its question, its goal, and what helps with it."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app.navigation import LESSON_MARKS
from nnlab.app.playground import actions, receipts, session
from nnlab.app.playground.actions import EXPLAIN, GO_BACK, GO_ON, HINT, LEAVE_LESSON, answer_action
from nnlab.app.playground.record import Playground
from nnlab.inspection.observation import Observation
from nnlab.lessons.lesson import LessonStep, Question
from nnlab.lessons.library import TOUR, shipped

STYLE = Path(__file__).with_suffix(".css")
_MARKS = {False: ":material/radio_button_unchecked:", True: ":green[:material/check_circle:]"}


def render(playground: Playground) -> DeltaGenerator | None:
    """Draw the open step; return the place for the state of its goal, if it has one."""
    lesson, step = playground.lesson, playground.lesson_step
    if not lesson or not step:
        return None
    if not playground.presenting:  # which has a style of its own
        st.html(STYLE)
    number, count = playground.step_number, len(lesson.steps)
    with st.container(key="lesson"):
        with st.container(horizontal=True, vertical_alignment="center", key="lesson_steps"):
            _turn_page(playground, number, count)
        if number == 1:
            st.markdown(f"**{lesson.title}**")
            st.markdown(lesson.introduction)
        st.header(step.title, anchor=False)
        st.markdown(step.text)
        if step.question:
            _question(playground, step.question)
        place = st.container(key="goal") if step.goal else None
        _help(playground, step)
        if lesson.name == TOUR:  # seen once, it is not offered again
            _mark_done(lesson.name)
        elif playground.has_done_lesson:
            st.markdown(f"{_MARKS[True]} **The lesson is done.**")
            _mark_done(lesson.name)
            receipts.of_lesson(playground)
    return place


def offer_tour(playground: Playground) -> None:
    """Draw a button for the tour; a browser that has opened it once hides it."""
    with st.container(horizontal=True, key="tour_offer"):
        actions.TOUR.button(st, playground, shipped().lessons[TOUR], type="tertiary")
        mark = f'<i data-lesson="{TOUR}"></i>{LESSON_MARKS}'
        st.html(mark, unsafe_allow_javascript=True)


def _mark_done(name: str) -> None:
    """Let the browser remember that this lesson is done."""
    mark = f'<i data-lesson-done="{name}"></i>{LESSON_MARKS}'
    st.html(mark, unsafe_allow_javascript=True)


def _turn_page(playground: Playground, number: int, count: int) -> None:
    GO_BACK.button(st, playground, number - 1, disabled=number == 1, type="tertiary")
    st.markdown(f"{number} of {count}")
    GO_ON.button(st, playground, number + 1, disabled=number == count, type="tertiary")
    LEAVE_LESSON.button(st, playground, type="tertiary")


def _question(playground: Playground, question: Question) -> None:
    """Draw the question; after the answer, what was expected, and after a run, what happened."""
    chosen = playground.step_progress.answer
    with st.container(key="question"):
        st.markdown(question.text)
        if chosen is None:
            for number, choice in enumerate(question.choices):
                answer_action(number).button(
                    st, playground, number, label=choice.text, width="stretch"
                )
            st.caption("Choose an answer, then press Start.")
            return
        choice = question.choices[chosen]
        st.markdown(f"You expect: *{choice.text}*")
        if playground.run.iteration and not playground.training:
            icon = _MARKS[True] if choice.right else ":material/info:"
            happened = f"What happened: *{question.right.text}*"
            st.markdown(f"{icon} {happened}\n\n{choice.reply}")
        else:
            st.caption("Now press Start and see.")


def goal(playground: Playground, observation: Observation, place: DeltaGenerator) -> None:
    """Draw the state of the goal for the present run, and keep what it has reached."""
    step = playground.lesson_step
    if not step or not step.goal or observation.run is not playground.run:
        return
    run, metrics = observation.run, observation.metrics
    reached = step.goal.reached(run, metrics) if run.iteration else 0
    session.note_goal(playground, reached)
    best = session.current().step_progress.reached
    with place:
        title = f" · {step.goal.medal(best)}" if best else ""
        states = step.goal.states(run, metrics)
        lines = [f"{_MARKS[state.holds]} {state.sentence}" for state in states]
        st.markdown(f"**Goal**{title}\n\n" + "\n\n".join(lines))


def _help(playground: Playground, step: LessonStep) -> None:
    """Draw the hints that were asked for, and the explanation once it may be read."""
    progress = playground.step_progress
    for hint in step.hints[: progress.hints]:
        st.info(hint)
    with st.container(horizontal=True, key="lesson_help"):
        if left := len(step.hints) - progress.hints:
            HINT.button(st, playground, label=f"Hint ({left} left)", type="tertiary")
        opened = progress.explained or progress.reached
        if step.explanation and not opened:
            EXPLAIN.button(st, playground, type="tertiary", disabled=playground.asks)
    if step.explanation and opened:
        st.markdown(step.explanation)
