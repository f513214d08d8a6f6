"""Decisions of sampling: codes, statuses, criteria, quotas, coverage. Values in, values or named refusals out."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.sampling.disclosure import band_is_readable
from fieldwork.sampling.models import Aspect, Criterion, ExpertStatus, Stratum

_CODE = re.compile(r"[A-Z]\d{2,3}")
_EXPERT_CODE = re.compile(r"E(\d{2,3})")


class Channel(StrEnum):
    """How somebody was approached."""

    EMAIL = "email"
    PHONE = "phone"
    MESSENGER = "messenger"
    LETTER = "letter"
    IN_PERSON = "in_person"


class Outcome(StrEnum):
    """What came of an approach."""

    SENT = "sent"
    NO_ANSWER = "no_answer"
    REPLIED = "replied"
    POSTPONED = "postponed"
    AGREED = "agreed"
    SCHEDULED = "scheduled"
    DECLINED = "declined"


class CodeWrong(BadInput):
    """An expert's code is not of the form every transcript and report relies on."""

    message = "«{code}» cannot be an expert's code. Use one Latin capital and two or three digits, such as E07."


class BandWrong(BadInput):
    """An exact age or duration, or something that is not a band."""

    message = "«{band}» is not a band. Give bands such as 35-44 or 20+, never an exact number."


class SexWrong(BadInput):
    """Neither of the two values the sample tables know."""

    message = "«{sex}» cannot be recorded as sex. Use f or m."


class ChannelWrong(BadInput):
    """An unknown channel or outcome of a contact."""

    message = "«{word}» is not known as {kind} of a contact. Choose one of: {words}."


class StatusRefused(Refusal):
    """The step is not on the way from candidate to interview."""

    message = "{expert} is «{status}» and cannot become «{wanted}». Possible now: {possible}."


class CriterionFailed(Refusal):
    """A required criterion is not met, so the candidate is not invited."""

    message = (
        "{expert} does not meet the required criteria {criteria} and is not invited. "
        "Record the refusal, or correct which criteria are met."
    )


_STEPS: dict[ExpertStatus, tuple[ExpertStatus, ...]] = {
    ExpertStatus.CANDIDATE: (ExpertStatus.INVITED, ExpertStatus.DECLINED),
    ExpertStatus.INVITED: (ExpertStatus.AGREED, ExpertStatus.DECLINED),
    ExpertStatus.AGREED: (ExpertStatus.DECLINED,),
    ExpertStatus.DECLINED: (ExpertStatus.INVITED,),  # people change their minds
}


@dataclass(frozen=True)
class StratumCoverage:
    """One stratum against its quota."""

    key: str
    quota: int
    agreed: int
    invited: int
    candidates: int
    declined: int

    @property
    def missing(self) -> int:
        """How many experts must still agree."""
        return max(self.quota - self.agreed, 0)

    @property
    def full(self) -> bool:
        """Whether the quota is filled exactly or exceeded."""
        return self.agreed >= self.quota

    @property
    def over(self) -> int:
        """How many of those invited and agreed exceed the quota: a warning, not a refusal."""
        return max(self.agreed + self.invited - self.quota, 0)


@dataclass(frozen=True)
class Spoken:
    """What one expert has answered and what has been coded in it."""

    questions: frozenset[int] = frozenset()
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AspectCoverage:
    """One aspect against the experts, as their codes in order.

    ``asked`` answered one of its questions; ``spoken`` have a passage coded under one of its categories. An aspect
    without categories counts as spoken to by those who were asked.
    """

    key: str
    min_experts: int
    asked: tuple[str, ...]
    spoken: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether as many experts as planned have spoken to it."""
        return len(self.spoken) >= self.min_experts


def check_code(code: str) -> None:
    """Refuse a code of another form.

    Raises:
        CodeWrong: it is.
    """
    if not _CODE.fullmatch(code):
        raise CodeWrong(code=code)


def next_code(codes: Iterable[str]) -> str:
    """The code after the highest E-code there is: E01, E02, …; numbers are not used twice."""
    numbers = [int(match[1]) for code in codes if (match := _EXPERT_CODE.fullmatch(code))]
    return f"E{max(numbers, default=0) + 1:02d}"


def check_traits(sex: str, *bands: str) -> None:
    """Refuse traits that are not generalised.

    Raises:
        SexWrong: not f or m.
        BandWrong: an exact number, or something unreadable.
    """
    if sex not in ("f", "m"):
        raise SexWrong(sex=sex)
    for band in bands:
        if not band_is_readable(band):
            raise BandWrong(band=band)


def check_contact(channel: str, outcome: str) -> tuple[Channel, Outcome]:
    """The channel and outcome of those names.

    Raises:
        ChannelWrong: one of them does not exist.
    """
    if channel not in tuple(Channel):
        raise ChannelWrong(word=channel, kind="channel", words=", ".join(Channel))
    if outcome not in tuple(Outcome):
        raise ChannelWrong(word=outcome, kind="outcome", words=", ".join(Outcome))
    return Channel(channel), Outcome(outcome)


def check_step(expert: str, status: str, wanted: ExpertStatus) -> None:
    """Refuse a change of status that skips a step.

    Raises:
        StatusRefused: says what is possible now.
    """
    possible = _STEPS[ExpertStatus(status)]
    if wanted not in possible:
        raise StatusRefused(expert=expert, status=status, wanted=wanted, possible=", ".join(possible))


def possible_steps(status: str) -> tuple[ExpertStatus, ...]:
    """The statuses an expert of that status can come to."""
    return _STEPS[ExpertStatus(status)]


def check_criteria(expert: str, criteria: Sequence[Criterion], met: Collection[str]) -> None:
    """Refuse to invite who fails a required criterion; desirable ones do not decide.

    Args:
        expert: the candidate's code, for the message.
        criteria: the study's criteria.
        met: keys of the criteria the candidate meets.

    Raises:
        CriterionFailed: names every required criterion that is not met.
    """
    failed = [row.key for row in criteria if row.kind == "required" and row.key not in met]
    if failed:
        raise CriterionFailed(expert=expert, criteria=", ".join(failed))


def stratum_coverage(strata: Sequence[Stratum], statuses: Iterable[tuple[str, str]]) -> list[StratumCoverage]:
    """Strata against quotas.

    Args:
        strata: in the order to be shown.
        statuses: stratum key and status of each expert.
    """
    counts = Counter(statuses)
    return [
        StratumCoverage(
            key=stratum.key,
            quota=stratum.quota,
            agreed=counts[stratum.key, ExpertStatus.AGREED],
            invited=counts[stratum.key, ExpertStatus.INVITED],
            candidates=counts[stratum.key, ExpertStatus.CANDIDATE],
            declined=counts[stratum.key, ExpertStatus.DECLINED],
        )
        for stratum in strata
    ]


def aspect_coverage(aspects: Sequence[Aspect], spoken: Mapping[str, Spoken]) -> list[AspectCoverage]:
    """Which expert has spoken to which aspect: the coverage matrix, row by row.

    Args:
        aspects: in the order to be shown.
        spoken: expert code -> question numbers answered and category keys coded.
    """
    return [_covered(aspect, spoken) for aspect in aspects]


def _covered(aspect: Aspect, spoken: Mapping[str, Spoken]) -> AspectCoverage:
    asked = tuple(code for code in sorted(spoken) if spoken[code].questions.intersection(aspect.questions))
    coded = tuple(code for code in sorted(spoken) if spoken[code].categories.intersection(aspect.categories))
    return AspectCoverage(aspect.key, aspect.min_experts, asked, coded if aspect.categories else asked)
