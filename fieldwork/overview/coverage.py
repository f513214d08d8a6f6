"""What each expert has spoken to: questions answered and categories coded, for the coverage matrix of the sample."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from fieldwork.coding.models import Category, Code, Coding
from fieldwork.core.work import Work
from fieldwork.programme.models import Question, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.rules import Spoken
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript


def spoken_of(work: Work, study: Study) -> Mapping[str, Spoken]:
    """Expert's code -> what the expert has spoken to; experts without a transcript are absent."""
    answered = _segments(study, Question.number).join(Question, col(Question.id) == col(Segment.question_id))
    coded = (
        _segments(study, Category.key)
        .join(Coding, col(Coding.start_segment_id) == col(Segment.id))
        .join(Code, col(Code.id) == col(Coding.code_id))
        .join(Category, col(Category.id) == col(Code.category_id))
    )
    questions: dict[str, set[int]] = defaultdict(set)
    categories: dict[str, set[str]] = defaultdict(set)
    for code, number in work.session.execute(answered):
        questions[code].add(number)
    for code, key in work.session.execute(coded):
        categories[code].add(key)
    there = sorted(code for (code,) in work.session.execute(_segments(study)))
    return {code: Spoken(frozenset(questions[code]), frozenset(categories[code])) for code in there}


def _segments(study: Study, *columns: Any) -> sa.Select[Any]:
    """The codes of the study's experts with ``columns`` of what is joined to their segments, each once."""
    return (
        sa.select(col(Expert.code), *columns)
        .select_from(Expert)
        .join(Interview, col(Interview.expert_id) == col(Expert.id))
        .join(Transcript, col(Transcript.interview_id) == col(Interview.id))
        .join(Segment, col(Segment.transcript_id) == col(Transcript.id))
        .where(col(Expert.study_id) == study.id)
        .distinct()
    )
