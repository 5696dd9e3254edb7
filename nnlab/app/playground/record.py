"""What the playground remembers of a user's session, apart from its widgets."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nnlab.app.pace import Pace
from nnlab.app.page_record import PageRecord
from nnlab.app.playground.fields import Fields, config_values
from nnlab.app.playground.point_history import OwnPoints
from nnlab.inspection.next_update import Step
from nnlab.inspection.plane_view import Unit
from nnlab.model.network import Parameters
from nnlab.training import edits
from nnlab.training.config import Config
from nnlab.training.run import Run

# In the address: whether the page is shown for a presenter, and what it hides.
PRESENT_QUERY = "present"
HIDE_QUERY = "hide"


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
    """

    run: Run
    own: OwnPoints
    is_branch: bool = False


@dataclass(frozen=True)
class Playground(PageRecord):
    """Everything that the playground remembers, apart from its widgets.

    Attributes
    ----------
    run : the present run
    run_number : which of the session's runs it is
    point_history : the own points, the present ones last, for undo
    training : None while the run is paused
    renew : the page's next script run starts a new run. `run` is still the old one, and `training`
        says whether Start was clicked for the new one
    work : what a click has asked for that takes long; the page's next script run does it
    viewed_iteration : the past iteration that the page shows; None for the present
    view_settled : False while the time line still moves
    left : the run to which Undo returns
    step_made : the last step made by hand in this run
    shown_unit : the unit whose map the large chart shows; None for the output
    refused_value : what was wrong with the last value typed in the diagram, or nothing
    from_edited : the link is that of a run with weights set by hand, until the first iteration
    fields : what the fields of the page show
    wants_upload : the page's next script run starts a new run on the uploaded points
    remembered : by name, the source and the value of what was last computed from an uploaded file
    """

    run: Run
    run_number: int
    point_history: tuple[OwnPoints, ...]
    training: Training | None = None
    renew: bool = False
    work: Callable[[], None] | None = None
    viewed_iteration: int | None = None
    view_settled: bool = True
    left: LeftRun | None = None
    step_made: StepMade | None = None
    shown_unit: Unit | None = None
    refused_value: str = ""
    from_edited: bool = False
    fields: Fields = field(default_factory=lambda: Fields(config_values(Config())))
    wants_upload: bool = False
    remembered: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def viewed_run(self) -> Run:
        """Return the run as the page shows it: the present one, or as it was in the past."""
        at = self.viewed_iteration
        return edits.rewind(self.run, at) if at in self.run.snapshot_iterations else self.run

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
    def hidden(self) -> tuple[str, ...]:
        """Return the names of the settings, panels and parts that the page does not show."""
        return tuple(filter(None, self.query.get(HIDE_QUERY, "").split(",")))

    @property
    def own(self) -> OwnPoints:
        """Return the own points."""
        return self.point_history[-1]

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
