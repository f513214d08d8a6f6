"""A study's own accuracy: drawn, marked by two apart, settled, measured; and everything that happens meanwhile."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.anonymisation.accuracy import (
    NothingToDraw,
    SampleOpen,
    SizeWrong,
    TwoNeeded,
    discard,
    draw,
    last_sample,
    markers_of,
    outlook,
    passages_in,
)
from fieldwork.anonymisation.approval import NotDetected, approve, original_text
from fieldwork.anonymisation.blind_marking import (
    CHANGED,
    GONE,
    OPEN,
    MarkingFinished,
    NotYourPassage,
    PassageLeft,
    PassagesLeft,
    finish,
    mark,
    marks_by,
    own_passages,
    passage_numbered,
    reading_of,
    readings,
    unfinish,
)
from fieldwork.anonymisation.detection import DETECTED
from fieldwork.anonymisation.handing_over import CannotTakeOver, hand_over
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.measuring import NothingMarked, Result, Unsettled, measure, result_of
from fieldwork.anonymisation.misses import mend, misses_of
from fieldwork.anonymisation.models import AccuracyMarking, AccuracyPassage, AccuracySample, Decision, Entity, Mention
from fieldwork.anonymisation.passages import Mark
from fieldwork.anonymisation.review import accept_all
from fieldwork.anonymisation.services import NAME_FIELD, ORIGINAL_FIELD
from fieldwork.anonymisation.settling import (
    LeadOnly,
    NothingProposed,
    Settled,
    agree,
    compared,
    compared_one,
    differences,
    settled_alone,
    unsettle,
)
from fieldwork.anonymisation.settling import (
    propose as propose_marks,
)
from fieldwork.consent.services import withdraw
from fieldwork.core.accounts import Actor
from fieldwork.core.audit import AuditEntry, record
from fieldwork.core.errors import NotFound
from fieldwork.core.ids import new_id
from fieldwork.core.vault import expert_subject, study_subject
from fieldwork.core.work import Ground, Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import member_by_initials
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.corrections import correct_text, segment_at
from fieldwork.transcription.cutting import merge_with_earlier
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.services import segment_rows, transcript_of
from fieldwork.transcription.writing import NewSegment, write_segments

Forget = Callable[[AccuracyPassage, list[Mark]], list[Mark]]
LEAD, SECOND, THIRD = "АС", "ДК", "МП"
TURNS = 12
NAMES = ("Жанна Тулегенова", "Олег Савельев", "Нина Шевцова")
MISSED_BY_ALL = "Канат"  # a name that is a common word, too


def said(turn: int) -> str:
    """A turn with one full name; every fifth has a second name that the program does not find."""
    name = NAMES[turn % 3]
    return f"Тогда {name} 🎭 всё решала." + (f" А {MISSED_BY_ALL} молчал." if turn % 5 == 0 else "")


def truth(turn: int) -> list[Mark]:
    text, name = said(turn), NAMES[turn % 3]
    marks: list[Mark] = [(text.index(name), text.index(name) + len(name), "PER")]
    if turn % 5 == 0:
        marks.append((text.index(MISSED_BY_ALL), text.index(MISSED_BY_ALL) + len(MISSED_BY_ALL), "PER"))
    return marks


@dataclass
class Team:
    """Two who mark, and an installation."""

    ground: Ground
    study: Study

    def work(self, initials: str) -> Any:
        with self.ground.work() as work:
            return self.ground.work(Actor(member_by_initials(work, self.study, initials).account_id))

    def member(self, work: Work, initials: str) -> Member:
        return member_by_initials(work, self.study, initials)

    def sample(self, work: Work) -> AccuracySample:
        sample = last_sample(work, self.study)
        assert sample is not None
        return sample

    def draw(self, size: int = 2 * TURNS, initials: str = f"{LEAD} {SECOND}") -> None:
        with self.work(LEAD) as work:
            accounts = [self.member(work, one).account_id for one in initials.split()]
            draw(work, self.study, size=size, markers=accounts, seed="a")

    def mark_all(
        self, initials: str, forget: Callable[[AccuracyPassage, list[Mark]], list[Mark]] | None = None
    ) -> None:
        with self.work(initials) as work:
            member, sample = self.member(work, initials), self.sample(work)
            for passage in own_passages(work, self.study, sample, member):
                (reading,) = readings(work, self.study, [passage])
                if reading.state == OPEN:
                    assert reading.segment is not None
                    marks = truth(reading.segment.position - 1)
                    mark(work, self.study, member, passage, forget(passage, marks) if forget else marks)
            finish(work, self.study, member, sample)

    def measure(self) -> Result:
        with self.work(LEAD) as work:
            return result_of(work, self.study, measure(work, self.study))

    def deeds(self) -> list[str]:
        with self.ground.work() as work:
            entries = work.session.exec(select(AuditEntry).order_by(AuditEntry.number))  # type: ignore[arg-type]
            return [entry.deed for entry in entries if entry.deed.startswith("accuracy.")]


@pytest.fixture
def team(ground: Ground, study: Study) -> Team:
    return Team(ground, study)


@pytest.fixture
def take(ground: Ground, study: Study) -> Callable[[str], Transcript]:
    """Puts a raw transcript of TURNS turns in, with the names that a program has found."""

    def take_in(code: str, *, detected: bool = True, turns: int = TURNS) -> Transcript:
        with ground.work() as work:
            interview = find_interview(work, find_expert(work, study, code))
            transcript = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
            write_segments(work, transcript, [NewSegment(Speaker.EXPERT, said(turn)) for turn in range(turns)])
            if detected:
                plant(work, study, transcript)
        return transcript

    return take_in


def plant(work: Work, study: Study, transcript: Transcript) -> None:
    """What a program finds: each turn's full name, in the seventh only the first half of it, doubtful in the ninth."""
    expert_id = work.get(Interview, transcript.interview_id).expert_id
    entities = [entity_of(work, study, number) for number in range(len(NAMES))]
    for segment in segment_rows(work, transcript):
        turn, row_id = segment.position - 1, new_id()
        start, end, label = truth(turn)[0]
        if turn == 6:
            end = start + said(turn)[start:end].index(" ")
        sealed = work.vault.seal_text(expert_subject(expert_id), ORIGINAL_FIELD, row_id, said(turn)[start:end])
        work.add(
            Mention(
                id=row_id, segment_id=segment.id, entity_id=entities[turn % 3].id, label=label, start=start, end=end,
                detector="planted", certain=turn != 8, replacement=entities[turn % 3].replacement,
                sealed_original=sealed,
            )
        )  # fmt: skip
    record(work, DETECTED, study_id=study.id, subject_id=transcript.id, count=TURNS)


