import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from fieldwork.anonymisation.approval import (
    CorrectedSince,
    NameLeft,
    NotDetected,
    PatternLeft,
    ReviewIncomplete,
    approve,
    original_text,
    raw_to_pseudonymised_map,
)
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.models import Approval, Decision, Entity
from fieldwork.anonymisation.review import (
    MentionOverlaps,
    NothingThere,
    accept_all,
    accept_certain,
    add_mention,
    decide,
    decide_entity,
    pending_of,
    review_items,
)
from fieldwork.anonymisation.rules import ReplacementEmpty
from fieldwork.anonymisation.services import entities_of, forms_of, mentions_of
from fieldwork.core.accounts import Account, Actor
from fieldwork.core.audit import AuditEntry
from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Ground, Work
from fieldwork.demo.material import document, script
from fieldwork.programme.models import Study
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import correct_text, segment_at
from fieldwork.transcription.cutting import merge_with_earlier
from fieldwork.transcription.models import Correction, Speaker, Transcript, TranscriptState
from fieldwork.transcription.rules import AlreadyApproved
from fieldwork.transcription.services import segment_rows, segments_of
from fieldwork.transcription.writing import NewSegment, write_segments

Find = Callable[[str], Interview]
Take = Callable[..., Transcript]


@pytest.fixture
def take(ground: Ground, interview_with: Find) -> Take:
    """Puts a finished transcript into the interview with an expert: the demo's, or the lines that are given."""

    def take_in(code: str, *lines: str) -> Transcript:
        said = [(line.speaker, line.question, line.text) for line in script(code)]
        if lines:
            said = [("interviewer" if n % 2 == 0 else "expert", None, line) for n, line in enumerate(lines)]
        with ground.work() as work:
            transcript = work.add(Transcript(interview_id=interview_with(code).id, source="plain", created_at=work.now))
            write_segments(work, transcript, [NewSegment(Speaker(who), text, number) for who, number, text in said])
        return transcript

    return take_in


def texts(work: Work, transcript: Transcript) -> list[str]:
    return [view.text for view in segments_of(work, transcript)]


def names(*codes: str) -> Iterator[str]:
    """Every part of the names of experts, employers and contacts, as they stand in the records."""
    for code, expert in document("experts")["experts"].items():
        if not codes or code in codes:
            identity = expert["identity"]
            yield from identity["full_name"].split()
            yield from identity["short"]
            yield from identity["latin"].split()
            yield from (identity["phone"], identity["email"])


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def test_mentions_wait_for_a_person_and_cities_stay(ground: Ground, take: Take) -> None:
    transcript = take(
        "E02", "Руслан, где вы репетируете?", "В Алматы, у Сауле Маратовны Оспановой, директор у нас она."
    )
    with ground.work() as work:
        found = detect(work, transcript)
        assert [(m.label, m.decision, m.replacement) for m in found] == [
            ("PER", Decision.PENDING, "[E02]"),
            ("LOC", Decision.REJECTED, "[место-1]"),
            ("PER", Decision.PENDING, "[человек-1]"),
            ("POSITION", Decision.PENDING, "[должность-1]"),
        ]
        assert [m.certain for m in found] == [True, True, True, False]
        assert all("Сауле".encode() not in m.sealed_original for m in found)


def test_a_person_met_in_two_interviews_is_one_entity(ground: Ground, take: Take, study: Study) -> None:
    first = take("E02", "Кто вам помог?", "Помогла Жанна Тулегенова, и ещё Олег Савельев.")
    second = take("E03", "А вам?", "Олегу Савельеву я благодарна, и Руслану Ахметову. И Нине Шевцовой.")
    with ground.work() as work:
        detect(work, first)
    with ground.work() as work:
        found = detect(work, second)
        assert [m.replacement for m in found] == ["[человек-2]", "[E02]", "[человек-3]"]
        assert [e.key for e in entities_of(work, study)] == ["E02", "person-1", "person-2", "person-3"]
        oleg = find_entity(work, study.id, "person-2")
        assert oleg is not None
        assert forms_of(work, oleg) == ["Олег Савельев", "Олегу Савельеву"]


def test_those_who_declined_and_the_team_are_known(ground: Ground, take: Take) -> None:
    declined = document("study")["declined"]["C15"]["identity"]["full_name"].split()
    transcript = take("E02", "Меня зовут Данияр Касымов.", f"Вам бы ещё спросить, {declined[1]} {declined[0]} знает.")
    with ground.work() as work:
        found = detect(work, transcript)
        assert [m.replacement for m in found] == ["[интервьюер]", "[человек-1]"]
        keys = {m.entity_id: work.get(Entity, m.entity_id) for m in found}
        assert [entity.key for entity in keys.values()] == ["interviewer-ДК", "C15"]
        assert keys[found[1].entity_id].expert_id is not None


