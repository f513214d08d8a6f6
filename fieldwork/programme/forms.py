"""What the forms of the programme say, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from fieldwork.core.database import Texts
from fieldwork.core.errors import BadInput
from fieldwork.programme.inputs import HeadInput, QuestionInput, TheoryInput
from fieldwork.programme.rules import BLOCKS

LANGUAGES = ("ru", "kk", "en")
_QUESTIONS = 12
_LONGEST_NUMBER = 6  # digits


class TitleMissing(BadInput):
    """A study without a title."""

    message = "Give the study a title, in one language at least."


class DateWrong(BadInput):
    """A date that is none."""

    message = "«{value}» is not a date. Choose it in the calendar, or write it as 2025-03-21."


class NumberWrong(BadInput):
    """A number that is none."""

    message = "«{value}» is not a whole number. Write it in digits."


class FileMissing(BadInput):
    """A form for a file was sent without one."""

    message = "No file was chosen. Choose one and send it again."


class InitialsMissing(BadInput):
    """Nothing to sign memos with."""

    message = "Give your initials, one to four letters: memos and interviews are signed with them."


@dataclass(frozen=True)
class NewStudy:
    """A study to be begun."""

    slug: str
    title: Texts
    question: Texts
    initials: str
    fieldwork_from: date | None
    fieldwork_to: date | None
    questions_expected: int


def read_new_study(form: Mapping[str, str]) -> NewStudy:
    """What was typed; languages that were left empty take the text of one that was not.

    Raises:
        TitleMissing, InitialsMissing, DateWrong, NumberWrong: what is missing or wrong.
    """
    title = texts_of(form, "title")
    if not title:
        raise TitleMissing
    initials = read_initials(form)
    return NewStudy(
        slug=form.get("slug", "").strip().lower(),
        title=title,
        question=texts_of(form, "question"),
        initials=initials,
        fieldwork_from=day_of(form.get("fieldwork_from", "")),
        fieldwork_to=day_of(form.get("fieldwork_to", "")),
        questions_expected=read_number(form, "questions_expected") if form.get("questions_expected") else _QUESTIONS,
    )


def read_initials(form: Mapping[str, str]) -> str:
    """What a member signs with.

    Raises:
        InitialsMissing: there are none, or too many.
    """
    initials = form.get("initials", "").strip()
    if not 1 <= len(initials) <= 4:  # noqa: PLR2004 - as the message says
        raise InitialsMissing
    return initials


def read_number(form: Mapping[str, str], name: str) -> int:
    """A whole number.

    Raises:
        NumberWrong: it is none.
    """
    typed = form.get(name, "").strip()
    if not typed.isdecimal() or len(typed) > _LONGEST_NUMBER:
        raise NumberWrong(value=typed)
    return int(typed)


def read_head(form: Mapping[str, str]) -> HeadInput:
    """What is said around the questions.

    Raises:
        NumberWrong: minutes that are none.
    """
    nothing = dict.fromkeys(LANGUAGES, "")
    return HeadInput(
        opening=texts_of(form, "opening") or nothing,
        opening_minutes=read_number(form, "opening_minutes"),
        closing=texts_of(form, "closing") or nothing,
        closing_minutes=read_number(form, "closing_minutes"),
        block_labels={str(block): texts_of(form, f"block_{block}") for block in BLOCKS},
    )


def read_question(form: Mapping[str, str]) -> QuestionInput:
    """A question of the guide; its probes stand one a line, the same line in every language.

    Raises:
        NumberWrong: minutes or objective are no number.
    """
    return QuestionInput(
        block=form.get("block", ""),
        minutes=read_number(form, "minutes"),
        objective=read_number(form, "objective"),
        text=texts_of(form, "text"),
        probes=_lines_of(form, "probes"),
        gap=texts_of(form, "gap"),
    )


def read_theory(form: Mapping[str, str]) -> TheoryInput:
    """A theoretical source.

    Raises:
        NumberWrong: the year is none.
    """
    return TheoryInput(
        author=texts_of(form, "author"),
        work_title=form.get("work_title", "").strip(),
        work_year=read_number(form, "work_year"),
        concept=texts_of(form, "concept"),
        text=texts_of(form, "text"),
    )


def read_drafts(form: Mapping[str, str]) -> dict[str, list[Texts]]:
    """The questions of a first guide, by block: one a line."""
    return {str(block): [dict.fromkeys(LANGUAGES, line) for line in lines_in(form.get(block, ""))] for block in BLOCKS}


def lines_in(text: str) -> list[str]:
    """The lines of a text that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _lines_of(form: Mapping[str, str], name: str) -> tuple[Texts, ...]:
    """A text a line, in three fields; a line that one language lacks takes that of another."""
    columns = {language: lines_in(form.get(f"{name}_{language}", "")) for language in LANGUAGES}
    lines = zip_longest(*columns.values(), fillvalue="")
    return tuple(
        {language: text or next(filter(None, row)) for language, text in zip(LANGUAGES, row, strict=True)}
        for row in lines
    )


def texts_of(form: Mapping[str, str], name: str) -> Texts:
    """The fields ``name_ru``, ``name_kk``, ``name_en``; empty ones filled from one that is not; none where all are."""
    given = {language: form.get(f"{name}_{language}", "").strip() for language in LANGUAGES}
    some = next((text for text in given.values() if text), "")
    return {language: text or some for language, text in given.items()} if some else {}


def day_of(text: str) -> date | None:
    """A date as calendars of browsers write it; None where nothing was given.

    Raises:
        DateWrong: it is none.
    """
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise DateWrong(value=text) from None