def entity_of(work: Work, study: Study, number: int) -> Entity:
    key = f"person-{number + 1}"
    row_id, met = new_id(), find_entity(work, study.id, key)
    if met is not None:
        return met
    sealed = work.vault.seal_text(study_subject(study.id), NAME_FIELD, row_id, json.dumps([NAMES[number]]))
    replacement = f"[человек-{number + 1}]"
    return work.add(
        Entity(id=row_id, study_id=study.id, key=key, label="PER", replacement=replacement, sealed_name=sealed)
    )


def nothing_left(_known: object, texts: Sequence[str]) -> list[list[Any]]:
    """A look for known names that finds none."""
    return [[] for _ in texts]


def nothing_marked(_passage: AccuracyPassage, _marks: list[Mark]) -> list[Mark]:
    return []


@pytest.fixture
def drawn(team: Team, take: Callable[[str], Transcript]) -> Team:
    """Two transcripts that the lead and the second may know, wholly drawn."""
    take("E02")
    take("E05")
    team.draw()
    return team


def test_planted_misses_give_exactly_the_expected_recall(drawn: Team) -> None:
    drawn.mark_all(LEAD)
    drawn.mark_all(SECOND)
    result = drawn.measure()
    # 30 names in two transcripts of 12 turns: 6 «Канат» and two halves are missed
    assert result.machine is not None
    assert (result.machine.there, result.machine.masked) == (30, 22)
    assert result.sure is not None
    assert result.sure.masked == 20
    assert result.machine_words is not None
    assert (result.machine_words.there, result.machine_words.masked) == (54, 46)
    assert result.persons == result.machine
    assert (result.passages, result.transcripts, result.gone, result.changed, result.alone) == (24, 2, 0, 0, 0)
    assert result.reviewed is None
    assert result.expected is not None
    assert result.expected[0] == 8  # the sample is the whole
    assert (result.overlooked.first, result.overlooked.second, result.overlooked.neither) == (30, 30, 0)  # type: ignore[union-attr]
    assert result.machine.low < 22 / 30 < result.machine.high


