"""What the dashboard shows, gathered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from fieldwork.core.work import Work
from fieldwork.overview.rules import Note, Path
from fieldwork.overview.services import Newcomers, Quota, paths_of, quotas_of, saturation_of
from fieldwork.overview.stages import Counts, counts_of
from fieldwork.programme.models import Study
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview

_DUE = (
    Note.TO_REVIEW, Note.PLANNED, Note.TO_CODE, Note.TO_CHECK, Note.TO_DETECT, Note.TO_TRANSCRIBE, Note.TO_PLAN,
    Note.TO_INVITE,
)  # fmt: skip
_AT_ONCE = 5
_ROLES = 6
_LAST = 3


@dataclass(frozen=True)
class Board:
    """The dashboard of one study."""

    counts: Counts
    paths: Sequence[Path]
    quotas: Sequence[Quota]
    newcomers: Sequence[Newcomers]
    due: Sequence[Path]
    stuck: Sequence[Path]
    week: int | None
    """Which week of fieldwork it is; None before, after, or where its dates are not set."""

    @property
    def last_new(self) -> int:
        """New codes in the last three interviews."""
        return sum(one.new_codes for one in self.newcomers[-_LAST:])

    @property
    def last_share(self) -> float:
        """Their share of all codes."""
        return self.last_new / max(1, sum(one.new_codes for one in self.newcomers))

    @property
    def finished(self) -> int:
        """Experts whose interviews are coded."""
        return sum(path.note is Note.CODED for path in self.paths)

    @property
    def taking_part(self) -> int:
        """Experts who have neither declined nor withdrawn."""
        return sum(not path.is_out for path in self.paths)

    @property
    def onward(self) -> str:
        """The stage that comes next where no expert is waiting for anything; «» where there is nothing left to do."""
        found = self.counts
        if not found.questions:
            return "guide"
        if not self.paths:
            return "sample"
        if self.finished < self.taking_part:
            return ""
        if found.sorted_codes < found.codes:
            return "categories"
        if found.roles < _ROLES:
            return "model"
        return "report"


def dashboard_of(work: Work, study: Study) -> Board:
    """Gather it."""
    paths = sorted(paths_of(work, study), key=lambda path: path.is_out)
    starts = _starts(work, study)
    due = sorted((path for path in paths if path.note in _DUE and not path.is_stuck), key=_urgency)
    return Board(
        counts=counts_of(work.session, study.id, study.questions_expected),
        paths=paths,
        quotas=quotas_of(work, study),
        newcomers=saturation_of(paths, starts),
        due=due[:_AT_ONCE],
        stuck=[path for path in paths if path.is_stuck],
        week=_week(study, work.now),
    )


def _starts(work: Work, study: Study) -> dict[str, datetime]:
    rows = work.session.exec(
        select(Expert.code, Interview.starts_at)
        .join(Interview, Interview.expert_id == Expert.id)  # type: ignore[arg-type]
        .where(Expert.study_id == study.id)
    )
    return dict(rows.all())


def _urgency(path: Path) -> tuple[int, str]:
    return _DUE.index(path.note), path.facts.code


def _week(study: Study, now: datetime) -> int | None:
    first, last = study.fieldwork_from, study.fieldwork_to
    if first is None or last is None or not first <= now.date() <= last:
        return None
    return (now.date() - first).days // 7 + 1
