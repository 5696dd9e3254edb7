"""Trial runs of the cures for a run, in slices of time, and the advice that follows from them."""

import math
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from nnlab.data.datasets import Dataset
from nnlab.inspection.diagnosis import diagnose
from nnlab.inspection.diagnosis.choice import (
    ALIKE,
    REFERENCE,
    Combination,
    Place,
    choose,
    with_new_cures,
)
from nnlab.inspection.diagnosis.finding import Advice, Cure, Finding
from nnlab.inspection.diagnosis.outcome import Outcome, outcome_of
from nnlab.inspection.diagnosis.progress import GAIN, WORST_SCORE, is_over
from nnlab.inspection.diagnosis.reference import reference, with_new_points
from nnlab.inspection.diagnosis.significance import (
    SIGNIFICANCE,
    level,
    significantly_fewer,
    significantly_lower,
)
from nnlab.inspection.observation import observe
from nnlab.training.batches import dataset_of
from nnlab.training.config import Config
from nnlab.training.run import Run, advance, start
from nnlab.training.work import fits, work

ITERATIONS = 2000
LEAST_ITERATIONS = 100
MAX_TRIAL_WORK = 2_000_000_000  # of a trial: about two seconds on one core
CHANCE = 0.005  # the standard error of a difference of accuracies on reference.NEW_POINTS
LOWER = 0.95  # times the loss: a smaller fall may be chance, though more points are right


