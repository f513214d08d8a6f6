"""A second person looks at a sample, blind; agreement, differences, and the approval that waits for it."""

from collections.abc import Callable

import pytest
from sklearn.metrics import cohen_kappa_score

from fieldwork.anonymisation.agreeing import settle, spots_of
from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.changes import changes_of
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.looks import (
    DifferencesOpen,
    LookOpen,
    MayNotLook,
    NothingToLookAt,
    Rule,
    SampleOdd,
    SecondMissing,
)
from fieldwork.anonymisation.review import accept_all
from fieldwork.anonymisation.rules import agreed, sample_size
from fieldwork.anonymisation.second import (
    answer,
    ask_second,
    call_off,
    fit_to_look,
    looks_of,
    review_numbered,
    reviews_of,
    set_rule,
    standing_of,
    words_of,
)
from fieldwork.anonymisation.services import mentions_of
from fieldwork.core.accounts import Account, Actor
from fieldwork.core.work import Ground, Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import signatures_of
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.writing import NewSegment, write_segments

LINES = (
    "Помог Олег Савельев.",
    "Там же была Нина Шевцова.",
    "А потом пришла Ляззат, она тоже помогала нам.",
    "Мы долго искали помещение.",
)


@pytest.fixture
def decided(ground: Ground, interview_with: Callable[[str], Interview], study: Study) -> Transcript:
    """A transcript decided by the interviewer; in its third turn somebody was missed."""
    interview = interview_with("E02")
    with ground.work() as work:
        transcript = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
        write_segments(work, transcript, [NewSegment(Speaker.EXPERT, text, None) for text in LINES])
        detect(work, transcript)
        third = segment_at(work, transcript, 3)
        for mention in mentions_of(work, transcript):
            if mention.segment_id == third.id:
                work.session.delete(mention)
    with ground.work(Actor(interviewer_of(ground, study).account_id)) as work:
        accept_all(work, transcript)
    return transcript


def lead_of(ground: Ground, study: Study) -> Member:
    with ground.work() as work:
        return next(one.member for one in signatures_of(work, study) if one.member.role == Role.PRINCIPAL_INVESTIGATOR)


def interviewer_of(ground: Ground, study: Study) -> Member:
    with ground.work() as work:
        expert = find_expert(work, study, "E02")
        return next(one.member for one in signatures_of(work, study) if one.member.id == expert.interviewer_id)


def another(work: Work, study: Study, role: Role = Role.PRINCIPAL_INVESTIGATOR) -> Member:
    """A member who has decided nothing."""
    account = work.add(Account(login="second@example.org", display_name="Ж. С.", created_at=work.now))
    return work.add(Member(study_id=study.id, account_id=account.id, initials="ЖС", role=role))


ALL = Rule(share=100, least=0, turns=10)


def test_two_look_and_their_differences_are_settled(ground: Ground, decided: Transcript, study: Study) -> None:
    with ground.work() as work:
        second = another(work, study)
        assert second in fit_to_look(work, study, decided)
        review = ask_second(work, decided, second, ALL)
        kinds = [(one.kind, words_of(work, one)[1]) for one in looks_of(work, review)]
        assert kinds == [
            ("mention", "Олег Савельев"), ("mention", "Нина Шевцова"), ("turn", LINES[2]), ("turn", LINES[3])
        ]  # fmt: skip
    with ground.work(Actor(second.account_id)) as work:
        oleg, nina, third, fourth = looks_of(work, review_numbered(work, decided, 1))
        answer(work, oleg, "replaced")
        answer(work, nina, "kept")
        (spot,) = spots_of(work, segment_at(work, decided, 3), "ляззат")
        answer(work, third, "", [(*spot, "PER")])
        answer(work, fourth, "")
    with ground.work() as work:
        found = standing_of(work, review_numbered(work, decided, 1))
        assert (found.count, found.answered, found.agreement.percent) == (4, 4, 50)
        first, then = ["replaced", "replaced", "kept", "kept"], ["replaced", "kept", "replaced", "kept"]
        assert found.agreement.kappa == pytest.approx(cohen_kappa_score(first, then))
        assert found.review.finished_at is not None
        assert [(one.kind, words_of(work, one)[1]) for one in found.open] == [
            ("mention", "Нина Шевцова"), ("missed", "Ляззат")
        ]  # fmt: skip
        with pytest.raises(DifferencesOpen):
            approve(work, work.get(Transcript, decided.id))
        settle(work, found.open[0], "replaced")
        settle(work, found.open[1], "replaced")
    with ground.work() as work:
        assert list(standing_of(work, review_numbered(work, decided, 1)).open) == []
        assert [one.replacement for one in mentions_of(work, decided)] == ["[человек-1]", "[человек-2]", "[человек-4]"]
        assert [one.deed for one in changes_of(work, decided)].count("settled") == 2
        approve(work, work.get(Transcript, decided.id))


