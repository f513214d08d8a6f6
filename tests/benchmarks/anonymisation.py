"""Accuracy and speed of anonymisation on the development sets. Run: ``python tests/benchmarks/anonymisation.py [-v]``.

Two kinds of sets. *Seen*: the demo study's raw transcripts with ``mentions.yaml``, ``gold.yaml``, ``known_forms.yaml``
and generated inflections; they were in sight while the rules were written. *Unseen* (``unseen.py``, the files
``tests/anonymisation/unseen*``): written before a result on them was seen.
"""

import argparse
import itertools
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

# One core, as the figures are stated; must be set before numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import unseen  # beside this file: the folder is run as a script
from petrovich.enums import Case, Gender
from petrovich.main import Petrovich
from scoring import ROOT, Scores, Span, b_cubed, limit, load, say

from fieldwork.anonymisation.anonymiser import Anonymiser
from fieldwork.anonymisation.detectors.known import Known, KnownPeople
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.mention import Document, Mention

STUDY = ROOT / "fieldwork" / "demo" / "study"


def identities() -> list[KnownIdentity]:
    """The demo's experts, team and those who declined."""
    data = load(STUDY / "experts.yaml")
    assert isinstance(data, dict)
    found = [identity(code, row["identity"]) for code, row in data["experts"].items()]
    found += [KnownIdentity(code, full_name=row["name"], role="interviewer") for code, row in data["team"].items()]
    declined = load(STUDY / "study.yaml")
    assert isinstance(declined, dict)
    return found + [identity(code, row["identity"], "other") for code, row in declined["declined"].items()]


def identity(code: str, row: dict[str, object], role: str = "expert") -> KnownIdentity:
    """A contact record from the demo's spelling of one."""
    text = {
        key: str(row.get(key) or "")
        for key in ("full_name", "latin", "employer", "position", "phone", "email", "handle")
    }
    short, aliases = row["short"], row["employer_aliases"]
    assert isinstance(short, list)
    assert isinstance(aliases, list)
    return KnownIdentity(
        code=code, short_names=tuple(short), employer_aliases=tuple(map(str, aliases)), role=role, **text
    )


def study() -> dict[str, tuple[list[str], list[list[tuple[int, int, str, str]]]]]:
    """Per expert: texts, and gold (start, end, label, entity) per text."""
    gold: dict[tuple[str, int], list[tuple[int, int, str, str]]] = defaultdict(list)
    rows = load(STUDY / "mentions.yaml")
    assert isinstance(rows, list)
    for row in rows:
        at = row["start"]
        gold[row["expert"], row["i"]].append((at, at + len(row["text"]), row["label"], row["entity"]))
    result = {}
    for path in sorted((STUDY / "transcripts").glob("E*.yaml")):
        turns = load(path)
        assert isinstance(turns, list)
        texts = [turn["text"] for turn in turns]
        result[path.stem] = (texts, [gold[path.stem, turn["i"]] for turn in turns])
    return result


def demo_run(
    known: Sequence[KnownIdentity], *, lower: bool = False, about: bool = False
) -> tuple[Scores, dict[str, list[list[Mention]]]]:
    """Score the demo's transcripts."""
    anonymiser, scores, every = Anonymiser(known), Scores(), {}
    for expert, (texts, gold) in study().items():
        shown = [text.lower() for text in texts] if lower else texts
        found = anonymiser.mentions(shown, about=[expert] if about else [])
        every[expert] = found
        for number, (text, spans, mentions) in enumerate(zip(texts, gold, found, strict=True)):
            scores.add(text, [(a, b, label) for a, b, label, _ in spans], mentions, f"{expert}/{number}")
    return scores, every


def linking(known: Sequence[KnownIdentity], labels: set[str], *, verbose: bool) -> tuple[float, float]:
    """B-cubed of the linker on gold mentions over the whole study."""
    anonymiser, pairs, seen = Anonymiser(known), [], []
    for expert, (texts, gold) in study().items():
        mentions, keys, base = [], [], 0
        for text, spans in zip(texts, gold, strict=True):
            for start, end, label, entity in spans:
                if label in labels:
                    mentions.append(Mention(base + start, base + end, text[start:end], label))
                    keys.append(entity)
            base += len(text) + 1
        linked = anonymiser.linker.link(mentions, [expert])
        pairs += [(m.entity, key) for m, key in zip(linked, keys, strict=True)]
        seen += [(expert, m.text, m.entity, key) for m, key in zip(linked, keys, strict=True)]
    if verbose:
        by_gold, by_key = defaultdict(set), defaultdict(set)
        for _, _, entity, key in seen:
            by_gold[key].add(entity)
            by_key[entity].add(key)
        for row in seen:
            if len(by_gold[row[3]]) > 1 or len(by_key[row[2]]) > 1:
                say(f"  link {row}")
    return b_cubed(pairs)