def test_the_review_is_counted_in_approved_transcripts_and_originals_are_marked(
    drawn: Team, ground: Ground, study: Study
) -> None:
    with ground.work() as work:
        transcript = transcript_of(work, find_interview(work, find_expert(work, study, "E02")))
        accept_all(work, transcript)
        approve(work, transcript, look=nothing_left)
    drawn.mark_all(LEAD)
    drawn.mark_all(SECOND)
    result = drawn.measure()
    assert result.machine is not None
    assert (result.machine.there, result.machine.masked) == (30, 22)
    assert result.reviewed is not None
    assert (result.reviewed.there, result.reviewed.masked, result.reviewed_passages) == (15, 11, 12)


def test_a_sample_can_be_drawn_when_everything_is_approved(
    team: Team, ground: Ground, take: Callable[[str], Transcript]
) -> None:
    transcript = take("E02")
    with ground.work() as work:
        transcript = work.get(Transcript, transcript.id)
        accept_all(work, transcript)
        approve(work, transcript, look=nothing_left)
    team.draw(TURNS)
    with ground.work() as work:
        states = {one.state for one in readings(work, team.study, passages_in(work, team.sample(work)))}
        assert states == {OPEN}
    team.mark_all(LEAD)
    team.mark_all(SECOND)
    result = team.measure()
    assert result.reviewed is not None
    assert (result.reviewed.masked, result.reviewed.there) == (11, 15)
    assert result.reviewed == result.machine


def test_mending_a_miss_does_not_flatter_the_result(drawn: Team, ground: Ground) -> None:
    drawn.mark_all(LEAD)
    drawn.mark_all(SECOND)
    before = drawn.measure()
    with drawn.work(SECOND) as work:
        member, sample = drawn.member(work, SECOND), drawn.sample(work)
        misses = misses_of(work, drawn.study, member, sample)
        assert len(misses) == 8
        assert {one.words for one in misses} == {MISSED_BY_ALL, NAMES[0]}
        assert [one.judged.machine for one in misses if one.words == NAMES[0]] == [1, 1]
        assert all("🎭" in one.before or "🎭" in one.after for one in misses)
        chosen = next(one for one in misses if one.words == MISSED_BY_ALL)
        mend(work, drawn.study, member, sample, (chosen.passage.number, chosen.judged.start))
        rows = work.session.exec(select(Mention).where(Mention.segment_id == chosen.passage.segment_id)).all()
        assert Decision.ACCEPTED in {row.decision for row in rows if row.start == chosen.judged.start}
        again = misses_of(work, drawn.study, member, sample)
        assert [one.judged for one in again if one.mended] == [chosen.judged]
        with pytest.raises(NotFound):
            mend(work, drawn.study, member, sample, (chosen.passage.number, chosen.judged.start))
        assert result_of(work, drawn.study, sample) == before