def test_decisions_survive_a_second_detection(ground: Ground, take: Take) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев. Директор там Нина Шевцова.")
    with ground.work() as work:
        oleg, position, nina = detect(work, transcript)
        decide(work, oleg, accept=True, replacement="[друг]")
        decide(work, position, accept=False)
        again = detect(work, transcript)
        assert [(m.id, m.decision, m.replacement) for m in again[:2]] == [
            (oleg.id, Decision.ACCEPTED, "[друг]"),
            (position.id, Decision.REJECTED, "[должность-1]"),
        ]
        assert [m.decision for m in again[2:]] == [Decision.PENDING]
        assert again[2].id != nina.id


def test_a_decision_names_who_took_it(ground: Ground, take: Take) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев.")
    with ground.work() as work:
        actor = Actor(work.add(Account(login="as", display_name="А. С.", created_at=work.now)).id)
    with ground.work(actor) as work:
        (oleg,) = detect(work, transcript)
        with pytest.raises(ReplacementEmpty):
            decide(work, oleg, accept=True, replacement=" ")
        decide(work, oleg, accept=True)
        assert (oleg.decided_by_id, oleg.decided_at) == (actor.account_id, work.now)
        decided = work.session.exec(select(AuditEntry).where(AuditEntry.deed == "anonymisation.decided")).one()
        assert (decided.actor_id, decided.subject_id, decided.details) == (
            actor.account_id,
            oleg.id,
            {"accepted": True, "replaced": False},
        )


def test_an_entity_is_decided_at_once(ground: Ground, take: Take, study: Study) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев.", "Савельев?", "Да, Олег Савельев.")
    with ground.work() as work:
        detect(work, transcript)
        oleg = find_entity(work, study.id, "person-1")
        assert oleg is not None
        assert decide_entity(work, transcript, oleg, accept=True, replacement="[друг]") == 3
        assert pending_of(work, transcript) == []
        approve(work, transcript)
        assert texts(work, transcript) == ["Кто это?", "Это [друг].", "[друг]?", "Да, [друг]."]


def test_a_missed_mention_is_added_by_hand(ground: Ground, take: Take, study: Study) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев, он же Бублик, с улицы за рынком.")
    with ground.work() as work:
        detect(work, transcript)
        oleg = find_entity(work, study.id, "person-1")
        segment = segment_at(work, transcript, 2)
        with pytest.raises(NothingThere):
            add_mention(work, segment, 40, 400, label="PER")
        add_mention(work, segment, 25, 31, label="PER", entity=oleg)
        place = add_mention(work, segment, 35, 50, label="LOC")
        with pytest.raises(MentionOverlaps):
            add_mention(work, segment, 30, 36, label="PER")
        assert work.get(Entity, place.entity_id).key == "place-1"
        accept_all(work, transcript)
        approve(work, transcript)
        assert texts(work, transcript)[1] == "Это [человек-1], он же [человек-1], с [место-1]."
        assert original_text(work, segment) == "Это Олег Савельев, он же Бублик, с улицы за рынком."


def test_the_review_shows_mentions_in_their_context(ground: Ground, take: Take) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев, мой друг.")
    with ground.work() as work:
        detect(work, transcript)
        (item,) = review_items(work, transcript)
        assert (item.position, item.entity_key) == (2, "person-1")
        assert (item.before, item.words, item.after) == ("Это ", "Олег Савельев", ", мой друг.")
        assert "Савельев" not in repr(item)


def test_approval_waits_for_detection_and_decisions(ground: Ground, take: Take) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев. Директор там Нина Шевцова.")
    with ground.work() as work, pytest.raises(NotDetected) as refusal:
        approve(work, transcript)
    assert refusal.value.values == {"code": "E02"}
    with ground.work() as work:
        detect(work, transcript)
        assert accept_certain(work, transcript) == 2
    with ground.work() as work, pytest.raises(ReviewIncomplete) as incomplete:
        approve(work, transcript)
    assert incomplete.value.values == {"count": 1, "code": "E02"}
    with ground.work() as work:
        assert work.get(Transcript, transcript.id).state == TranscriptState.RAW


def test_a_transcript_without_names_is_approved(ground: Ground, take: Take) -> None:
    transcript = take("E02", "Как дела?", "Хорошо.")
    with ground.work() as work:
        assert detect(work, transcript) == []
        approve(work, transcript)
        assert texts(work, transcript) == ["Как дела?", "Хорошо."]


def test_a_known_name_that_stays_blocks_approval(ground: Ground, take: Take) -> None:
    transcript = take("E03", "Кто это?", "Это Руслан Ахметов.")
    with ground.work() as work:
        (ruslan,) = detect(work, transcript)
        decide(work, ruslan, accept=False)
    with ground.work() as work, pytest.raises(NameLeft) as refusal:
        approve(work, transcript)
    assert refusal.value.values == {"position": 2, "code": "E03", "whose": "E02"}
    assert "Ахметов" not in str(refusal.value)
    with ground.work() as work:
        assert work.session.exec(select(Approval)).all() == []
        assert [segment.text for segment in segment_rows(work, transcript)] == [None, None]


def test_a_number_that_nobody_has_let_stand_blocks_approval(ground: Ground, take: Take) -> None:
    transcript = take("E03", "Кто это?", "Это Олег Савельев.")
    with ground.work() as work:
        (oleg,) = detect(work, transcript)
        decide(work, oleg, accept=True, replacement="+7 701 123 45 67")
    with ground.work() as work, pytest.raises(PatternLeft) as refusal:
        approve(work, work.get(Transcript, transcript.id))
    assert refusal.value.values == {"position": 2, "code": "E03"}