def test_differences_in_an_approved_transcript_change_its_text(
    ground: Ground, decided: Transcript, study: Study
) -> None:
    with ground.work() as work:
        approve(work, work.get(Transcript, decided.id))
    with ground.work() as work:
        review = ask_second(work, work.get(Transcript, decided.id), another(work, study), ALL)
        looks = looks_of(work, review)
        spots = spots_of(work, segment_at(work, decided, 3), "Ляззат")
        for look in looks:
            answer(work, look, "kept", [(*spots[0], "PER")] if words_of(work, look)[1] == LINES[2] else ())
        for look in standing_of(work, review).open:
            settle(work, look, "kept" if words_of(work, look)[1] == "Нина Шевцова" else "replaced")
    with ground.work() as work:
        texts = [segment_at(work, decided, number).text for number in (1, 2, 3)]
        assert texts == [
            "Помог [человек-1].", "Там же была Нина Шевцова.", "А потом пришла [человек-4], она тоже помогала нам."
        ]  # fmt: skip


def test_a_study_may_want_a_second_look(ground: Ground, decided: Transcript, study: Study) -> None:
    with ground.work() as work:
        set_rule(work, study, Rule(required=True))
        with pytest.raises(SecondMissing):
            approve(work, work.get(Transcript, decided.id))
        with pytest.raises(SampleOdd):
            set_rule(work, study, Rule(share=101))


def test_nobody_looks_at_what_they_have_decided(ground: Ground, decided: Transcript, study: Study) -> None:
    interviewer, lead = interviewer_of(ground, study), lead_of(ground, study)
    with ground.work() as work:
        assert interviewer not in fit_to_look(work, study, decided)
        coder = another(work, study, Role.CODER)
        with pytest.raises(MayNotLook):
            ask_second(work, decided, coder, ALL)
        with pytest.raises(NothingToLookAt):
            ask_second(work, decided, interviewer, Rule(share=100, least=0, turns=0))
        review = ask_second(work, decided, lead, ALL)
        with pytest.raises(LookOpen):
            ask_second(work, decided, lead, ALL)
        call_off(work, review)
        work.session.flush()
        assert list(reviews_of(work, decided)) == []


def test_agreement_and_samples() -> None:
    assert (agreed([]).percent, agreed([]).kappa) == (0, None)
    assert agreed([("kept", "kept")] * 3).kappa is None
    first = ["kept", "replaced", "replaced", "kept", "replaced", "kept"]
    then = ["kept", "replaced", "kept", "kept", "replaced", "replaced"]
    assert agreed(list(zip(first, then, strict=True))).kappa == pytest.approx(cohen_kappa_score(first, then))
    assert [sample_size(40, 10, 5), sample_size(100, 10, 5), sample_size(3, 10, 5), sample_size(21, 10, 0)] == [
        5,
        10,
        3,
        3,
    ]