def test_a_miss_in_an_approved_transcript_is_masked_where_it_was_said(
    team: Team, ground: Ground, take: Callable[[str], Transcript]
) -> None:
    taken = take("E02")
    with ground.work() as work:
        transcript = work.get(Transcript, taken.id)
        accept_all(work, transcript)
        approve(work, transcript, look=nothing_left)
    team.draw(TURNS)
    team.mark_all(LEAD)
    team.mark_all(SECOND)
    before = team.measure()
    with team.work(LEAD) as work:
        member, sample = team.member(work, LEAD), team.sample(work)
        for one in misses_of(work, team.study, member, sample):
            mend(work, team.study, member, sample, (one.passage.number, one.judged.start), look=nothing_left)
        assert all(one.mended for one in misses_of(work, team.study, member, sample))
        texts = [segment.text or "" for segment in segment_rows(work, work.get(Transcript, taken.id))]
        assert not any(name in text for text in texts for name in (MISSED_BY_ALL, *NAMES[0].split()))
        assert "🎭 всё решала. А [" in texts[0]
        assert [original_text(work, row) for row in segment_rows(work, work.get(Transcript, taken.id))] == [
            said(turn) for turn in range(TURNS)
        ]
        assert result_of(work, team.study, sample) == before


def test_only_members_who_may_know_the_expert_see_what_was_missed(drawn: Team) -> None:
    drawn.mark_all(LEAD)
    drawn.mark_all(SECOND)
    drawn.measure()
    with drawn.work(THIRD) as work:
        assert misses_of(work, drawn.study, drawn.member(work, THIRD), drawn.sample(work)) == []


def test_marks_are_sealed_and_blind(drawn: Team) -> None:
    drawn.mark_all(SECOND)
    with drawn.work(LEAD) as work:
        rows = work.session.exec(select(AccuracyMarking)).all()
        assert len(rows) == 24
        assert not any(b"PER" in row.sealed_marks for row in rows)
        member, sample = drawn.member(work, LEAD), drawn.sample(work)
        passage = passage_numbered(work, sample, 1)
        reading = reading_of(work, drawn.study, member, passage)
        assert marks_by(work, reading, member.account_id) is None
        assert compared(work, drawn.study, sample) == []
        with pytest.raises(Exception, match="compared when both people have finished"):
            compared_one(work, drawn.study, member, sample, passage)


def test_two_mark_at_the_same_time(drawn: Team) -> None:
    with drawn.work(LEAD) as work:
        member, sample = drawn.member(work, LEAD), drawn.sample(work)
        numbers = [one.number for one in own_passages(work, drawn.study, sample, member)]
    for number in numbers:
        for initials in (LEAD, SECOND):
            with drawn.work(initials) as work:
                member, sample = drawn.member(work, initials), drawn.sample(work)
                passage = passage_numbered(work, sample, number)
                mark(work, drawn.study, member, passage, [])
                mark(work, drawn.study, member, passage, [(6, 11, "ORG")] if initials == SECOND else [])
    for initials in (LEAD, SECOND):
        with drawn.work(initials) as work:
            finish(work, drawn.study, drawn.member(work, initials), drawn.sample(work))
    with drawn.work(LEAD) as work:
        found = compared(work, drawn.study, drawn.sample(work))
        sides = {len(one.first) + len(one.second) for one in found}
        assert (len(found), sides, [one for one in found if one.gold is not None]) == (24, {1}, [])


def differing(drawn: Team) -> None:
    """The lead marks all; the second one forgets one name in the first two passages."""
    drawn.mark_all(LEAD)
    drawn.mark_all(SECOND, lambda passage, marks: marks[:-1] if passage.number <= 2 else marks)


