"""Every word on a page can be told in Russian, Kazakh and English; dates, numbers and plurals as each writes them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from fieldwork.web import languages
from fieldwork.web.extraction import PACKAGE, TRANSLATED, catalogue_of, messages, rooms, untranslated

PLACEHOLDERS = re.compile(r"%\(\w+\)s")
KEPT = re.compile(r"Fieldwork|SHA|PDF|PNG|SVG|Ctrl|Alt|Esc|&\w+;|E\d\d|00:12:41")


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("room", rooms())
def test_everything_is_translated(room: str, language: str) -> None:
    assert untranslated(room, language) == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("room", rooms())
def test_translations_keep_their_placeholders_and_nothing_is_translated_in_vain(room: str, language: str) -> None:
    known = {key if isinstance(key, str) else key[0] for key in messages(room)}
    for entry in catalogue_of(room, language):
        if entry.id:
            wanted, forms = entry.id, entry.string
            one = wanted if isinstance(wanted, str) else wanted[0]
            assert one in known, (
                f"{room}/{language}: nobody says «{one}»; run python -m fieldwork.web.extraction {room}"
            )
            for form in [forms] if isinstance(forms, str) else forms:
                assert set(PLACEHOLDERS.findall(form)) == set(PLACEHOLDERS.findall(one)), one


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_message_means_the_same_in_every_room(language: str) -> None:
    """The catalogues are merged: of two translations of one message only one would ever be seen."""
    told: dict[object, set[object]] = {}
    for room in rooms():
        for entry in catalogue_of(room, language):
            if entry.id:
                told.setdefault(entry.id, set()).add(entry.string)
    assert {message: strings for message, strings in told.items() if len(strings) > 1} == {}


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*/templates/**/*.html")), ids=lambda path: path.stem)
def test_templates_hold_no_words_outside_the_catalogues(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    text = re.sub(r"\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"\{% block (?:\w+_class|stage) %\}.*?\{% endblock %\}", "", text)
    told = re.findall(r'(?:aria-label|placeholder|alt|title)="([^"{]*[^\W\d_][^"{]*)"', text)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
    text = KEPT.sub("", re.sub(r"<[^>]*>", " ", text))
    assert (re.findall(r"[^\W\d_]{2,}", text), [one for one in told if one != "Fieldwork"]) == ([], [])


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ru", ["28 апреля 2025", "14:05", "12\xa0345,6", "64\xa0%", "+1 код", "+2 кода", "+5 кодов", "3 дня назад"]),
        ("kk", ["28 сәуір 2025", "14:05", "12\xa0345,6", "64%", "+1 код", "+2 код", "+5 код", "3 күн бұрын"]),
        ("en", ["28 April 2025", "14:05", "12,345.6", "64%", "+1 code", "+2 codes", "+5 codes", "3 days ago"]),
    ],
)
def test_dates_numbers_and_plurals(language: str, told: list[str]) -> None:
    languages.speak(language)
    at = datetime(2025, 4, 28, 9, 5, tzinfo=UTC)
    seen = [
        languages.day(date(2025, 4, 28)),
        languages.clock(at),
        languages.number_(12345.6),
        languages.percent(0.64),
        *(languages.ngettext("+%(num)s code", "+%(num)s codes", number) for number in (1, 2, 5)),
        languages.ago(at, at + timedelta(days=3)),
    ]
    languages.speak("ru")
    assert seen == told


def test_a_text_in_another_language_is_better_than_none() -> None:
    languages.speak("kk")
    assert [languages.local(texts) for texts in ({"ru": "да", "kk": "иә"}, {"ru": "да"}, {"en": "yes"}, {}, None)] == [
        "иә",
        "да",
        "yes",
        "",
        "",
    ]
    languages.speak("ru")


def test_times_are_told_in_hours_minutes_and_seconds() -> None:
    assert [languages.timecode(ms) for ms in (0, 761_999, 36_000_000)] == ["00:00:00", "00:12:41", "10:00:00"]