TEMPLATES = {
    Case.GENITIVE: "Мы узнали об этом от {} ещё весной.",
    Case.DATIVE: "Потом я позвонила {} и всё рассказала.",
    Case.ACCUSATIVE: "На открытии мы увидели {} и обрадовались.",
    Case.INSTRUMENTAL: "Вчера мы говорили с {} о мастерских.",
    Case.PREPOSITIONAL: "В статье написали о {} и выставке.",
    None: "На встрече {} рассказывает о галерее.",
}
NAMES = (
    ("m", "Ерлан", "Сейтжанов"), ("f", "Айнур", "Кенжебаева"), ("m", "Данияр", "Мукашев"), ("f", "Гаухар", "Есимова"),
    ("m", "Канат", "Бекмуханов"), ("f", "Сауле", "Тажибаева"), ("m", "Нурсултан", "Абишев"), ("f", "Жибек", "Омарова"),
    ("m", "Бакыт", "Осмонов"), ("f", "Айгуль", "Асанова"), ("m", "Темирлан", "Жаксылыков"), ("f", "Перизат", "Калиева"),
    ("m", "Улан", "Джолдошев"), ("f", "Чолпон", "Мамбетова"), ("m", "Ильшат", "Розиев"), ("f", "Патигуль", "Хамраева"),
    ("m", "Виктор", "Цой"), ("f", "Инна", "Тен"), ("m", "Данияр", "Смагул"), ("f", "Раушан", "Байсеит"),
    ("m", "Санжар", "Ыдырыс"), ("f", "Мереке", "Жунусова"), ("m", "Арман", "Кудайберген"), ("f", "Баян", "Алимкулова"),
    ("m", "Еркебулан", "Толегенов"), ("f", "Толганай", "Ибраева"), ("m", "Ораз", "Нурпеис"),
    ("f", "Камшат", "Жумагали"),
)  # fmt: skip


def generated() -> list[tuple[str, list[Span]]]:
    """Kazakh, Kyrgyz, Uighur and Korean names in six cases (petrovich inflects; its errors are in the items)."""
    inflector, items = Petrovich(), []
    for (sex, given, surname), (case, template) in itertools.product(NAMES, TEMPLATES.items()):
        gender = Gender.FEMALE if sex == "f" else Gender.MALE
        first = inflector.firstname(given, case, gender) if case else given
        last = inflector.lastname(surname, case, gender) if case else surname
        for name in (f"{first} {last}", first, last):
            text = template.format(name)
            start = text.index(name)
            items.append((text, [(start, start + len(name), "PER")]))
    return items


def sentences(items: Sequence[tuple[str, Sequence[Span]]], *, lower: bool = False) -> Scores:
    """Score sentences one by one, each as a document of its own."""
    anonymiser, scores = Anonymiser(), Scores()
    for number, (text, gold) in enumerate(items):
        found = anonymiser.mentions([text.lower() if lower else text])[0]
        scores.add(text, gold, found, f"#{number}")
    return scores


LIMITS = "--limits"
SPEED, MEMORY_MB, START_S, SEARCH_S = 50_000, 500, 3.0, 2.0
MINUTES_75 = 60_000