def test_a_difference_is_settled_by_one_with_the_others_word(drawn: Team) -> None:
    differing(drawn)
    with drawn.work(SECOND) as work:
        member, sample = drawn.member(work, SECOND), drawn.sample(work)
        one, two = differences(compared(work, drawn.study, sample), member)
        third: list[Mark] = [(0, 5, "PER")]
        assert propose_marks(work, drawn.study, member, one, third) is False
        with pytest.raises(LeadOnly):
            propose_marks(work, drawn.study, member, two, third, alone=True)
        # what the other one has marked needs no further word
        lead_marks = two.first if two.passage.second_id == member.account_id else two.second
        assert propose_marks(work, drawn.study, member, two, lead_marks) is True
        (one,) = differences(compared(work, drawn.study, sample), member)
        with pytest.raises(NothingProposed):
            agree(work, drawn.study, member, one)
    with drawn.work(LEAD) as work:
        with pytest.raises(Unsettled, match="1 passages"):
            measure(work, drawn.study)
        member, sample = drawn.member(work, LEAD), drawn.sample(work)
        (one,) = differences(compared(work, drawn.study, sample), member)
        assert (one.proposed, one.begun) == (third, third)
        agree(work, drawn.study, member, one)
        with pytest.raises(Settled):
            agree(work, drawn.study, member, one)
        settled = compared_one(work, drawn.study, member, sample, one.passage)
        assert settled.gold == third
        with pytest.raises(Settled):
            propose_marks(work, drawn.study, member, settled, [])
        unsettle(work, drawn.study, member, settled)
        (one,) = differences(compared(work, drawn.study, sample), member)
        agree(work, drawn.study, member, one)
    result = drawn.measure()
    assert result.alone == 0
    assert result.overlooked is not None
    assert (result.overlooked.first + result.overlooked.second, result.passages) != (0, 0)


def test_the_lead_settles_alone_and_the_result_says_so(drawn: Team) -> None:
    differing(drawn)
    with drawn.work(LEAD) as work:
        member, sample = drawn.member(work, LEAD), drawn.sample(work)
        for one in differences(compared(work, drawn.study, sample), member):
            assert one.begun == sorted(truth(one.reading.segment.position - 1))  # type: ignore[union-attr]
            assert propose_marks(work, drawn.study, member, one, one.begun, alone=True)
            assert settled_alone(one.passage)
    assert drawn.measure().alone == 2


def test_a_third_person_settles_nothing(drawn: Team) -> None:
    differing(drawn)
    with drawn.work(THIRD) as work:
        member, sample = drawn.member(work, THIRD), drawn.sample(work)
        assert differences(compared(work, drawn.study, sample), member) == []
        with pytest.raises(NotYourPassage):
            compared_one(work, drawn.study, member, sample, passage_numbered(work, sample, 1))
        with pytest.raises(NotYourPassage):
            mark(work, drawn.study, member, passage_numbered(work, sample, 1), [])


def test_an_erased_expert_leaves_the_sample(drawn: Team, ground: Ground, study: Study) -> None:
    drawn.mark_all(LEAD)
    drawn.mark_all(SECOND)
    with ground.work() as work:
        expert = find_expert(work, study, "E05")
        work.vault.destroy(expert_subject(expert.id), work.now)
    with drawn.work(LEAD) as work:
        states = [one.state for one in readings(work, study, passages_in(work, drawn.sample(work)))]
        assert (states.count(OPEN), states.count(GONE)) == (12, 12)
    result = drawn.measure()
    assert result.machine is not None
    assert (result.machine.there, result.gone, result.passages, result.transcripts) == (15, 12, 12, 1)


def test_a_withdrawal_after_the_measurement_takes_its_passages_out(drawn: Team, ground: Ground, study: Study) -> None:
    drawn.mark_all(LEAD)
    drawn.mark_all(SECOND)
    assert drawn.measure().passages == 24
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E05"))
    with drawn.work(LEAD) as work:
        member, sample = drawn.member(work, LEAD), drawn.sample(work)
        result = result_of(work, study, sample)
        assert (result.passages, result.gone, result.machine.there) == (12, 12, 15)  # type: ignore[union-attr]
        assert {one.code for one in misses_of(work, study, member, sample)} == {"E02"}


