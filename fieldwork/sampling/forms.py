"""What the forms of the sample say, read. Values are told back to whoever typed them, never kept elsewhere."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from werkzeug.datastructures import FileStorage

from fieldwork.core.database import Record, Texts
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.programme.forms import DateWrong, FileMissing, day_of, read_number, texts_of
from fieldwork.programme.yaml_files import FileUnreadable, parse_yaml
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.recruitment import Answer
from fieldwork.sampling.services import NewExpert
from fieldwork.web.languages import gettext as _

LINE, TEXT, NOTE = 120, 400, 2000
"""How long a line, a text and a note may be, in characters."""
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_QUESTIONS: Final = frozenset(str(number) for number in range(1, 100))
LISTED: Final = "|"
"""What separates several short names in one field."""


class FieldEmpty(BadInput):
    """A field that is needed was left empty."""

    message = "«{field}» is empty. Fill it in."


class FieldTooLong(BadInput):
    """More than a field holds."""

    message = "«{field}» has {length} characters, and at most {longest} fit. Shorten it."


class ChangedMeanwhile(Refusal):
    """Somebody saved the same thing while this page was open."""

    message = (
        "Somebody has changed this while your page was open. What you typed is still here: compare it in another tab. "
        "Saving again puts it in the place of theirs."
    )


def read_line(form: Mapping[str, str], name: str, label: str, *, longest: int = LINE, required: bool = True) -> str:
    """One line of text, its spaces put in order.

    Args:
        form: what was sent.
        name: the field's name.
        label: what the field is called on the page, in the language spoken.
        longest: in characters.
        required: whether it may not be empty.

    Raises:
        FieldEmpty, FieldTooLong: it is.
    """
    return _checked(" ".join(_clean(form.get(name, "")).split()), label, longest=longest, required=required)


def read_note(form: Mapping[str, str], name: str, label: str, *, required: bool = False) -> str:
    """A text of several lines.

    Raises:
        FieldEmpty, FieldTooLong: it is.
    """
    return _checked(_clean(form.get(name, "")).strip(), label, longest=NOTE, required=required)


def read_texts(form: Mapping[str, str], name: str, label: str, *, longest: int = LINE) -> Texts:
    """A text in ru, kk and en; languages left empty take the text of one that was not.

    Raises:
        FieldEmpty, FieldTooLong: it is.
    """
    given = {language: _clean(text) for language, text in texts_of(form, name).items()}
    if not given:
        raise FieldEmpty(field=label)
    for text in given.values():
        _checked(text, label, longest=longest, required=True)
    return given


def read_day(form: Mapping[str, str], name: str, label: str) -> date:
    """A day of the calendar in this century.

    Raises:
        FieldEmpty, DateWrong: there is none, or it cannot be.
    """
    day = day_of(form.get(name, ""))
    if day is None:
        raise FieldEmpty(field=label)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise DateWrong(value=day.isoformat())
    return day


def read_expert(form: Mapping[str, str]) -> NewExpert:
    """Stratum and generalised traits.

    Raises:
        FieldEmpty, FieldTooLong: a field.
    """
    return NewExpert(
        stratum=read_line(form, "stratum", _("Stratum")),
        group=read_line(form, "group", _("Group")),
        sector=read_line(form, "sector", _("Sector")),
        sex=read_line(form, "sex", _("Sex")),
        age_band=_band(form, "age", _("Age")),
        experience_band=_band(form, "experience", _("Experience, years")),
        region=read_line(form, "region", _("Region"), required=False),
    )


def read_identity(form: Mapping[str, str]) -> Identity:
    """Who somebody is.

    Raises:
        FieldEmpty, FieldTooLong: a field.
    """

    def one(name: str, label: str) -> str | None:
        return read_line(form, name, label, required=False) or None

    return Identity(
        full_name=read_line(form, "full_name", _("Full name")),
        short_names=_several(form, "short_names", _("Short forms of the name")),
        latin=one("latin", _("Name in Latin letters")),
        employer=one("employer", _("Employer")),
        employer_aliases=_several(form, "employer_aliases", _("Other names of the employer")),
        position=one("position", _("Position")),
        phone=one("phone", _("Telephone")),
        email=one("email", _("E-mail")),
        handle=one("handle", _("Name in messengers")),
    )


def read_answer(form: Mapping[str, str], met: tuple[str, ...]) -> Answer:
    """What came of an approach.

    Raises:
        FieldEmpty, FieldTooLong, DateWrong: a field.
    """
    return Answer(
        what=form.get("what", ""),
        on=read_day(form, "on", _("Day")),
        channel=form.get("channel", ""),
        note=read_note(form, "note", _("In short")) or None,
        met=met,
    )


def read_row(kind: str, form: Any) -> dict[str, Any]:
    """The columns of a criterion, stratum or aspect.

    Raises:
        FieldEmpty, FieldTooLong, NumberWrong: a field.
    """
    if kind == "criteria":
        return {
            "kind": form.get("kind", ""),
            "weight": read_number(form, "weight"),
            "text": read_texts(form, "text", _("Criterion"), longest=TEXT),
            "justification": read_line(form, "justification", _("Why"), longest=TEXT),
        }
    if kind == "strata":
        return {"quota": read_number(form, "quota"), "label": read_texts(form, "label", _("Stratum"))}
    return {
        "label": read_texts(form, "label", _("Aspect")),
        "min_experts": read_number(form, "min_experts"),
        "questions": sorted(
            {int(one) for one in form.getlist("questions") if one.isdecimal() and len(one) < len("999")}
        ),
        "categories": list(_several(form, "categories", _("Categories"))),
    }


def read_quotas(form: Mapping[str, str], rows: int) -> list[tuple[str, int]]:
    """Groups and how many experts of each, from ``rows`` lines of two fields; lines without a group are left out.

    Raises:
        FieldTooLong, NumberWrong: a field.
    """
    groups = [(read_line(form, f"label_{row}", _("Group"), required=False), f"quota_{row}") for row in range(rows)]
    return [(label, read_number(form, quota)) for label, quota in groups if label]


def read_upload(file: FileStorage | None) -> Any:
    """What an uploaded YAML file holds.

    Raises:
        FileMissing, FileUnreadable, NotYaml, KeyTwice: it holds nothing that can be read.
    """
    if file is None or not file.filename:
        raise FileMissing
    called = _("the file")  # its own name may be a person's
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileUnreadable(path=called) from None
    return parse_yaml(text, called)


def seen_of(*rows: Record | None) -> str:
    """A mark of what rows hold now, for a hidden field: another mark when the form comes back means a stale page."""
    held = json.dumps([row.model_dump() if row else None for row in rows], sort_keys=True, default=repr)
    return hashlib.sha256(held.encode()).hexdigest()[:16]


def check_seen(form: Mapping[str, str], *rows: Record | None) -> None:
    """Refuse a form whose page showed something else than there is now.

    Raises:
        ChangedMeanwhile: somebody saved it in between.
    """
    if form.get("seen", "") != seen_of(*rows):
        raise ChangedMeanwhile


def _clean(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n")


def _checked(text: str, label: str, *, longest: int, required: bool) -> str:
    if required and not text:
        raise FieldEmpty(field=label)
    if len(text) > longest:
        raise FieldTooLong(field=label, length=len(text), longest=longest)
    return text


def _band(form: Mapping[str, str], name: str, label: str) -> str:
    """A band as it is kept, «35-44», however the dash was typed."""
    return read_line(form, name, label).replace("–", "-").replace("—", "-").replace(" ", "")


def _several(form: Mapping[str, str], name: str, label: str) -> tuple[str, ...]:
    """Several short texts, one a line or separated by bars."""
    lines = _clean(form.get(name, "")).replace(LISTED, "\n").splitlines()
    found = tuple(" ".join(line.split()) for line in lines if line.strip())
    for one in found:
        _checked(one, label, longest=LINE, required=True)
    return found
