"""A second look at a sample: somebody else says anew, not knowing what was decided, what is to be replaced.

Sampled are decided mentions of others, and turns in which nothing is marked. Kept are places and verdicts, no words.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.contexts import said
from fieldwork.anonymisation.looks import (
    KEPT,
    REPLACED,
    DifferencesOpen,
    LookOpen,
    MayNotLook,
    NothingToLookAt,
    Rule,
    SecondMissing,
    require_sample,
)
from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.anonymisation.review_models import Looked, ReviewRule, SecondLook, SecondReview
from fieldwork.anonymisation.rules import Agreed, agreed, sample_size
from fieldwork.anonymisation.services import mentions_of
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import signatures_of
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import may_know
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.transcription.services import code_of, segment_rows

_FEWEST_WORDS = 4  # a turn of fewer says nothing about what was missed


@dataclass(frozen=True)
class Standing:
    """How far a second review is.

    Attributes:
        review: its row.
        answered: how many looks have a verdict.
        count: how many there are, without what was missed.
        agreement: how far the two agree; of what is answered.
        open: the differences that nobody has settled.
    """

    review: SecondReview
    answered: int
    count: int
    agreement: Agreed
    open: Sequence[SecondLook]


def rule_of(work: Work, study_id: UUID) -> Rule:
    """What the study wants."""
    row = work.session.exec(select(ReviewRule).where(ReviewRule.study_id == study_id)).first()
    return Rule(row.second_required, row.share, row.least, row.turns) if row else Rule()


def set_rule(work: Work, study: Study, rule: Rule) -> None:
    """Say what the study wants.

    Raises:
        SampleOdd: numbers out of range.
    """
    require_sample(rule)
    row = work.session.exec(select(ReviewRule).where(ReviewRule.study_id == study.id)).first()
    row = row or ReviewRule(study_id=study.id, second_required=False, share=0, least=0, turns=0)
    row.second_required, row.share, row.least, row.turns = rule.required, rule.share, rule.least, rule.turns
    work.add(row)
    record(
        work, "anonymisation.second_rule", study_id=study.id, subject_id=study.id, required=rule.required,
        share=rule.share, least=rule.least, turns=rule.turns,
    )  # fmt: skip


def fit_to_look(work: Work, study: Study, transcript: Transcript) -> list[Member]:
    """Members who may read the text as it was said, and of whom there is something of others to look at."""
    expert = work.get(Expert, work.get(Interview, transcript.interview_id).expert_id)
    decided = {one.decided_by_id for one in mentions_of(work, transcript) if one.decided_at is not None}
    return [
        one.member
        for one in signatures_of(work, study)
        if may_know(one.member, expert) and decided - {one.member.account_id}
    ]


def ask_second(
    work: Work, transcript: Transcript, reviewer: Member, rule: Rule, *, chance: random.Random | None = None
) -> SecondReview:
    """Ask somebody to look at a sample of a transcript, raw or approved.

    Raises:
        SampleOdd: numbers out of range.
        MayNotLook: the member has no right to.
        LookOpen: one is under way.
        NothingToLookAt: the sample is empty.
    """
    require_sample(rule)
    interview = work.get(Interview, transcript.interview_id)
    code = code_of(work, interview)
    if not may_know(reviewer, work.get(Expert, interview.expert_id)):
        raise MayNotLook(code=code)
    reviews = reviews_of(work, transcript)
    if any(one.finished_at is None for one in reviews):
        raise LookOpen(code=code)
    chosen = _sampled(work, transcript, reviewer, rule, chance or random.SystemRandom())
    if not chosen:
        raise NothingToLookAt(code=code)
    review = work.add(
        SecondReview(
            transcript_id=transcript.id, number=1 + max((one.number for one in reviews), default=0),
            reviewer_id=reviewer.account_id, asked_by_id=work.actor.account_id, asked_at=work.now,
        )
    )  # fmt: skip
    for number, look in enumerate(chosen, start=1):
        look.second_review_id, look.position = review.id, number
    work.add_all(chosen)
    record(work, "anonymisation.second_asked", study_id=interview.study_id, subject_id=transcript.id, count=len(chosen))
    return review


def call_off(work: Work, review: SecondReview) -> None:
    """Call a second review off; what was decided stays."""
    transcript = work.get(Transcript, review.transcript_id)
    study_id = work.get(Interview, transcript.interview_id).study_id
    work.session.delete(review)
    record(work, "anonymisation.second_called_off", study_id=study_id, subject_id=transcript.id, number=review.number)


def reviews_of(work: Work, transcript: Transcript) -> Sequence[SecondReview]:
    """A transcript's second reviews, the last one first."""
    query = select(SecondReview).where(SecondReview.transcript_id == transcript.id)
    return work.session.exec(query.order_by(col(SecondReview.number).desc())).all()


def review_numbered(work: Work, transcript: Transcript, number: int) -> SecondReview:
    """One of them.

    Raises:
        NotFound: there is none.
    """
    found = next((one for one in reviews_of(work, transcript) if one.number == number), None)
    if found is None:
        raise NotFound(kind="review", name=number)
    return found


