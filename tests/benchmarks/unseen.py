"""The development sets that were written before a result on them was seen, and what slovnet alone makes of them.

They were unseen once. First run (before any rule was changed for them) and now, masked recall / precision of tokens:

=============================  ====================  ====================
set                            first run             24 November 2026
=============================  ====================  ====================
persons                        .966 / .941           .987 / .983
persons, lower-cased           .870 / .888           .929 / .956
organisations, recall, F1      .793, .867            .946, .955
  slovnet alone                .793, .850            .793, .850
places, F1                     .902                  .932
  slovnet alone                .876                  .876
names in six cases             .986 / .922           .997 / 1.000
the same, lower-cased          .967 / 1.000          .979 / 1.000
known: diminutive, Latin       .789, .875            1.000, 1.000
known: misspelt                .921                  .974
linking, B-cubed F1            .894                  .969
=============================  ====================  ====================

One gold form was taken out as wrong after the first run («Михалыча» of a Mikhail whose father is no Mikhail). A text
that nobody has looked at will come nearer to the first column.
"""

import itertools
from collections.abc import Sequence

from petrovich.enums import Case, Gender
from petrovich.main import Petrovich
from scoring import FOLDER, Scores, Span, b_cubed, load, unmark, words

from fieldwork.anonymisation.anonymiser import Anonymiser
from fieldwork.anonymisation.detectors.known import Known
from fieldwork.anonymisation.detectors.ner import model
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.linking import Linker
from fieldwork.anonymisation.mention import Document, Mention

FRAMES = ("Вчера на встрече говорили {} и много спорили.", "Потом долго вспоминали {} за чаем.")
TEMPLATES = {
    Case.GENITIVE: ("Письмо пришло от {} через неделю.", "Без {} ничего бы не вышло."),
    Case.DATIVE: ("Отдали ключи {} под расписку.", "Все благодарны {} за помощь."),
    Case.ACCUSATIVE: ("Соседи уважают {} и слушаются.", "Комиссия вызвала {} на беседу."),
    Case.INSTRUMENTAL: ("Договор подписан {} во вторник.", "Поспорили с {} из-за аренды."),
    Case.PREPOSITIONAL: ("Речь шла о {} и его мастерской.", "Никто не подумал о {} вовремя."),
    None: ("{} открывает выставку завтра.", "Когда-то здесь работал {} с учениками."),
}
EVERY = 7


def of_file(name: str) -> list[tuple[str, list[Span]]]:
    """Sentences with [[text|LABEL]] marks."""
    rows = load(FOLDER / name)
    assert isinstance(rows, list)
    return [unmark(row) for row in rows]


def slovnet_alone(items: Sequence[tuple[str, Sequence[Span]]]) -> Scores:
    """The neural model by itself, sentence by sentence."""
    scores = Scores()
    for number, (text, gold) in enumerate(items):
        spans = [Mention(s.start, s.stop, text[s.start : s.stop], s.type) for s in model()(text).spans]
        scores.add(text, gold, spans, f"#{number}")
    return scores


def pairs() -> list[tuple[Gender, str, str]]:
    """Every given name with two surnames: sex, given name, surname."""
    data = load(FOLDER / "unseen_names.yaml")
    assert isinstance(data, dict)
    surnames = data["male_surnames"].split()
    found = []
    for gender, key, step in ((Gender.MALE, "male", 0), (Gender.FEMALE, "female", 41)):
        for number, given in enumerate(data[key].split()):
            surname = surnames[(number * 5 + step) % len(surnames)]
            if gender == Gender.FEMALE and surname.endswith(("ов", "ев", "ин")):
                surname += "а"
            found.append((gender, given, surname))
    return found


def inflected() -> list[tuple[str, list[Span]]]:
    """Names of ``unseen_names.yaml`` in six cases, twelve frames; petrovich inflects, its errors are in the items."""
    inflector, items = Petrovich(), []
    for (gender, given, surname), (case, frames) in itertools.product(pairs(), TEMPLATES.items()):
        first = inflector.firstname(given, case, gender) if case else given
        last = inflector.lastname(surname, case, gender) if case else surname
        for name in (f"{first} {last}", first, last):
            frame = frames[len(items) % 2]
            start = frame.index("{")
            items.append((frame.format(name), [(start, start + len(name), "PER")]))
    return items


def people(name: str) -> tuple[list[KnownIdentity], dict[str, list[dict[str, str]]]]:
    """Contact records of a file of forms, and the forms by kind."""
    data = load(FOLDER / name)
    assert isinstance(data, dict)
    found = [
        KnownIdentity(code, full_name=row["full_name"], short_names=tuple(row["short"]), latin=row["latin"])
        for code, row in data["identities"].items()
    ]
    return found, data["forms"]


def known_forms(name: str, missed: list[str]) -> dict[str, tuple[int, int, int]]:
    """Per kind of form of a file, in two frames: found as the right person, masked at all, items."""
    identities, kinds = people(name)
    result = {}
    for kind, rows in kinds.items():
        right = masked = 0
        for row, frame in itertools.product(rows, FRAMES):
            ((code, form),) = row.items()
            text = frame.format(form)
            mentions = [m for m in Anonymiser(identities).mentions([text])[0] if m.label == "PER"]
            start = text.index(form)
            inner = [(start + a, start + b) for a, b in words(form) if form[a].isupper()]
            whole = all(any(m.start <= a and b <= m.end for m in mentions) for a, b in inner)
            fits = whole and all(m.entity == code for m in mentions)
            masked += whole
            right += fits
            if not fits:
                missed.append(f"{kind} {code} {form!r} {[(m.text, m.entity) for m in mentions]}")
        result[kind] = (right, masked, len(rows) * len(FRAMES))
    return result


def false_hits() -> tuple[list[str], list[str], int]:
    """Mentions of the known twenty in news about others: masked without review, left to review, words of news."""
    identities, _ = people("unseen_known.yaml")
    codes = {identity.code for identity in identities}
    text = (FOLDER / "unseen_news.txt").read_text(encoding="utf-8")
    (found,) = Anonymiser(identities).mentions([text])
    ours = [m for m in found if m.entity in codes]
    return [m.text for m in ours if m.certain], [m.text for m in ours if not m.certain], len(Document(text).words)


def linking(missed: list[str]) -> tuple[float, float]:
    """B-cubed of ``unseen_linking.yaml``, every interview linked by itself."""
    rows = load(FOLDER / "unseen_linking.yaml")
    assert isinstance(rows, list)
    every = []
    for number, row in enumerate(rows):
        mentions = [
            Mention(100 * n, 100 * n + len(text), text, label) for n, (label, text, _) in enumerate(row["mentions"])
        ]
        linked = Linker(Known([])).link(mentions)
        keys = [key for _, _, key in row["mentions"]]
        every += [(f"{number}/{m.entity}", f"{number}/{key}") for m, key in zip(linked, keys, strict=True)]
        if len(set(zip([m.entity for m in linked], keys, strict=True))) > len(set(keys)) or len(
            {m.entity for m in linked}
        ) < len(set(keys)):
            missed.append(" ".join(f"{m.text}={m.entity}/{key}" for m, key in zip(linked, keys, strict=True)))
    return b_cubed(every)