def test_nothing_is_left_when_all_experts_are_erased(drawn: Team, ground: Ground, study: Study) -> None:
    drawn.mark_all(LEAD)
    drawn.mark_all(SECOND)
    with ground.work() as work:
        for code in ("E02", "E05"):
            work.vault.destroy(expert_subject(find_expert(work, study, code).id), work.now)
    with drawn.work(LEAD) as work, pytest.raises(NothingMarked):
        measure(work, study)


def test_corrected_and_merged_turns_leave_the_sample_and_are_told(drawn: Team, ground: Ground, study: Study) -> None:
    with ground.work() as work:
        transcript = transcript_of(work, find_interview(work, find_expert(work, study, "E02")))
        correct_text(work, segment_at(work, transcript, 3), "Тогда никто ничего не решал.")
        merge_with_earlier(work, segment_at(work, transcript, 10))
    drawn_states = []
    with drawn.work(LEAD) as work:
        member, sample = drawn.member(work, LEAD), drawn.sample(work)
        found = readings(work, study, passages_in(work, sample))
        drawn_states = [one.state for one in found]
        gone = next(one for one in found if one.state == CHANGED)
        with pytest.raises(PassageLeft):
            mark(work, study, member, gone.passage, [])
    # the third turn's words are others; the tenth turn is a part of the ninth, which still begins as it did
    assert drawn_states.count(CHANGED) == 2
    with drawn.work(LEAD) as work, pytest.raises(PassagesLeft, match="22 passages"):
        finish(work, study, drawn.member(work, LEAD), drawn.sample(work))
    drawn.mark_all(LEAD, nothing_marked)
    drawn.mark_all(SECOND, nothing_marked)
    with drawn.work(LEAD) as work, pytest.raises(NotDetected):
        measure(work, study)  # its names were looked for before the correction
    with ground.work() as work:
        transcript = transcript_of(work, find_interview(work, find_expert(work, study, "E02")))
        record(work, DETECTED, study_id=study.id, subject_id=transcript.id, count=0)
    result = drawn.measure()
    assert (result.passages, result.changed, result.machine) == (22, 2, None)


def test_names_must_have_been_looked_for(team: Team, take: Callable[..., Transcript]) -> None:
    take("E02", detected=False)
    team.draw(TURNS)
    team.mark_all(LEAD)
    team.mark_all(SECOND)
    with team.work(LEAD) as work, pytest.raises(NotDetected):
        measure(work, team.study)


def test_who_loses_the_role_marks_no_more_and_another_takes_over(drawn: Team, ground: Ground, study: Study) -> None:
    with drawn.work(SECOND) as work:
        member, sample = drawn.member(work, SECOND), drawn.sample(work)
        mark(work, study, member, passage_numbered(work, sample, 1), [])
    with ground.work() as work:
        member = drawn.member(work, SECOND)
        member.role = Role.CODER
        work.add(member)
    with drawn.work(SECOND) as work:
        member, sample = drawn.member(work, SECOND), drawn.sample(work)
        assert own_passages(work, study, sample, member) == []
        with pytest.raises(NotYourPassage):
            mark(work, study, member, passage_numbered(work, sample, 2), [])
    with drawn.work(LEAD) as work:
        sample, leaving = drawn.sample(work), drawn.member(work, SECOND).account_id
        with pytest.raises(CannotTakeOver, match="E02, E05"):
            hand_over(work, study, sample, leaving, drawn.member(work, THIRD))
        with pytest.raises(CannotTakeOver):
            hand_over(work, study, sample, leaving, drawn.member(work, LEAD))
        third = drawn.member(work, THIRD)
        third.role = Role.PRINCIPAL_INVESTIGATOR
        work.add(third)
        assert hand_over(work, study, sample, leaving, third) == 24
        assert work.session.exec(select(AccuracyMarking)).all() == []
    drawn.mark_all(LEAD)
    drawn.mark_all(THIRD)
    assert drawn.measure().passages == 24


