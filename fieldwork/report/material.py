"""Everything a report is written from, read from the database in one go; nothing in it is typed in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, func, select

from fieldwork.anonymisation.accuracy import last_sample
from fieldwork.anonymisation.disclosure import PublishedCells
from fieldwork.anonymisation.measuring import Result, result_of
from fieldwork.anonymisation.models import Decision as MentionDecision
from fieldwork.anonymisation.models import Mention
from fieldwork.anonymisation.publishing import published_tables
from fieldwork.coding.codebook import Codebook
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Coding, Memo
from fieldwork.coding.rules import require_grounded
from fieldwork.consent.models import Scope
from fieldwork.consent.rules import Decision
from fieldwork.consent.services import decisions_of, require
from fieldwork.core.work import Work
from fieldwork.paradigm.models import Contradiction, Link, ParadigmModel, RoleAssignment
from fieldwork.paradigm.rules import ModelView, NoModel, require_sound, validate
from fieldwork.paradigm.services import assignments_of, contradictions_of, links_of, model_of, view_of
from fieldwork.programme.contents import parts_of
from fieldwork.programme.guides import guide_of, questions_of
from fieldwork.programme.models import Guide, Part, Question, Study
from fieldwork.recording.models import Recording
from fieldwork.report.exposure import exposure_of
from fieldwork.report.intruder import Trial
from fieldwork.report.models import WrittenReport
from fieldwork.report.recommendations import Advice, recommendations_of
from fieldwork.report.rules import NothingInterviewed, check_whole
from fieldwork.sampling.models import Expert, SamplingPlan, Stratum
from fieldwork.sampling.plan import plan_of, strata_of
from fieldwork.sampling.services import experts_of
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.rules import FieldFigures, almaty_day, field_figures
from fieldwork.scheduling.services import interviews_of
from fieldwork.transcription.models import Segment, Transcript


@dataclass(frozen=True)
class Model:
    """The paradigm model: as it is judged, and its rows in order."""

    row: ParadigmModel
    view: ModelView
    roles: Sequence[RoleAssignment]
    links: Sequence[Link]
    contradictions: Sequence[Contradiction]


@dataclass(frozen=True)
class Processing:
    """How the interviews became texts.

    Attributes:
        recognised: (engine, model) -> how many transcripts it made.
        imported: how many transcripts came finished.
        recorded: how many interviews have recordings here.
        replaced: how many mentions were replaced.
    """

    recognised: Mapping[tuple[str, str], int]
    imported: int
    recorded: int
    replaced: int


@dataclass(frozen=True)
class Material:
    """What there is to tell. ``interviews`` are in the order of time, ``experts`` those interviewed, by code."""

    study: Study
    language: str
    today: date
    edition: int
    parts: Mapping[Part, Mapping[str, str]]
    plan: SamplingPlan | None
    strata: Sequence[Stratum]
    experts: Sequence[Expert]
    traits: Sequence[PublishedCells]
    trial: Trial
    interviews: Sequence[Interview]
    field: FieldFigures
    decisions: Mapping[UUID, Decision]
    guide: Guide | None
    questions: Sequence[Question]
    processing: Processing
    accuracy: Result | None
    book: Codebook
    coded: tuple[date, date] | None
    memos: Mapping[str, Sequence[date]]
    model: Model
    advice: Sequence[Advice]

    def told(self, texts: Mapping[str, str]) -> str:
        """A text in the report's language; nothing where it was never written."""
        return texts.get(self.language, "")


def gather(work: Work, study: Study, language: str) -> Material:
    """Read everything, and refuse what must not become a report.

    Raises:
        NothingInterviewed: there are no interviews.
        SmallCells: the sample's table would show too few experts together.
        UngroundedCodes, CodesOutside, CategoriesOutside: the codebook is not whole.
        Finding: the paradigm model is not sound, or there is none.
        ConsentMissing: an expert whose words are coded has not allowed transcription, or has withdrawn.
    """
    interviews = sorted(interviews_of(work, study), key=lambda one: one.starts_at)
    if not interviews:
        raise NothingInterviewed
    book = read_codebook(work.session, study.id)
    require_grounded(book.ungrounded())
    check_whole(book)
    for expert_id in dict.fromkeys(passage.expert_id for passage in book.passages):
        require(work, expert_id, Scope.TRANSCRIBE)
    interviewed = {interview.expert_id for interview in interviews}
    return Material(
        study=study,
        language=language,
        today=almaty_day(work.now),
        edition=_edition(work, study),
        parts=parts_of(work, study),
        plan=plan_of(work, study),
        strata=strata_of(work, study),
        experts=[expert for expert in experts_of(work, study) if expert.id in interviewed],
        interviews=interviews,
        field=field_figures(interviews),
        decisions=decisions_of(work, study),
        guide=guide_of(work, study),
        questions=questions_of(work, study),
        processing=_processing(work, study),
        accuracy=_accuracy(work, study),
        book=book,
        coded=_coded(work, book),
        memos=_memos(work, study),
        model=_model(work, study, book),
        advice=recommendations_of(work, study),
        traits=published_tables(work, study),
        trial=exposure_of(work, study, book).trial,
    )


def _edition(work: Work, study: Study) -> int:
    written = sa.select(func.count()).select_from(WrittenReport).where(col(WrittenReport.study_id) == study.id)
    return _count(work, written) + 1


def _processing(work: Work, study: Study) -> Processing:
    mine = col(Interview.study_id) == study.id
    transcripts = work.session.exec(select(Transcript).join(Interview).where(mine)).all()
    recognised = Counter((one.engine, one.model or "") for one in transcripts if one.engine)
    recorded = sa.select(func.count(func.distinct(col(Recording.interview_id)))).join(Interview).where(mine)
    replaced = (
        sa.select(func.count())
        .select_from(Mention)
        .join(Segment)
        .join(Transcript)
        .join(Interview)
        .where(mine, col(Mention.decision) == MentionDecision.ACCEPTED, col(Mention.replaced_start).is_not(None))
    )
    return Processing(
        recognised=recognised,
        imported=len(transcripts) - recognised.total(),
        recorded=_count(work, recorded),
        replaced=_count(work, replaced),
    )


def _accuracy(work: Work, study: Study) -> Result | None:
    """What the last measured sample tells of the masking."""
    sample = last_sample(work, study, measured=True)
    return result_of(work, study, sample) if sample else None


def _count(work: Work, query: sa.Select[Any]) -> int:
    return int(work.session.execute(query).scalar_one())


def _coded(work: Work, book: Codebook) -> tuple[date, date] | None:
    """First and last day of coding."""
    codes = [code.id for code in book.codes]
    moments = work.session.exec(select(Coding.coded_at).where(col(Coding.code_id).in_(codes))).all()
    return (almaty_day(min(moments)), almaty_day(max(moments))) if moments else None


def _memos(work: Work, study: Study) -> dict[str, list[date]]:
    """The days of the memos, by their kind."""
    days: dict[str, list[date]] = {}
    for memo in work.session.exec(select(Memo).where(Memo.study_id == study.id).order_by(col(Memo.dated))):
        days.setdefault(memo.kind, []).append(memo.dated)
    return days


def _model(work: Work, study: Study, book: Codebook) -> Model:
    row = model_of(work, study)
    if row is None:
        raise NoModel
    view = view_of(work, study, book)
    require_sound(validate(view))
    return Model(row, view, assignments_of(work, row), links_of(work, row), contradictions_of(work, row))