def looks_of(work: Work, review: SecondReview) -> Sequence[SecondLook]:
    """What is looked at, in the order of the text; what was missed behind it."""
    query = select(SecondLook).where(SecondLook.second_review_id == review.id)
    return work.session.exec(query.order_by(col(SecondLook.position))).all()


def look_of(work: Work, review: SecondReview, look_id: UUID) -> SecondLook:
    """One of them.

    Raises:
        NotFound: it is not of this review.
    """
    found = work.session.get(SecondLook, look_id)
    if found is None or found.second_review_id != review.id:
        raise NotFound(kind="review", name=str(look_id))
    return found


def answer(work: Work, look: SecondLook, verdict: str, missed: Sequence[tuple[int, int, str]] = ()) -> None:
    """Say what is to become of a mention, or what in a turn was missed (start, end, label; raw code points).

    The review ends with its last answer; until then an answer can be changed.
    """
    review = work.get(SecondReview, look.second_review_id)
    looks = list(looks_of(work, review))
    if look.kind == Looked.TURN:
        verdict = REPLACED if missed else KEPT
        for old in (one for one in looks if one.kind == Looked.MISSED and one.segment_id == look.segment_id):
            work.session.delete(old)
            looks.remove(old)
        work.session.flush()
        last = max(one.position for one in looks)
        for number, (start, end, label) in enumerate(missed, start=last + 1):
            work.add(
                SecondLook(
                    second_review_id=review.id, position=number, kind=Looked.MISSED, segment_id=look.segment_id,
                    start=start, end=end, label=label, first=KEPT, second=verdict, second_at=work.now,
                )
            )  # fmt: skip
    look.second, look.second_at = verdict, work.now
    work.add(look)
    if all(one.second is not None for one in looks):
        review.finished_at = work.now
        work.add(review)
        transcript = work.get(Transcript, review.transcript_id)
        record(
            work, "anonymisation.second_finished", subject_id=transcript.id, count=len(looks),
            study_id=work.get(Interview, transcript.interview_id).study_id,
        )  # fmt: skip


def standing_of(work: Work, review: SecondReview) -> Standing:
    """How far a second review is, and how far the two agree."""
    work.session.flush()
    looks = looks_of(work, review)
    drawn = [one for one in looks if one.kind != Looked.MISSED]
    answered = [one for one in drawn if one.second is not None]
    return Standing(
        review,
        len(answered),
        len(drawn),
        agreed([(one.first, one.second or "") for one in answered]),
        [one for one in looks if one.kind != Looked.TURN and one.second not in (None, one.first) and not one.outcome],
    )


def require_second(work: Work, transcript: Transcript) -> None:
    """Refuse an approval that a study's rule, or an open difference, stands against.

    Raises:
        SecondMissing: the study wants a second look, and none is finished.
        DifferencesOpen: two people say different things, and nobody has settled it.
    """
    interview = work.get(Interview, transcript.interview_id)
    finished = [one for one in reviews_of(work, transcript) if one.finished_at is not None]
    if not finished and rule_of(work, interview.study_id).required:
        raise SecondMissing(code=code_of(work, interview))
    left = sum(len(standing_of(work, one).open) for one in finished)
    if left:
        raise DifferencesOpen(code=code_of(work, interview), count=left)


def _sampled(
    work: Work, transcript: Transcript, reviewer: Member, rule: Rule, chance: random.Random
) -> list[SecondLook]:
    segments = {one.id: one for one in segment_rows(work, transcript)}
    mentions = mentions_of(work, transcript)
    others = [one for one in mentions if one.decided_at is not None and one.decided_by_id != reviewer.account_id]
    marked = {one.segment_id for one in mentions if one.decision != Decision.REJECTED or one.decided_at is not None}
    expert_id = work.get(Interview, transcript.interview_id).expert_id
    lengths = {one.id: said(work, one, expert_id) for one in segments.values() if one.id not in marked}
    plain = [key for key, text in lengths.items() if len(text.split()) >= _FEWEST_WORDS]
    drawn = chance.sample(others, sample_size(len(others), rule.share, rule.least))
    turns = chance.sample(plain, min(len(plain), rule.turns))
    found = [_mention_look(one) for one in drawn]
    found += [
        SecondLook(
            position=0, kind=Looked.TURN, segment_id=key, start=0, end=len(lengths[key]), label="PER", first=KEPT
        )
        for key in turns
    ]  # fmt: skip
    return sorted(found, key=lambda one: (segments[one.segment_id].position, one.start))


def _mention_look(mention: Mention) -> SecondLook:
    return SecondLook(
        position=0, kind=Looked.MENTION, segment_id=mention.segment_id, mention_id=mention.id, start=mention.start,
        end=mention.end, label=mention.label, first=REPLACED if mention.decision == Decision.ACCEPTED else KEPT,
        first_by_id=mention.decided_by_id,
    )  # fmt: skip


def words_of(work: Work, look: SecondLook) -> tuple[str, str, str]:
    """A look's turn as it was said: what stands before, the words, what stands behind. For those with the right to.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    segment = work.get(Segment, look.segment_id)
    transcript = work.get(Transcript, segment.transcript_id)
    text = said(work, segment, work.get(Interview, transcript.interview_id).expert_id)
    return text[: look.start], text[look.start : look.end], text[look.end :]
