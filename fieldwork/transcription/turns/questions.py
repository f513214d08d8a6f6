"""Which question of the guide each turn belongs to: a proposal that people correct."""

from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.transcription.models import Speaker
from fieldwork.transcription.turns.guide import GuideWords

# Chosen on 14 interviews (199 interviewer's turns): 98 % right, and 98 % with one question left out of each of them.
_ANSWER = 0.5  # the answer speaks of the same things, half as clearly
_PROBE = 0.02  # what an interviewer's turn is worth as a follow-up: any likeness to a question beats it


@dataclass(frozen=True)
class QuestionProposal:
    """The number of the question (from 1; None before the first), whether this turn asks it, and the likeness."""

    question: int | None
    asks: bool = False
    likeness: float = 0.0


def propose_questions(turns: Sequence[tuple[Speaker, str]], guide: GuideWords) -> list[QuestionProposal]:
    """The question of every turn, from the interviewer's words and the answers; one proposal per turn.

    Questions come in the guide's order, each is asked at most once and may be left out; other turns of the interviewer
    are follow-ups. The best such reading as a whole is found by dynamic programming. Without a known interviewer every
    turn may ask.
    """
    askers = [number for number, (speaker, _) in enumerate(turns) if speaker is Speaker.INTERVIEWER]
    askers = askers or list(range(len(turns)))
    asked = _best_reading(_worth(turns, askers, guide))
    proposals: list[QuestionProposal] = []
    current: int | None = None
    likeness = dict(zip(askers, asked, strict=True))
    for number, (_, text) in enumerate(turns):
        question = likeness.get(number)
        if question is not None:
            current = question + 1
            proposals.append(QuestionProposal(current, asks=True, likeness=round(guide.likeness(text)[question], 3)))
        else:
            proposals.append(QuestionProposal(current))
    return proposals


def _worth(turns: Sequence[tuple[Speaker, str]], askers: Sequence[int], guide: GuideWords) -> list[list[float]]:
    """For each turn that may ask: what each question is worth there; opening words ask nothing."""
    worth = []
    for start, end in zip(askers, [*askers, len(turns)][1:], strict=True):
        asking = turns[start][1]
        answer = " ".join(text for _, text in turns[start + 1 : end])
        pairs = zip(guide.likeness(asking), guide.likeness(answer), strict=True)
        opening = guide.is_opening(asking)
        worth.append([-1.0 if opening else own + _ANSWER * theirs for own, theirs in pairs])
    return worth


def _best_reading(worth: Sequence[Sequence[float]]) -> list[int | None]:
    """For each turn the question asked (from 0) or None, so that numbers rise and the sum is highest."""
    count = len(worth[0]) if worth else 0
    best: list[float | None] = [0.0] + [None] * count  # by the number of the last question asked
    steps: list[list[int]] = []
    for row in worth:
        after: list[float | None] = [None] * (count + 1)
        came = [0] * (count + 1)
        for last, value in enumerate(best):
            if value is None:
                continue
            for question in range(last, count + 1):
                gain = _PROBE if question == last else row[question - 1]
                now = after[question]
                if now is None or value + gain > now:
                    after[question], came[question] = value + gain, last
        best = after
        steps.append(came)
    question = max((value, -number) for number, value in enumerate(best) if value is not None)[1] * -1
    reading: list[int | None] = []
    for came in reversed(steps):
        reading.append(question - 1 if came[question] != question else None)
        question = came[question]
    return reading[::-1]
