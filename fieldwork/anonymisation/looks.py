"""Decisions of the second review: how large a sample may be, who may look, what stands against an approval."""

from dataclasses import dataclass

from fieldwork.core.errors import BadInput, Refusal

REPLACED, KEPT = "replaced", "kept"
SHARE, LEAST, TURNS = 10, 5, 5
_MOST = 500
_ALL = 100  # percent


class SampleOdd(BadInput):
    """Numbers out of range."""

    message = "A sample is 0 to 100 percent of the mentions, and 0 to {most} mentions and turns. Give other numbers."


class NothingToLookAt(Refusal):
    """Nothing to sample."""

    message = (
        "There is nothing in the transcript of {code} that this person could look at: nobody else has decided anything "
        "yet, or the sample is empty. Decide first, ask somebody else, or take a larger sample."
    )


class MayNotLook(Refusal):
    """Only those with identity rights read the text as it was said."""

    message = (
        "Only the principal investigator and the interviewer of {code} read this text as it was said. Ask one of them."
    )


class LookOpen(Refusal):
    """One at a time."""

    message = "A second review of {code} is under way already. Wait for its end, or call it off."


class SecondMissing(Refusal):
    """The study wants a second look before approval."""

    message = (
        "This study wants a second person to look at a sample of {code} before it is approved. Ask for a second review."
    )


class DifferencesOpen(Refusal):
    """Two people say different things, and nobody has settled it."""

    message = "{count} differences of the second review of {code} are not settled yet. Settle them first."


@dataclass(frozen=True)
class Rule:
    """Whether approvals of a study wait for a second look, and how large its samples are."""

    required: bool = False
    share: int = SHARE
    least: int = LEAST
    turns: int = TURNS


def require_sample(rule: Rule) -> None:
    """Refuse numbers that make no sample.

    Raises:
        SampleOdd: they are out of range.
    """
    if not (0 <= rule.share <= _ALL and 0 <= rule.least <= _MOST and 0 <= rule.turns <= _MOST):
        raise SampleOdd(most=_MOST)
