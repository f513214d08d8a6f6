"""Shapes of the files a study is set up from, and how they are read: every fault is told with its place in the file."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, StringConstraints, ValidationError

from fieldwork.core.database import Texts
from fieldwork.core.errors import BadInput

LANGUAGES = ("ru", "kk", "en")

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text that is not blank."""


def _quoted(value: object) -> object:
    """YAML reads 11:00 without quotes as the number 660, and 660 would pass for eleven minutes past midnight."""
    if not isinstance(value, str):
        raise ValueError('write the time in quotes: "11:00"')  # noqa: TRY004 - pydantic listens to ValueError only
    return value


ClockTime = Annotated[time, BeforeValidator(_quoted)]
"""A time of the clock, «11:00»."""

_ABSENT = ("missing", "string_too_short", "none_required")
_NAMES = ("number", "key", "code", "term", "id")  # what an item of a list is called by, rather than by its place


class PlaceMissing(BadInput):
    """A file lacks something it needs."""

    message = "{source}: «{where}» is missing or empty. Add it and try again."


class PlaceUnknown(BadInput):
    """A file holds a key nobody reads, most often a misspelt one."""

    message = "{source}: «{where}» is not known here. Correct its spelling or remove it."


class PlaceWrong(BadInput):
    """A value is not what it should be."""

    message = "{source}: «{where}» cannot be read ({reason}). Correct it and try again."


class LanguageMissing(BadInput):
    """A text is not there in one of the languages."""

    message = (
        "{source}: the text in «{language}» is missing at «{where}» ({count} such places). "
        "Every text is needed in ru, kk and en: write it there and try again."
    )


class Shape(BaseModel):
    """Base of every file shape: unknown keys are refused, values are not changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class LocalText(Shape):
    """One text in Russian, Kazakh and English; shapes with further keys beside them extend it."""

    ru: Line
    kk: Line
    en: Line

    def texts(self) -> Texts:
        """As it is kept in the database."""
        return {"ru": self.ru, "kk": self.kk, "en": self.en}


class FieldworkDates(Shape):
    """First and last day of fieldwork."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")


class ObjectiveShape(LocalText):
    """One numbered objective."""

    number: PositiveInt


class WorkShape(Shape):
    """A published work."""

    title: Line
    year: int


class TheoryShape(LocalText):
    """A theoretical source. ``used_for`` names categories, which exist only once coding has begun, and is not kept."""

    key: Line
    author: LocalText
    work: WorkShape
    concept: LocalText
    used_for: tuple[str, ...] = ()


class ProgrammeShape(Shape):
    """The parts of the research programme."""

    problem: LocalText
    object: LocalText
    subject: LocalText
    aim: LocalText
    research_question: LocalText
    objectives: tuple[ObjectiveShape, ...]
    theory: tuple[TheoryShape, ...] = ()


class TermShape(Shape):
    """A glossary term: ``heard_as`` are misspelt forms that are safe to correct, ``confused_with`` real words."""

    term: Line
    kind: Line
    kk: Line | None = None
    en: Line | None = None
    heard_as: tuple[Line, ...] = ()
    confused_with: tuple[Line, ...] = ()
    short: Line | None = None


class StudyShape(Shape):
    """``study.yaml``: title, fieldwork dates, method, programme, glossary.

    The keys ``sampling``, ``aspects``, ``declined`` and ``recruitment`` of the same file belong to the sampling room.
    """

    title: LocalText
    fieldwork: FieldworkDates | None = None
    method: LocalText | None = None
    questions: PositiveInt = 12
    programme: ProgrammeShape
    glossary: tuple[TermShape, ...] = ()
    sampling: Any = None
    aspects: Any = None
    declined: Any = None
    recruitment: Any = None


class MemberShape(Shape):
    """A member of the team; without ``login`` one is made of the initials and the study's slug."""

    name: Line
    role: Line
    login: Line | None = None


class TeamShape(Shape):
    """``team:`` of ``experts.yaml``: initials -> member. The experts beside it belong to the sampling room."""

    team: dict[Line, MemberShape]
    experts: Any = None


class SpokenShape(LocalText):
    """What the interviewer says before or after the questions, and how long it takes."""

    minutes: PositiveInt


class QuestionShape(Shape):
    """One question of a guide; ``objective`` is the number of the objective it serves."""

    number: int
    block: Line
    minutes: int
    objective: int
    text: LocalText
    probes: tuple[LocalText, ...] = ()
    gap: LocalText


class GuideShape(Shape):
    """``interview_guides/*.yaml``."""

    version: Line
    date: date
    interview_language: Line
    title: LocalText
    blocks: dict[str, LocalText]
    opening: SpokenShape
    closing: SpokenShape
    questions: tuple[QuestionShape, ...]


Read = TypeVar("Read", bound=BaseModel)


def parsed(shape: type[Read], data: object, source: str) -> Read:
    """``data`` (what a YAML file held) as ``shape``.

    Args:
        shape: the pydantic model of the file.
        data: mappings, lists and plain values.
        source: what messages call the file.

    Raises:
        LanguageMissing: a text lacks a language; told first, since it is the commonest fault.
        PlaceMissing: something needed is absent or blank.
        PlaceUnknown: a key nobody reads.
        PlaceWrong: any other fault. No message repeats the faulty value, which may be somebody's name.
    """
    try:
        return shape.model_validate(data)
    except ValidationError as failure:
        # without the inputs, which pydantic would otherwise carry along in its error
        faults = [(fault["type"], tuple(fault["loc"]), fault["msg"]) for fault in failure.errors(include_input=False)]
    raise _first_refusal(faults, data, source)


def _first_refusal(faults: Sequence[tuple[str, tuple[int | str, ...], str]], data: object, source: str) -> BadInput:
    unspoken = [place for kind, place, _ in faults if kind in _ABSENT and place and place[-1] in LANGUAGES]
    if unspoken:
        language = str(unspoken[0][-1])
        count = sum(place[-1] == language for place in unspoken)
        return LanguageMissing(source=source, language=language, where=_told(data, unspoken[0]), count=count)
    kind, place, reason = faults[0]
    where = _told(data, place)
    if kind in _ABSENT:
        return PlaceMissing(source=source, where=where)
    if kind == "extra_forbidden":
        return PlaceUnknown(source=source, where=where)
    return PlaceWrong(source=source, where=where, reason=reason.removeprefix("Value error, "))


def _told(data: object, place: tuple[int | str, ...]) -> str:
    """A place in the file as a person finds it: «questions › number 5 › text › kk»."""
    steps, here = [], data
    for step in place:
        if isinstance(here, Sequence) and not isinstance(here, str) and isinstance(step, int) and step < len(here):
            here = here[step]
            steps.append(_called(here, step))
        elif isinstance(here, Mapping) and step in here:
            here = here[step]
            steps.append(str(step))
        elif isinstance(step, str) and not re.search(r"[\[\]()]", step):  # not pydantic's own markers of unions
            here = None
            steps.append(step)
    return " › ".join(steps) or "the whole file"


def _called(item: object, index: int) -> str:
    if isinstance(item, Mapping):
        for name in _NAMES:
            if isinstance(item.get(name), str | int):
                return f"{name} {item[name]}"
    return str(index + 1)
