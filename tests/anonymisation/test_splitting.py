"""Who is who: an entity's mentions taken apart, two entities made one, and both taken back."""

from collections.abc import Callable

import pytest

from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.changes import changes_of
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.models import Decision, Entity
from fieldwork.anonymisation.review import accept_all
from fieldwork.anonymisation.services import forms_of, mentions_of
from fieldwork.anonymisation.splitting import (
    KnownBoth,
    NobodyLeft,
    NothingChosen,
    OtherKind,
    merge,
    places_of,
    split_off,
    take_back_linking,
)
from fieldwork.anonymisation.undoing import ChangedSince, ReceiptUnknown
from fieldwork.core.work import Ground, Work
from fieldwork.programme.models import Study
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.writing import NewSegment, write_segments

Find = Callable[[str], Interview]


@pytest.fixture
def talks(ground: Ground, interview_with: Find) -> dict[str, Transcript]:
    """Two transcripts in which Олег Савельев is met three times, and Нина Шевцова once."""
    lines = {
        "E02": "Олег Савельев помог, а потом Олег Савельев ушёл.",
        "E03": "Я позвала Олега Савельева и Нину Шевцову.",
    }
    found = {}
    for code, line in lines.items():
        interview = interview_with(code)
        with ground.work() as work:
            found[code] = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
            write_segments(work, found[code], [NewSegment(Speaker.EXPERT, line, None)])
        with ground.work() as work:
            detect(work, found[code])
    return found


def entity(work: Work, study: Study, key: str) -> Entity:
    row = find_entity(work, study.id, key)
    assert row is not None
    return row


def signs(work: Work, transcript: Transcript) -> list[str]:
    return [one.replacement for one in mentions_of(work, transcript)]


def test_mentions_are_taken_out_and_numbered_anew(ground: Ground, talks: dict[str, Transcript], study: Study) -> None:
    with ground.work() as work:
        oleg = entity(work, study, "person-1")
        assert [place.position for place in places_of(work, oleg)] == [1, 1, 1]
        second = mentions_of(work, talks["E02"])[1]
        done = split_off(work, study, oleg, [second.id])
        assert (done.moved, done.changed) == (1, None)
    with ground.work() as work:
        assert signs(work, talks["E02"]) == ["[человек-1]", "[человек-3]"]
        assert signs(work, talks["E03"]) == ["[человек-1]", "[человек-2]"]
        assert forms_of(work, entity(work, study, "person-3")) == ["Олег Савельев"]
        assert [one.deed for one in changes_of(work, talks["E02"])] == ["linked"]
        detect(work, talks["E02"])
    with ground.work() as work:
        assert signs(work, talks["E02"]) == ["[человек-1]", "[человек-3]"]  # a new search leaves alone who was told
        assert mentions_of(work, talks["E02"])[1].decision == Decision.PENDING
        take_back_linking(work, study, done.receipt)
    with ground.work() as work:
        assert signs(work, talks["E02"]) == ["[человек-1]", "[человек-1]"]
        assert find_entity(work, study.id, "person-3") is None
        assert forms_of(work, entity(work, study, "person-1")) == ["Олег Савельев", "Олега Савельева"]


def test_two_are_made_one_and_what_is_approved_keeps_its_words(
    ground: Ground, talks: dict[str, Transcript], study: Study
) -> None:
    with ground.work() as work:
        accept_all(work, talks["E03"])
        approve(work, talks["E03"])
    with ground.work() as work:
        done = merge(work, study, entity(work, study, "person-1"), entity(work, study, "person-2"))
        assert (done.moved, done.changed) == (2, None)
    with ground.work() as work:
        assert signs(work, talks["E02"]) == ["[человек-2]", "[человек-2]"]
        assert segment_at(work, talks["E03"], 1).text == "Я позвала [человек-1] и [человек-2]."
        take_back_linking(work, study, done.receipt)
        assert signs(work, talks["E02"]) == ["[человек-1]", "[человек-1]"]


def test_approved_texts_are_changed_too_where_that_is_said_and_go_back(
    ground: Ground, talks: dict[str, Transcript], study: Study
) -> None:
    with ground.work() as work:
        accept_all(work, talks["E03"])
        approve(work, talks["E03"])
    with ground.work() as work:
        first, second = entity(work, study, "person-1"), entity(work, study, "person-2")
        done = merge(work, study, first, second, approved_too=True)
        assert (done.moved, done.changed and done.changed.places) == (3, 1)
    with ground.work() as work:
        assert segment_at(work, talks["E03"], 1).text == "Я позвала [человек-2] и [человек-2]."
        assert forms_of(work, entity(work, study, "person-1")) == []
        detect(work, talks["E02"])  # an entity that nobody is any more does not disturb
    with ground.work() as work:
        assert signs(work, talks["E02"]) == ["[человек-2]", "[человек-2]"]
        take_back_linking(work, study, done.receipt)
    with ground.work() as work:
        assert segment_at(work, talks["E03"], 1).text == "Я позвала [человек-1] и [человек-2]."
        assert len(places_of(work, entity(work, study, "person-1"))) == 3


def test_what_makes_no_sense_is_refused(ground: Ground, talks: dict[str, Transcript], study: Study) -> None:
    with ground.work() as work:
        oleg = entity(work, study, "person-1")
        every = {place.mention.id for place in places_of(work, oleg)}
        with pytest.raises(NothingChosen):
            split_off(work, study, oleg, [])
        with pytest.raises(NobodyLeft):
            split_off(work, study, oleg, every)
        with pytest.raises(OtherKind):
            merge(work, study, oleg, oleg)
        known = [
            work.add(Entity(study_id=study.id, key=key, label="PER", replacement=f"[{key}]", sealed_name=b""))
            for key in ("E05", "E06")
        ]
        with pytest.raises(KnownBoth):
            merge(work, study, *known)
        with pytest.raises(ReceiptUnknown):
            take_back_linking(work, study, "bm90aGluZw==")
        done = merge(work, study, oleg, entity(work, study, "person-2"))
        accept_all(work, talks["E02"])
        with pytest.raises(ChangedSince):
            take_back_linking(work, study, done.receipt)
