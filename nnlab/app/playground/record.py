"""What the playground remembers of a user's session, apart from its widgets.

Over 250 lines, half of them the meanings of its entries, which belong beside each other.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nnlab.app.pace import Pace
from nnlab.app.page_record import PageRecord
from nnlab.app.playground.fields import Fields, config_values
from nnlab.app.playground.point_history import OwnPoints
from nnlab.data.datasets import OWN
from nnlab.figures.style import class_names
from nnlab.inspection.diagnosis.finding import Advice
from nnlab.inspection.diagnosis.trials import Trials
from nnlab.inspection.next_update import Step
from nnlab.inspection.plane_view import Unit
from nnlab.lessons.lesson import Lesson, LessonStep
from nnlab.lessons.receipt import RunRecord
from nnlab.model.network import Parameters
from nnlab.training import edits
from nnlab.training.config import Config
from nnlab.training.run import Run

# In the address: whether the page is shown for a presenter, and what it hides.
PRESENT_QUERY = "present"
HIDE_QUERY = "hide"
# In the address of a lesson: its name, and the number of the step, from 1.
LESSON_QUERY = "lesson"
STEP_QUERY = "step"
# In the address of the editor of lessons, which opens the edited one.
EDIT_QUERY = "edit"


class Training(NamedTuple):
    """How a run trains: up to which iteration, how often it is drawn, and since when."""

    goal: int
    pace: Pace
    since_iteration: int  # where the mean speed counts from
    since_time: float  # of time.perf_counter
    outdated: bool = False  # a field that needs a new run was set since: the new run begins paused

    def mean_speed(self, run: Run) -> float:
        """Return the iterations per second since the training started."""
        return (run.iteration - self.since_iteration) / (time.perf_counter() - self.since_time)


class StepMade(NamedTuple):
    """A step that was made by hand.

    Attributes
    ----------
    config : of the run
    step : the update as it was computed, without rows of samples
    after : the run's parameters after it
    loss_after : of the points that it was made for, without the penalty
    """

    config: Config
    step: Step
    after: Parameters
    loss_after: float


class LeftRun(NamedTuple):
    """A trained run that another has replaced, so that one can return to it.

    Attributes
    ----------
    own : its own points, with their names
    is_branch : the other one continues it from an earlier iteration
    speed : as in pace.SPEEDS, if the other one came with a speed of its own
    """

    run: Run
    own: OwnPoints
    is_branch: bool = False
    speed: str | None = None


class StepProgress(NamedTuple):
    """What the user has done in a step of a lesson.

    Attributes
    ----------
    answer : number of the chosen answer to the question; None before
    hints : how many hints are shown
    reached : the highest level of the goal so far
    explained : the user has asked for the explanation
    proof : the run that reached it, for a receipt; None for one that no receipt can hold
    """

    answer: int | None = None
    hints: int = 0
    reached: int = 0
    explained: bool = False
    proof: RunRecord | None = None


@dataclass(frozen=True)
class Playground(PageRecord):
    """Everything that the playground remembers, apart from its widgets.

    Attributes
    ----------
    run : the present run
    run_number : which of the session's runs it is
    point_history : the own points, the present ones last, for undo
    training : None while the run is paused
    recent_runs : as the last ticks have left it, so that Pause can keep what the page shows
    renew : the page's next script run starts a new run. `run` is still the old one, and `training`
        says whether Start was clicked for the new one
    work : what a click has asked for that takes long; the page's next script run does it
    viewed_iteration : the past iteration that the page shows; None for the present
    view_settled : False while the time line still moves
    trials : of the cures for what is wrong with the present run
    is_sick : whether something is wrong with it now, so that the trials matter
    advised : the settings through which advice has led, the advised ones last
    left : the run to which Undo returns
    step_made : the last step made by hand in this run
    shown_unit : the unit whose map the large chart shows; None for the output
    refused_value : what was wrong with the last value typed in the diagram, or nothing
    from_edited : the link is that of a run with weights set by hand, until the first iteration
    fields : what the fields of the page show
    wants_upload : the page's next script run starts a new run on the uploaded points
    remembered : by name, the source and the value of what was last computed from an uploaded file
    lesson : the open lesson
    progress : in all lessons, by the lesson's name and the step's number
    """

    run: Run
    run_number: int
    point_history: tuple[OwnPoints, ...]
    training: Training | None = None
    recent_runs: tuple[Run, ...] = ()
    renew: bool = False
    work: Callable[[], None] | None = None
    viewed_iteration: int | None = None
    view_settled: bool = True
    trials: Trials | None = None
    is_sick: bool = False
    advised: tuple[Config, ...] = ()
    left: LeftRun | None = None
    step_made: StepMade | None = None
    shown_unit: Unit | None = None
    refused_value: str = ""
    from_edited: bool = False
    fields: Fields = field(default_factory=lambda: Fields(config_values(Config())))
    wants_upload: bool = False
    remembered: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    lesson: Lesson | None = None
    progress: Mapping[tuple[str, int], StepProgress] = field(default_factory=dict)

    @property
    def viewed_run(self) -> Run:
        """Return the run as the page shows it: the present one, or as it was in the past."""
        at = self.viewed_iteration
        return edits.rewind(self.run, at) if at in self.run.snapshot_iterations else self.run

    @property
    def advice(self) -> Advice | None:
        """Return the cure that helps the present run, once it is known."""
        return self.trials.advice if self.trials and self.is_sick else None

    @property
    def tries_cures(self) -> bool:
        """Say whether cures are being tried."""
        return self.is_sick and self.trials is not None and not self.trials.ended

    @property
    def past_advised(self) -> tuple[Config, ...]:
        """Return the settings that advice has changed, if it has led to the present ones."""
        *past, last = self.advised or (None,)
        return tuple(past) if last == self.run.config else ()

    @property
    def step_point(self) -> int | None:
        """The training point of the step by hand; None for all points or the next batch."""
        return self.fields.values.get("step_point")

    def shows_the_same_as(self, other: "Playground") -> bool:
        """Say whether the page shows the same run at the same iteration for both records."""
        return self.run is other.run and self.viewed_iteration == other.viewed_iteration

    @property
    def has_settled(self) -> bool:
        """Say whether the time line is at rest, so that the whole page should follow it."""
        return self.viewed_iteration is None or self.view_settled

    @property
    def presenting(self) -> bool:
        """Say whether the page is shown for a presenter."""
        return self.query.get(PRESENT_QUERY) == "true"

    @property
    def editing(self) -> bool:
        """Say whether the editor of lessons is open."""
        return self.query.get(EDIT_QUERY) == "true"

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return the names of the settings, panels and parts that the page does not show."""
        return tuple(filter(None, self.query.get(HIDE_QUERY, "").split(",")))

    @property
    def step_number(self) -> int:
        """Return the number of the lesson's step, from 1."""
        return int(self.query.get(STEP_QUERY, "1"))

    @property
    def lesson_step(self) -> LessonStep | None:
        """Return the step of the open lesson."""
        return self.lesson.steps[self.step_number - 1] if self.lesson else None

    @property
    def step_progress(self) -> StepProgress:
        """Return the progress in the step of the open lesson."""
        name = self.lesson.name if self.lesson else ""
        return self.progress.get((name, self.step_number), StepProgress())

    @property
    def has_done_lesson(self) -> bool:
        """Say whether the last step is open, and each goal that can be reached has been."""
        if not self.lesson or self.step_number < len(self.lesson.steps):
            return False
        return all(
            self.progress.get((self.lesson.name, number), StepProgress()).reached
            for number, step in enumerate(self.lesson.steps, 1)
            if step.goal and not (step.solution and step.solution.impossible)
        )

    @property
    def asks(self) -> bool:
        """Say whether a question of the lesson must be answered before a run."""
        step = self.lesson_step
        return bool(step and step.question) and self.step_progress.answer is None

    @property
    def own(self) -> OwnPoints:
        """Return the own points."""
        return self.point_history[-1]

    @property
    def class_names(self) -> tuple[str, ...]:
        """Return what the classes are called; nothing in a regression."""
        run = self.run
        known = (self.own.classes or ()) if run.config.dataset == OWN else run.dataset.class_names
        return class_names(known, run.config.n_classes)

    @property
    def goal(self) -> int:
        """Return the iteration that the run trains to, or would train to."""
        return self.training.goal if self.training else goal_of(self.run)

    @property
    def has_ended(self) -> bool:
        """Say whether the run rests at its goal, or where its target loss has stopped it."""
        run = self.run
        at_goal = run.iteration > 0 and run.iteration == self.goal
        return not self.training and (at_goal or run.rule_met == "target_loss")


def goal_of(run: Run) -> int:
    """Return the multiple of `config.iterations` that the run has reached or trains to."""
    once = run.config.iterations
    return max(1, -(-run.iteration // once)) * once