def limits() -> None:
    """Start, characters per second of one core, 500 identities, resident memory: in a process of its own."""
    began = time.monotonic()
    Anonymiser().mentions(["Начало."])
    limit("start, models and dictionaries", time.monotonic() - began, START_S, "s")
    body = "\n".join(text for texts, _ in study().values() for text in texts)
    for title, known in (("without contacts", []), ("with 19 contacts", identities())):
        Anonymiser(known).mentions([body])
        fresh = Anonymiser(known)
        started = time.process_time()
        for part in range(4):
            fresh.mentions([body + f"\n{part}"])
        limit(f"speed {title}", 4 * len(body) / (time.process_time() - started), SPEED, "characters/s", least=True)
    limit("75 minutes against 500 identities", many_identities(body), SEARCH_S, "s")
    limit("resident memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, MEMORY_MB, "MB")


def many_identities(body: str) -> float:
    """Seconds to index 500 contact records and to search a 75-minute transcript (60,000 characters) for them."""
    people = [
        replace(
            KnownIdentity(f"X{i}"),
            full_name=f"{NAMES[i % 28][2]} {NAMES[(i * 5 + i // 28) % 28][1]} {NAMES[i % 7][1]}улы",
            phone=f"+7701{i:07}",
            email=f"x{i}@example.kz",
        )
        for i in range(500)
    ]
    body = (body + "\n" + body)[:MINUTES_75]
    began = time.process_time()
    KnownPeople(Known(people)).detect(Document(body))
    return time.process_time() - began


def both(lower: dict[str, Callable[[bool], Scores]]) -> dict[str, Callable[[], Scores]]:
    """Every run twice: as written, and lower-cased."""
    runs: dict[str, Callable[[], Scores]] = {}
    for title, run in lower.items():
        runs[title] = lambda run=run: run(False)
        runs[title + ", lower-cased"] = lambda run=run: run(True)
    return runs


def tables() -> dict[str, Callable[[], Scores]]:
    """Every table of token counts by its title."""
    known = identities()
    held = lambda: unseen.of_file("unseen.yaml")  # noqa: E731
    return {
        **both(
            {
                "demo, known identities and partakers": lambda low: demo_run(known, lower=low, about=True)[0],
                "demo, no contacts": lambda low: demo_run([], lower=low)[0],
                "own sentences": lambda low: sentences(unseen.of_file("gold.yaml"), lower=low),
                "generated names in six cases": lambda low: sentences(generated(), lower=low),
            }
        ),
        "unseen sentences, slovnet alone": lambda: unseen.slovnet_alone(held()),
        **both(
            {
                "unseen sentences": lambda low: sentences(held(), lower=low),
                "unseen contacts and addresses": lambda low: sentences(
                    unseen.of_file("unseen_patterns.yaml"), lower=low
                ),
                "unseen names in six cases": lambda low: sentences(unseen.inflected(), lower=low),
            }
        ),
    }


def main(given: Sequence[str] = ()) -> None:
    """Print every table; ``-v`` names what was missed, ``--only WORDS`` runs the tables with these words."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args(given)
    for title, run in tables().items():
        if arguments.only in title:
            scores = run()
            scores.table(title)
            if arguments.verbose:
                say(*(f"  - {line}" for line in scores.missed), *(f"  + {line}" for line in scores.extra))
    for title, labels in (("persons", {"PER"}), ("all labels", {"PER", "ORG", "LOC", "ADDRESS"})):
        _linked(f"demo, {title}", *linking(identities(), labels, verbose=arguments.verbose))
    missed: list[str] = []
    _linked("unseen interviews", *unseen.linking(missed))
    for name in ("known_forms.yaml", "unseen_known.yaml"):
        say(f"\nknown identities, {name} (right person / masked / items)")
        for kind, (right, masked, items) in unseen.known_forms(name, missed).items():
            say(f"{kind:12}{right / items:7.3f}{masked / items:7.3f}{items:5}")
    sure, unsure, count = unseen.false_hits()
    say("")
    limit("false hits masked without review", 1000 * len(sure) / count, 2.0, "per 1,000 words of news")
    say(f"false hits left to review: {1000 * len(unsure) / count:.2f} per 1,000 words ({count} words)")
    if arguments.verbose:
        say(*(f"  - {line}" for line in missed), f"  + sure {sure}", f"  + unsure {unsure}")
    subprocess.run([sys.executable, Path(__file__), LIMITS], check=True)


def _linked(title: str, precision: float, recall: float) -> None:
    f1 = 2 * precision * recall / (precision + recall)
    limit(f"linking, {title}: B-cubed P {precision:.3f} R {recall:.3f} F1", f1, 0.97, "", least=True)


if __name__ == "__main__":
    limits() if sys.argv[1:] == [LIMITS] else main(sys.argv[1:])