def test_finished_marks_stay_and_can_be_reopened_while_nobody_compares(drawn: Team) -> None:
    with drawn.work(LEAD) as work, pytest.raises(PassagesLeft, match="24 passages"):
        finish(work, drawn.study, drawn.member(work, LEAD), drawn.sample(work))
    drawn.mark_all(LEAD)
    with drawn.work(LEAD) as work:
        member, sample = drawn.member(work, LEAD), drawn.sample(work)
        with pytest.raises(MarkingFinished):
            mark(work, drawn.study, member, passage_numbered(work, sample, 1), [])
        unfinish(work, drawn.study, member, sample)
        mark(work, drawn.study, member, passage_numbered(work, sample, 1), truth(0))
        finish(work, drawn.study, member, sample)
    drawn.mark_all(SECOND)
    with drawn.work(LEAD) as work, pytest.raises(MarkingFinished):
        unfinish(work, drawn.study, drawn.member(work, LEAD), drawn.sample(work))


def test_a_sample_is_drawn_from_what_two_may_read(team: Team, take: Callable[..., Transcript]) -> None:
    with team.work(LEAD) as work:
        everybody = [one.account_id for one in markers_of(work, team.study)]
        assert everybody == []  # there is no transcript yet
        with pytest.raises(TwoNeeded):
            draw(work, team.study, size=20, markers=everybody)
    take("E04", turns=2)  # the lead's own interview: nobody else may know
    take("E03", turns=30)
    with team.work(LEAD) as work:
        seen = outlook(work, team.study)
        assert (seen.passages, seen.left_out, seen.things) == (30, ["E04"], 30)
        assert [one.size for one in seen.forecasts] == [30]
        lead, second, third = (team.member(work, one).account_id for one in (LEAD, SECOND, THIRD))
        with pytest.raises(TwoNeeded):
            draw(work, team.study, size=30, markers=[lead, second])  # the second knows none of these
        for size in (5, 31):
            with pytest.raises(SizeWrong, match="from 20 to 30"):
                draw(work, team.study, size=size, markers=[lead, third])
    team.draw(20, f"{LEAD} {THIRD}")
    with team.work(LEAD) as work:
        sample = team.sample(work)
        assert (sample.number, sample.size, sample.frame, sample.seed) == (1, 20, 30, "a")
        assert {(one.first_id, one.second_id) for one in passages_in(work, sample)} <= {(lead, third), (third, lead)}
        with pytest.raises(SampleOpen):
            draw(work, team.study, size=20, markers=[lead, third])
        discard(work, team.study)
        assert work.session.exec(select(AccuracyPassage)).all() == []
        with pytest.raises(NotFound):
            discard(work, team.study)


def test_two_interviewers_of_different_experts_share_nothing(team: Team, take: Callable[[str], Transcript]) -> None:
    take("E02")
    take("E03")
    with team.work(LEAD) as work:
        second, third = (team.member(work, one).account_id for one in (SECOND, THIRD))
        with pytest.raises(NothingToDraw):
            draw(work, team.study, size=20, markers=[second, third])


def test_the_trail_tells_every_deed_and_no_word(drawn: Team) -> None:
    differing(drawn)
    with drawn.work(LEAD) as work:
        member, sample = drawn.member(work, LEAD), drawn.sample(work)
        for one in differences(compared(work, drawn.study, sample), member):
            propose_marks(work, drawn.study, member, one, one.begun, alone=True)
    drawn.measure()
    deeds = drawn.deeds()
    assert list(dict.fromkeys(deeds)) == [
        "accuracy.drawn", "accuracy.marked", "accuracy.finished", "accuracy.settled", "accuracy.measured",
    ]  # fmt: skip
    assert (deeds.count("accuracy.marked"), deeds.count("accuracy.settled")) == (48, 2)
