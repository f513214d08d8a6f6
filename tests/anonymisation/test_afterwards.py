"""Changing an approved transcript after all: new finds, wrong replacements, typing errors, other signs."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import select

from fieldwork.anonymisation.afterwards import NotApprovedYet, take_back_later
from fieldwork.anonymisation.approval import NameLeft, approve, original_text
from fieldwork.anonymisation.changes import changes_after
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.anonymisation.naming import call_otherwise
from fieldwork.anonymisation.remasking import PlaceholderTouched, correct, decide_find, mask, rename_approved, unmask
from fieldwork.anonymisation.review import MentionOverlaps, accept_all, add_mention, pending_of
from fieldwork.anonymisation.searching import finds_of, knows_more, search_again
from fieldwork.anonymisation.services import mentions_of, original_of
from fieldwork.anonymisation.undoing import ChangedSince
from fieldwork.coding.models import Coding, RemovedCoding
from fieldwork.coding.rules import LOST
from fieldwork.coding.services import Point, add_code, code_passage
from fieldwork.core.errors import BadInput
from fieldwork.core.work import Ground, Work
from fieldwork.overview.models import SearchEntry
from fieldwork.programme.models import Study
from fieldwork.sampling.services import change_identity, find_expert, identity_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.writing import NewSegment, write_segments

LINE = "Помог мне Олег Савельев, он держал кофейню у речки, и Ляззат из соседнего цеха тоже помогала."
"""Ляззат is missed, кофейню is nobody."""


@pytest.fixture
def approved(ground: Ground, interview_with: Callable[[str], Interview]) -> Transcript:
    """An approved transcript of two turns: somebody found, somebody missed."""
    interview = interview_with("E02")
    with ground.work() as work:
        transcript = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
        write_segments(
            work,
            transcript,
            [NewSegment(Speaker.INTERVIEWER, "Кто вам помог?", None), NewSegment(Speaker.EXPERT, LINE, None)],
        )
        detect(work, transcript)
    with ground.work() as work:
        for mention in mentions_of(work, transcript):
            if "Ляззат" in original_of(work, mention, interview.expert_id):
                work.session.delete(mention)
                work.session.flush()
                work.session.delete(work.get(Entity, mention.entity_id))
        work.session.flush()
        accept_all(work, transcript)
        assert pending_of(work, transcript) == []
        approve(work, transcript)
    with ground.work() as work:
        assert text(work, transcript).startswith("Помог мне [человек-1], он держал кофейню у речки, и Ляззат из")
    return transcript


def text(work: Work, transcript: Transcript) -> str:
    return segment_at(work, transcript, 2).text or ""


def place(work: Work, transcript: Transcript, words: str) -> tuple[int, int]:
    start = text(work, transcript).index(words)
    return start, start + len(words)


def coded(work: Work, study: Study, transcript: Transcript, words: str, name: str) -> Coding:
    segment = segment_at(work, transcript, 2)
    start, end = place(work, transcript, words)
    code = add_code(work, study, name, "помощь", in_vivo=False)
    return code_passage(work, code, Point(segment, start), Point(segment, end))


def test_a_new_find_becomes_a_sign_and_codings_stay_on_their_words(
    ground: Ground, approved: Transcript, study: Study
) -> None:
    with ground.work() as work:
        before = coded(work, study, approved, "он держал кофейню", "до").id
        around = coded(work, study, approved, "и Ляззат из соседнего цеха", "вокруг").id
        behind = coded(work, study, approved, "тоже помогала", "после").id
        inside = coded(work, study, approved, "Ляззат", "внутри").id
    with ground.work() as work:
        done = mask(work, segment_at(work, approved, 2), *place(work, approved, "Ляззат"), label="PER")
        assert (done.places, done.followed.moved, done.followed.unplaced) == (1, 3, ())
    with ground.work() as work:
        new = text(work, approved)
        assert new == "Помог мне [человек-1], он держал кофейню у речки, и [человек-2] из соседнего цеха тоже помогала."
        assert original_text(work, segment_at(work, approved, 2)) == LINE
        for coding_id, words in (
            (before, "он держал кофейню"), (around, "и [человек-2] из соседнего цеха"), (behind, "тоже помогала"),
            (inside, "[человек-2]"),
        ):  # fmt: skip
            coding = work.get(Coding, coding_id)
            assert (coding.quote, new[coding.start_offset : coding.end_offset]) == (words, words)
        mention = next(one for one in mentions_of(work, approved) if one.replacement == "[человек-2]")
        assert (mention.replaced_start, mention.replaced_end) == place(work, approved, "[человек-2]")
        assert LINE[mention.start : mention.end] == "Ляззат"
        interview = work.get(Interview, approved.interview_id)
        assert original_of(work, mention, interview.expert_id) == "Ляззат"


def test_taking_a_new_find_back_puts_text_mention_and_codings_back(
    ground: Ground, approved: Transcript, study: Study
) -> None:
    with ground.work() as work:
        was = text(work, approved)
        coding_id = coded(work, study, approved, "Ляззат из соседнего", "вокруг").id
        done = mask(work, segment_at(work, approved, 2), *place(work, approved, "Ляззат"), label="PER")
    with ground.work() as work:
        take_back_later(work, study, done.deed_id)
    with ground.work() as work:
        assert text(work, approved) == was
        assert work.get(Coding, coding_id).quote == "Ляззат из соседнего"
        assert [one.replacement for one in mentions_of(work, approved)] == ["[человек-1]"]
        assert find_entity(work, study.id, "person-2") is None
        with pytest.raises(ChangedSince):
            take_back_later(work, study, done.deed_id)


def test_nobody_takes_back_what_was_changed_since(ground: Ground, approved: Transcript, study: Study) -> None:
    with ground.work() as work:
        done = mask(work, segment_at(work, approved, 2), *place(work, approved, "Ляззат"), label="PER")
    with ground.work() as work:
        segment = segment_at(work, approved, 2)
        correct(work, segment, (segment.text or "").replace("кофейню", "чайную"), begun_from=segment.text or "")
    with ground.work() as work:
        with pytest.raises(ChangedSince):
            take_back_later(work, study, done.deed_id)
        latest, earlier = changes_after(work, approved)
        assert (latest.deed, earlier.deed) == ("corrected", "masked")


def test_a_wrong_replacement_is_undone(ground: Ground, approved: Transcript, study: Study) -> None:
    with ground.work() as work:
        coding_id = coded(work, study, approved, "Помог мне [человек-1]", "кто").id
        (mention,) = mentions_of(work, approved)
        unmask(work, mention)
    with ground.work() as work:
        assert text(work, approved) == LINE
        (mention,) = mentions_of(work, approved)
        assert (mention.decision, mention.replaced_start, mention.replaced_end) == ("rejected", 10, 23)
        assert work.get(Coding, coding_id).quote == "Помог мне Олег Савельев"


def test_a_typing_error_is_corrected_around_the_signs(ground: Ground, approved: Transcript, study: Study) -> None:
    with ground.work() as work:
        behind = coded(work, study, approved, "тоже помогала", "после").id
        over = coded(work, study, approved, "он держал кофейню у речки", "через").id
        segment = segment_at(work, approved, 2)
        typed = (segment.text or "").replace("Помог мне", "Очень помог мне").replace("кофейню у", "чайную возле")
        assert correct(work, segment, typed, begun_from=segment.text or "") is not None
    with ground.work() as work:
        new = text(work, approved)
        assert new == typed
        assert original_text(work, segment_at(work, approved, 2)) == LINE.replace("Помог", "Очень помог").replace(
            "кофейню у", "чайную возле"
        )
        for coding_id, words in ((behind, "тоже помогала"), (over, "он держал чайную возле речки")):
            coding = work.get(Coding, coding_id)
            assert (coding.quote, new[coding.start_offset : coding.end_offset]) == (words, words)
        done = changes_after(work, approved)[0]
        take_back_later(work, study, done.deed_id)
    with ground.work() as work:
        assert original_text(work, segment_at(work, approved, 2)) == LINE
        assert work.get(Coding, over).quote == "он держал кофейню у речки"


def test_words_put_in_right_before_a_sign_do_not_become_part_of_it(ground: Ground, approved: Transcript) -> None:
    with ground.work() as work:
        segment = segment_at(work, approved, 2)
        correct(
            work, segment, (segment.text or "").replace("мне [человек-1]", "мне тогда[человек-1]!"),
            begun_from=segment.text or "",
        )  # fmt: skip
    with ground.work() as work:
        (mention,) = mentions_of(work, approved)
        assert text(work, approved)[mention.replaced_start : mention.replaced_end] == "[человек-1]"
        said = original_text(work, segment_at(work, approved, 2))
        assert said[mention.start : mention.end] == "Олег Савельев"


def test_a_sign_cannot_be_typed_over_and_a_name_cannot_be_typed(ground: Ground, approved: Transcript) -> None:
    with ground.work() as work:
        segment = segment_at(work, approved, 2)
        seen = segment.text or ""
        with pytest.raises(PlaceholderTouched):
            correct(work, segment, seen.replace("[человек-1]", "один человек"), begun_from=seen)
    with ground.work() as work:
        segment = segment_at(work, approved, 2)
    with pytest.raises(NameLeft), ground.work() as work:
        correct(work, segment, seen.replace("кофейню", "с Русланом Ахметовым кофейню"), begun_from=seen)
    with ground.work() as work:
        assert text(work, approved) == seen
        assert list(changes_after(work, approved)) == []


def test_another_sign_stands_in_every_approved_transcript_and_goes_back(
    ground: Ground, approved: Transcript, study: Study
) -> None:
    with ground.work() as work:
        coding_id = coded(work, study, approved, "Помог мне [человек-1], он", "кто").id
        entity = find_entity(work, study.id, "person-1")
        assert entity is not None
        call_otherwise(work, entity, "один меценат", [approved.id])
        done = rename_approved(work, entity, ["[человек-1]"], [approved.id])
        assert done is not None
    with ground.work() as work:
        assert text(work, approved).startswith("Помог мне один меценат, он держал")
        assert work.get(Coding, coding_id).quote == "Помог мне один меценат, он"
        take_back_later(work, study, done.deed_id)
    with ground.work() as work:
        assert text(work, approved).startswith("Помог мне [человек-1], он держал")


def test_codings_that_do_not_fit_any_more_are_told_of_and_hold_no_name(
    ground: Ground, approved: Transcript, study: Study
) -> None:
    with ground.work() as work:
        kept = coded(work, study, approved, "Ляззат", "имя")
        other = coded(work, study, approved, "Ляззат из", "имя и ещё")
        other.code_id, other.end_offset, other.quote = kept.code_id, kept.end_offset - 1, "Ляззат сама"
        work.add(other)
        stale, good = other.id, kept.id
        set_aside = coded(work, study, approved, "и Ляззат", "снято")
        work.session.flush()
        values = {name: getattr(set_aside, name) for name in RemovedCoding.model_fields if hasattr(set_aside, name)}
        work.session.delete(set_aside)
        work.add(RemovedCoding(**values, removed_at=work.now))
    with ground.work() as work:
        done = mask(work, segment_at(work, approved, 2), *place(work, approved, "Ляззат"), label="PER")
        assert done.followed.unplaced == (stale,)
    with ground.work() as work:
        assert work.get(Coding, good).quote == "[человек-2]"
        assert (work.get(Coding, stale).likeness, work.get(Coding, stale).quote) == (LOST, "[человек-2] сама")
        (removed,) = work.session.exec(select(RemovedCoding)).all()
        assert removed.quote == "и [человек-2]"


def test_the_search_forgets_the_words(ground: Ground, approved: Transcript, study: Study) -> None:
    with ground.work() as work:
        segment = segment_at(work, approved, 2)
        work.add(SearchEntry(study_id=study.id, kind="segment", segment_id=segment.id, digest="1", words="=ляззат="))
        mask(work, segment, *place(work, approved, "Ляззат"), label="PER")
    with ground.work() as work:
        assert work.session.exec(select(SearchEntry)).all() == []


def test_bad_places_and_raw_transcripts_are_refused(
    ground: Ground, approved: Transcript, interview_with: Callable[[str], Interview]
) -> None:
    other = interview_with("E03")
    with ground.work() as work:
        segment = segment_at(work, approved, 2)
        for span in ((5, 5), (0, 1000), (-1, 4)):
            with pytest.raises(BadInput):
                mask(work, segment, *span, label="PER")
        with pytest.raises(MentionOverlaps):
            mask(work, segment, 6, 14, label="PER")
        raw = work.add(Transcript(interview_id=other.id, source="plain", created_at=work.now))
        write_segments(work, raw, [NewSegment(Speaker.EXPERT, "Это Ляззат.", None)])
        with pytest.raises(NotApprovedYet):
            mask(work, segment_at(work, raw, 1), 4, 10, label="PER")
        mention = add_mention(work, segment_at(work, raw, 1), 4, 10, label="PER")
        with pytest.raises(NotApprovedYet):
            unmask(work, mention)
        assert work.session.exec(select(Mention).where(Mention.decision == Decision.PENDING)).all() == []


def test_an_approved_transcript_is_searched_again(ground: Ground, approved: Transcript, study: Study) -> None:
    with ground.work() as work:
        assert knows_more(work, approved) is False
        expert = find_expert(work, study, "E02")
        identity = identity_of(work, expert)
        known = replace(identity, short_names=(*identity.short_names, "Ляззат"))
        change_identity(work, expert, known)
    with ground.work() as work:
        assert knows_more(work, approved) is True
        (find,) = search_again(work, approved)
        assert (LINE[find.start : find.end], find.decision, find.replaced_start) == ("Ляззат", "pending", None)
        assert [one.decision for one in mentions_of(work, approved)] == ["accepted", "pending"]
        assert text(work, approved).count("Ляззат") == 1
    with ground.work() as work:
        (find,) = finds_of(work, approved)
        assert knows_more(work, approved) is False
        done = decide_find(work, find, accept=True)
        assert done is not None
        assert text(work, approved).endswith("и [E02] из соседнего цеха тоже помогала.")
    with pytest.raises(NameLeft), ground.work() as work:
        take_back_later(work, study, done.deed_id)  # by now the study knows who that is
    with ground.work() as work:
        assert original_text(work, segment_at(work, approved, 2)) == LINE


def test_a_find_that_stays_is_not_asked_about_twice(ground: Ground, approved: Transcript) -> None:
    with ground.work() as work:
        (find,) = search_again(work, approved)
    with ground.work() as work:
        (find,) = finds_of(work, approved)
        assert decide_find(work, find, accept=False) is None
        assert find.replaced_start == text(work, approved).index("Ляззат")
        assert search_again(work, approved) == []