@dataclass(frozen=True, eq=False)
class Trials:
    """Trial runs of the cures for one run, each from new weights with the run's seed.

    Attributes
    ----------
    run : the run that needs a cure
    findings : with the cures to try
    iterations : of each trial
    outcomes : of the trials that have ended; the one without a cure is that of the run itself
    trial : the run that is being tried, None between two trials
    """

    run: Run
    findings: tuple[Finding, ...]
    iterations: int
    outcomes: Mapping[Combination, Outcome] = field(default_factory=dict)
    trial: Run | None = None

    @property
    def ended(self) -> bool:
        """Say whether the trials that the advice depends on have been made."""
        return self._decision[0] is None

    @property
    def advice(self) -> Advice | None:
        """Return the cure that helps best; None if none helps, or while the trials go on."""
        return self._decision[1]

    @property
    def certain(self) -> bool:
        """Say whether something is wrong for certain."""
        return any(finding.certain for finding in self.findings)

    def are_for(self, run: Run) -> bool:
        """Say whether the trials still tell what helps a run: it goes on as it did."""
        mine = self.run
        goes_on = run.snapshots[0] is mine.snapshots[0] and run.iteration >= mine.iteration
        same = run.config == mine.config and run.edits == mine.edits
        return goes_on and same and is_over(run) == is_over(mine)

    def advanced(
        self, seconds: float = math.inf, clock: Callable[[], float] = time.perf_counter
    ) -> "Trials":
        """Go on with the next trial, for at most some seconds; the slices change no result."""
        combination = self._decision[0]
        if combination is None:
            return self
        trial = self.trial or (start(self._config(combination)) if combination else self.run)
        iterations = self._iterations(combination)
        left = max(0, iterations - trial.iteration)
        trial = advance(trial, left, seconds=seconds, clock=clock)
        if trial.iteration < iterations and not trial.stopped:
            return replace(self, trial=trial)
        outcomes = {
            **self.outcomes,
            combination: outcome_of(trial, self._new_points, self._test_only),
        }
        return replace(self, outcomes=outcomes, trial=None)

    def _config(self, combination: Combination) -> Config:
        config = self.run.config
        if combination == REFERENCE:
            return reference(config)
        for place in combination:
            config = self._cure(place).applied(config)
        return config

    def _cure(self, place: Place) -> Cure:
        finding, number = place
        return self.findings[finding].cures[number]

    def _iterations(self, combination: Combination) -> int:
        """Return the iterations of a trial: of several changes, as many as the run has made."""
        if len(combination) < 2 and combination != REFERENCE:
            return self.iterations
        most = _most_iterations(self._config(combination))
        return max(self.iterations, min(self.run.iteration, most))

    @property
    def _test_only(self) -> bool:
        return self.findings[0].overfits

    @cached_property
    def _new_points(self) -> Dataset | None:
        config = None if self._test_only else with_new_points(self.run.config)
        return dataset_of(config) if config else None

    def _helps(self, before: Outcome, after: Outcome) -> bool:
        """Say whether an outcome is better by more than chance."""
        if self.run.diverged:
            return after.value > before.value
        if after.score < before.score + GAIN[self.run.config.head.measure]:
            return False
        ours, others = after.test, before.test
        cures = sum(len(finding.cures) for finding in self.findings)
        if self._test_only:
            each = level(self.run, cures)
            fewer = significantly_fewer(ours.wrong, others.wrong, each)
            lower = significantly_lower(ours.losses, others.losses, each)
            return lower and (fewer or not self.run.config.n_classes)
        # unlike overfitting, the other faults are not looked for with each look at the test points
        fewer = significantly_fewer(ours.wrong, others.wrong, SIGNIFICANCE / cures)
        return bool(self._new_points) or after.loss < LOWER * before.loss or fewer

    def _choice(self) -> Generator[Combination, Outcome, Combination]:
        """Ask for the outcomes of trials; return the cures to advise, none in a healthy run.

        A run is healthy if it does nearly as well as a network that usually does well. Only a run
        that overfits is not compared with that network, since it may overfit, too. Points on bad
        scales may need other changes before a trial shows that it helps to standardize them; that
        network shows it.
        """
        if self._test_only or not fits(reference(self.run.config)):
            return (yield from choose(self.findings, self._helps, math.inf))
        before = yield ()
        usual = yield REFERENCE
        gap = usual.score - before.score
        if gap <= GAIN[self.run.config.head.measure] + CHANCE and not self.run.diverged:
            return ()
        chosen = yield from choose(self.findings, self._helps, usual.score - ALIKE)
        unscaled = any(cure.standardise for cure in self.findings[0].cures)
        return ((0, 0),) if not chosen and unscaled else chosen

    @cached_property
    def _decision(self) -> tuple[Combination | None, Advice | None]:
        """Return the next trial that is needed, or else the advice."""
        choosing = self._choice()
        combination = next(choosing)
        try:
            while combination in self.outcomes:
                combination = choosing.send(self.outcomes[combination])
        except StopIteration as end:
            return None, self._advice(end.value)
        return combination, None

    def _advice(self, combination: Combination) -> Advice | None:
        """Return the advice for one cure of a combination; None if that is empty.

        It is the one that does most alone, or the first if none does any good alone. However,
        standardizing comes first: the effect of the others may depend on it.
        """
        if not combination:
            return None
        before, after = self.outcomes[()], self.outcomes[combination]
        place = combination[0]
        if not self._cure(place).standardise:
            # at least the present value, so that of several that do no good the first is taken
            place = max(combination, key=lambda one: max(before.value, self.outcomes[(one,)].value))
        finding, cure = self.findings[place[0]], self._cure(place)
        if not self._helps(before, after):
            compared = self._compared(before, self.outcomes[REFERENCE])
            evidence = f"A typical network on standardized points: {compared}."
            return Advice(finding, cure, evidence)
        number = len(combination)
        first = f", as the first of {number} changes" if number > 1 else ""
        tried = f"Tried for {self._iterations(combination):,} iterations{first}"
        return Advice(finding, cure, f"{tried}: {self._compared(before, after)}.")

    def _compared(self, before: Outcome, after: Outcome) -> str:
        """Return the evidence in words. A diverged run has nothing to compare with."""
        if self._test_only:
            losses = after.test.losses.mean(), before.test.losses.mean()
            return "test loss {:.2g} instead of {:.2g}".format(*losses)
        if self.run.config.n_classes:
            now, then = f"accuracy {after.score:.0%}", f"{before.score:.0%}"
        else:
            low = before.score <= WORST_SCORE["loss"]
            now, then = f"R² {after.score:.2f}", "below -1" if low else f"{before.score:.2f}"
        where = " on new points" if self._new_points else ""
        return now + where if self.run.diverged else f"{now} instead of {then}{where}"


def advise(run: Run, past: Sequence[Config] = ()) -> Advice | None:
    """Diagnose a run, make all trials, and return the advice; `begin` says what the past is."""
    trials = begin(run, diagnose(observe(run)), past)
    while trials and not trials.ended:
        trials = trials.advanced()
    return trials.advice if trials else None


def begin(run: Run, findings: Sequence[Finding], past: Sequence[Config] = ()) -> Trials | None:
    """Return the trials of the cures for a run, none of them made; None if there is no new cure.

    Parameters
    ----------
    past : the settings from which earlier advice has led to the present ones; no cure takes back
        what it has changed
    """
    found = with_new_cures(run.config, findings, past)
    if not found:
        return None
    iterations = min(ITERATIONS, run.config.iterations)
    if found[0].overfits:
        return Trials(run, found, run.iteration)  # a shorter trial would overfit less anyway
    return Trials(run, found, min(iterations, _most_iterations(run.config)))


def _most_iterations(config: Config) -> int:
    return max(LEAST_ITERATIONS, MAX_TRIAL_WORK // max(1, work(config)))