def test_a_correction_after_detection_asks_for_another(ground: Ground, take: Take) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев.")
    with ground.work() as work:
        detect(work, transcript)
        accept_all(work, transcript)
    with ground.work() as work:
        correct_text(work, segment_at(work, transcript, 2), "Так вот, это Олег Савельев.")
    with ground.work() as work, pytest.raises(CorrectedSince):
        approve(work, work.get(Transcript, transcript.id))
    with ground.work() as work:
        detect(work, transcript)
        assert pending_of(work, transcript) == []  # the decision went along with the words
        approve(work, work.get(Transcript, transcript.id))
        assert texts(work, transcript)[1] == "Так вот, это [человек-1]."


def test_words_typed_after_detection_are_looked_at_before_approval(ground: Ground, take: Take) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев.", "Понятно.")
    with ground.work() as work:
        detect(work, transcript)
        accept_all(work, transcript)
    with ground.work() as work:  # where no mention stands, so that none has lost its place
        correct_text(work, segment_at(work, transcript, 3), "Понятно, спросим Дану Кусаинову.")
        merge_with_earlier(work, segment_at(work, transcript, 3))
    with ground.work() as work, pytest.raises(CorrectedSince):
        approve(work, work.get(Transcript, transcript.id))
    with ground.work() as work:
        detect(work, transcript)
        accept_all(work, transcript)
        approve(work, work.get(Transcript, transcript.id))
        assert texts(work, transcript) == ["Кто это?", "Это [человек-1]. Понятно, спросим [человек-2]."]
        assert work.session.exec(select(Correction)).all() == []


def test_an_approved_transcript_is_closed(ground: Ground, take: Take) -> None:
    transcript = take("E02", "Кто это?", "Это Олег Савельев.")
    with ground.work() as work:
        detect(work, transcript)
        accept_all(work, transcript)
        approve(work, transcript)
        for deed in (detect, accept_all, approve):
            with pytest.raises(AlreadyApproved):
                deed(work, transcript)
        mapped = raw_to_pseudonymised_map(work, segment_at(work, transcript, 2))
        assert mapped.text == "Это [человек-1]."
        assert mapped.forward(4, 17) == (4, 15)
        assert mapped.back(5, 8) == (4, 17)


def test_erasing_an_expert_is_told_and_leaves_the_pseudonymised_text(
    ground: Ground, take: Take, interview_with: Find
) -> None:
    raw = take("E02", "Кто это?", "Это Олег Савельев.")
    done = take("E03", "Кто это?", "Это Олег Савельев.")
    with ground.work() as work:
        detect(work, done)
        accept_all(work, done)
        approve(work, done)
    for code in ("E02", "E03"):
        ground.vault.destroy(expert_subject(interview_with(code).expert_id), ground.clock())
    with ground.work() as work, pytest.raises(KeyDestroyed):
        detect(work, raw)
    with ground.work() as work:
        assert texts(work, done)[1] == "Это [человек-1]."
        with pytest.raises(KeyDestroyed):
            original_text(work, segment_at(work, done, 2))


@pytest.mark.parametrize("code", ["E01", "E07"])
def test_a_demo_transcript_loses_its_names_and_gives_them_back(ground: Ground, take: Take, code: str) -> None:
    transcript = take(code)
    raw = [line.text for line in script(code)]
    with ground.work() as work:
        detect(work, transcript)
        accept_all(work, transcript)
        approve(work, transcript)
    with ground.work() as work:
        published = texts(work, transcript)
        assert words(" ".join(published)) & set(names()) == set()
        assert [original_text(work, segment) for segment in segment_rows(work, transcript)] == raw
        assert all(segment.sealed_text is None for segment in segment_rows(work, transcript))
        accepted = [m for m in mentions_of(work, transcript) if m.decision == Decision.ACCEPTED]
        segments = {segment.id: segment for segment in segment_rows(work, transcript)}
        for mention in accepted:
            text = segments[mention.segment_id].text or ""
            assert text[mention.replaced_start : mention.replaced_end] == mention.replacement


def test_no_file_of_the_installation_holds_a_name(ground: Ground, take: Take, tmp_path: Path) -> None:
    for code in ("E02", "E05"):
        transcript = take(code)
        with ground.work() as work:
            detect(work, transcript)
            accept_all(work, transcript)
            approve(work, transcript)
    canaries = [name.encode() for name in names() if len(name) > 3]
    team = [person["name"].split()[1].encode() for person in document("experts")["team"].values()]
    assert len(canaries) > 80
    kept = [*ground.settings.data.rglob("*"), *tmp_path.glob("*.sqlite*")]
    contents = {path: path.read_bytes() for path in kept if path.is_file()}
    hits = [(path.name, name) for path, content in contents.items() for name in canaries if name in content]
    assert hits == []
    assert sum(len(content) for content in contents.values()) > 10_000
    assert team
