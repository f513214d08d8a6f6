"""What is published of the sample: the experts' traits, the form chosen for them, and the refusal of small cells.

The sampling design (strata, quotas) and the modes of interviews are published as they are: they were public before
anybody was asked, and do not come here, unless somebody wants to cross them with other traits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.disclosure import (
    MISSING,
    Combination,
    Form,
    PublishedCells,
    Row,
    Shown,
    TraitUnknown,
    as_noted,
    check_form,
    risk_of,
)
from fieldwork.anonymisation.generalising import Trait, propose
from fieldwork.anonymisation.models import PublishedForm
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.plan import strata_of
from fieldwork.sampling.services import experts_of
from fieldwork.scheduling.services import interviews_of

TRAITS: Final = ("sex", "age_band", "experience_band", "sector", "group", "region", "language")
"""What may stand in the sample's table."""
DESIGN: Final = "stratum"
"""Published as it is; counted where it is asked who is alone on what."""
USUAL: Final = ("sex", "age_band", "experience_band")
"""What is published as long as nobody has chosen."""
_BANDED: Final = ("age_band", "experience_band")


class NothingToUndo(Refusal):
    """No published form is left."""

    message = "There is no published form of the sample to take back."


@dataclass(frozen=True)
class Standing:
    """Where the sample's table stands.

    Attributes:
        rows: the experts in it, code -> traits as noted, with the stratum.
        form: what would be published now.
        chosen: the row that says so; None where nobody has chosen.
        risks: k of every combination that the form shows.
        proposal: the finest form of the same traits that passes.
    """

    rows: Mapping[str, Row]
    form: Form
    chosen: PublishedForm | None
    risks: Sequence[Combination]
    proposal: Form

    @property
    def passes(self) -> bool:
        """Whether the table may be published."""
        return all(one.passes for one in self.risks)


def sample_rows(work: Work, study: Study) -> dict[str, dict[str, str]]:
    """The traits of the experts who were interviewed, by code; what is not noted is a value of its own."""
    language = {one.expert_id: one.language for one in interviews_of(work, study)}
    strata = {one.id: one.label.get("ru") or one.key for one in strata_of(work, study)}
    return {
        expert.code: _traits(expert, language[expert.id], strata)
        for expert in experts_of(work, study)
        if expert.id in language
    }


def standing_of(work: Work, study: Study, wanted: Form | None = None) -> Standing:
    """Where the sample's table stands, or where it would with another form."""
    rows = sample_rows(work, study)
    chosen = chosen_form(work, study)
    form = wanted or _form(chosen, list(rows.values()))
    met = list(rows.values())
    return Standing(rows, form, chosen, risk_of(met, form), proposed(met, tuple(form.columns), form.shown))


def proposed(rows: Sequence[Row], columns: Sequence[str], shown: Shown) -> Form:
    """The form of these traits that passes and loses least."""
    check_traits(columns)
    parents = _coarser(rows)
    traits = [
        Trait(name, banded=name in _BANDED, coarser=parents if name == "sector" else {})
        for name in TRAITS
        if name in columns
    ]
    return propose(rows, traits, shown)


def wanted_form(work: Work, study: Study, columns: Sequence[str], shown: Shown) -> Form:
    """These traits as they were noted, to be looked at before anything is chosen.

    Raises:
        TraitUnknown: experts have no such trait.
    """
    check_traits(columns)
    ordered = [name for name in TRAITS if name in columns]
    return as_noted(sample_rows(work, study).values(), ordered, shown)


def check_traits(columns: Sequence[str]) -> None:
    """Let traits pass that experts have.

    Raises:
        TraitUnknown: one they have not.
    """
    for name in columns:
        if name not in TRAITS:
            raise TraitUnknown(trait=name, known=", ".join(TRAITS))


def publish(work: Work, study: Study, form: Form, member: Member | None) -> PublishedForm:
    """Choose how the sample is published from now on.

    Args:
        work: the unit of work.
        study: whose sample.
        form: traits and their labels.
        member: who chooses; None on the command line.

    Raises:
        TraitUnknown: experts have no such trait.
        SmallCells: a cell would hold too few; nothing is kept.
    """
    check_traits(tuple(form.columns))
    rows = list(sample_rows(work, study).values())
    check_form(rows, form, proposed(rows, tuple(form.columns), form.shown))
    number = 1 + max((one.number for one in _forms(work, study.id)), default=0)
    row = work.add(
        PublishedForm(
            study_id=study.id,
            number=number,
            shown=form.shown,
            columns={name: dict(labels) for name, labels in form.columns.items()},
            decided_by_id=member.id if member else None,
            decided_at=work.now,
        )
    )
    record(work, "sample.published_form", study_id=study.id, subject_id=row.id, number=number)
    return row


def publish_proposed(work: Work, study: Study, member: Member | None = None) -> PublishedForm:
    """Choose the finest form that passes, of the traits that are published now."""
    return publish(work, study, standing_of(work, study).proposal, member)


def undo_form(work: Work, study: Study) -> None:
    """Take back the newest form; the one before counts again.

    Raises:
        NothingToUndo: there is none.
    """
    chosen = chosen_form(work, study)
    if chosen is None:
        raise NothingToUndo
    chosen.undone_at = work.now
    work.add(chosen)
    record(work, "sample.form_taken_back", study_id=study.id, subject_id=chosen.id, number=chosen.number)


def chosen_form(work: Work, study: Study) -> PublishedForm | None:
    """The form that counts now."""
    return next((one for one in _forms(work, study.id) if one.undone_at is None), None)


def published_tables(work: Work, study: Study) -> list[PublishedCells]:
    """The sample's tables as they are published.

    Raises:
        SmallCells: a cell holds too few, with what would pass.
    """
    standing = check_published(work, study)
    rows = list(standing.rows.values())
    published = [standing.form.published(row) for row in rows]
    return [
        PublishedCells(columns, Counter(tuple(row[name] for name in columns) for row in published))
        for columns in standing.form.tables
    ]


def check_published(work: Work, study: Study) -> Standing:
    """Let the sample's tables pass as they would be published now.

    Raises:
        SmallCells: a cell holds too few, with what would pass.
    """
    standing = standing_of(work, study)
    check_form(list(standing.rows.values()), standing.form, standing.proposal)
    return standing


def _traits(expert: Expert, language: str, strata: Mapping[UUID, str]) -> dict[str, str]:
    noted = {name: getattr(expert, name, "") for name in TRAITS} | {"language": language}
    return {name: value.strip() or MISSING for name, value in (noted | {DESIGN: strata[expert.stratum_id]}).items()}


def _coarser(rows: Sequence[Row]) -> dict[str, str]:
    """Sector -> stratum, where every sector lies in one stratum; else nothing."""
    parents: dict[str, str] = {}
    for row in rows:
        if parents.setdefault(row["sector"], row[DESIGN]) != row[DESIGN]:
            return {}
    return parents


def _form(chosen: PublishedForm | None, rows: Sequence[Row]) -> Form:
    if chosen is None:
        return as_noted(rows, USUAL)
    return Form(Shown(chosen.shown), {name: chosen.columns[name] for name in TRAITS if name in chosen.columns})


def _forms(work: Work, study_id: UUID) -> Sequence[PublishedForm]:
    """The study's forms, the newest first."""
    ours = select(PublishedForm).where(PublishedForm.study_id == study_id)
    return work.session.exec(ours.order_by(col(PublishedForm.number).desc())).all()
