"""The demo study's raw transcripts pass through the whole path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from fieldwork.anonymisation.anonymiser import Anonymiser
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.leaks import LeakChecker
from fieldwork.anonymisation.mention import LOC, PER, POSITION, Mention
from fieldwork.anonymisation.placeholders import apply
from fieldwork.anonymisation.sealed import SealedName

STUDY = Path(__file__).parents[2] / "fieldwork" / "demo" / "study"
FIELDS = ("full_name", "latin", "employer", "position", "phone", "email", "handle")


def load(name: str) -> Any:
    return yaml.safe_load((STUDY / name).read_text(encoding="utf-8"))


def contact(code: str, row: Mapping[str, Any], role: str) -> KnownIdentity:
    return KnownIdentity(
        code=code,
        short_names=tuple(row["short"]),
        employer_aliases=tuple(map(str, row["employer_aliases"])),
        role=role,
        **{field: str(row[field] or "") for field in FIELDS},
    )


Marked = dict[tuple[str, int], tuple[str, list[Mention]]]


@pytest.fixture(scope="module")
def contacts() -> list[KnownIdentity]:
    people = load("experts.yaml")
    experts = [contact(code, row["identity"], "expert") for code, row in people["experts"].items()]
    declined = [contact(code, row["identity"], "other") for code, row in load("study.yaml")["declined"].items()]
    team = [KnownIdentity(code, full_name=row["name"], role="interviewer") for code, row in people["team"].items()]
    return experts + declined + team


@pytest.fixture(scope="module")
def anonymiser(contacts: list[KnownIdentity]) -> Anonymiser:
    return Anonymiser(contacts)


@pytest.fixture(scope="module")
def marked(anonymiser: Anonymiser) -> Marked:
    result: Marked = {}
    for path in sorted((STUDY / "transcripts").glob("E*.yaml")):
        turns = load(f"transcripts/{path.name}")
        every = anonymiser.mentions([turn["text"] for turn in turns], about=[path.stem])
        for turn, mentions in zip(turns, every, strict=True):
            result[path.stem, turn["i"]] = (turn["text"], mentions)
    return result


def test_every_person_of_the_gold_is_replaced_and_every_expert_is_known(marked: Marked) -> None:
    left, wrong = [], []
    for gold in load("mentions.yaml"):
        if gold["label"] != PER:
            continue
        end = gold["start"] + len(gold["text"])
        mentions = [m for m in marked[gold["expert"], gold["i"]][1] if m.start < end and gold["start"] < m.end]
        whole = mentions and mentions[0].start <= gold["start"] and end <= mentions[-1].end
        if not whole or any(m.replacement == m.text for m in mentions):
            left.append(gold)
        elif len(gold["entity"]) <= 3 and {m.entity for m in mentions} != {gold["entity"]}:
            wrong.append(gold)
    assert (left, wrong) == ([], [])


def test_nothing_sealed_is_left_in_the_anonymous_texts(
    contacts: list[KnownIdentity], anonymiser: Anonymiser, marked: Marked
) -> None:
    sealed = [SealedName(*entity) for entity in anonymiser.entities() if entity[1] not in {LOC, POSITION}]
    checker = LeakChecker(contacts, sealed)
    blocking = [
        (where, finding)
        for where, (text, mentions) in marked.items()
        for finding in checker.check(apply(text, mentions).text)
        if finding.blocking
    ]
    assert blocking == []


def test_the_raw_texts_would_be_stopped(contacts: list[KnownIdentity], marked: Marked) -> None:
    checker = LeakChecker(contacts)
    gold = [row for row in load("mentions.yaml") if row["label"] == PER and len(row["entity"]) <= 3]
    stopped = [
        any(f.blocking and f.start <= row["start"] < f.end for f in checker.check(marked[row["expert"], row["i"]][0]))
        for row in gold
    ]
    assert [row for row, stop in zip(gold, stopped, strict=True) if not stop] == []
