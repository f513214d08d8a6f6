"""Import of categories, codes and memos from parsed YAML, with an account of every quotation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import select

from fieldwork.coding.anchoring import find
from fieldwork.coding.models import Anchor, Category, Code, CoreCategory, Memo
from fieldwork.coding.rules import CodingExists, NameTaken, QuotationsNotPlaced, checked_name
from fieldwork.coding.services import coding_at
from fieldwork.coding.shapes import CategoriesShape, CodeShape, CodingShape, LabelsShape, MemosShape, TwoLabels
from fieldwork.coding.texts import TranscriptText, expert_called, transcript_text
from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import BadInput, NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import member_by_initials
from fieldwork.programme.shapes import LanguageMissing, parsed
from fieldwork.sampling.models import Expert


class MemoNumberTaken(BadInput):
    """Memos are numbered once."""

    message = "There is already a memo number {number} in this study: give the new memo another number."


@dataclass(frozen=True)
class Source:
    """An expert's transcript as codes are imported into it.

    Attributes:
        text: the approved transcript; with originals where quotations hold names.
        places: number of an utterance in the source -> indices of the segments it became; where one is missing the
            whole transcript is searched.
    """

    text: TranscriptText
    places: Mapping[int, range] = field(default_factory=dict)


@dataclass(frozen=True)
class Placement:
    """What became of one quotation: likeness 1 where it stands word for word, 0 where it could not be placed."""

    code: str
    expert: str
    i: int
    likeness: float


@dataclass(frozen=True)
class ImportedCodes:
    """The account of an import: every quotation is in exactly one of the four lists."""

    codes: int
    exact: Sequence[Placement]
    by_likeness: Sequence[Placement]
    not_placed: Sequence[Placement]
    doubled: Sequence[Placement]
    """Quotations that led to a passage which the same code marks already."""

    @property
    def placed(self) -> int:
        """How many codings were made."""
        return len(self.exact) + len(self.by_likeness)

    def require_whole(self) -> None:
        """Let the import stand only when no quotation was left out.

        Raises:
            QuotationsNotPlaced: some stand in no transcript; nothing of the import may be kept then.
        """
        if self.not_placed:
            raise QuotationsNotPlaced(count=len(self.not_placed))


def numbered_source(work: Work, expert: Expert) -> Source:
    """An expert's approved transcript, its turns known by the numbers that ``fieldwork transcripts show`` prints.

    Raises:
        NoTranscript, TranscriptNotApproved: it cannot be coded yet.
    """
    text = transcript_text(work, expert, originals=True)
    return Source(text, {segment.position: range(at, at + 1) for at, segment in enumerate(text.segments)})


def import_categories(work: Work, study: Study, categories: object, labels: object) -> tuple[int, int]:
    """Core categories and categories with labels in all languages.

    Args:
        work: the unit of work.
        study: the study.
        categories: {core key: {label, categories: {key: label}}}, labels in Russian.
        labels: {core_categories: {key: {kk, en}}, categories: {key: {kk, en}}}.

    Returns:
        How many core categories and categories were added.

    Raises:
        BadInput: of another shape, or a label is missing.
        NameTaken: a key is in use, in the study or twice in the file.
    """
    cores = parsed(CategoriesShape, categories, "categories.yaml").root
    others = parsed(LabelsShape, labels, "labels.yaml")
    _refuse_taken(work, study, "core category", CoreCategory, list(cores))
    _refuse_taken(work, study, "category", Category, [key for core in cores.values() for key in core.categories])
    number = 0
    for position, (key, core) in enumerate(cores.items(), start=1):
        label = _label(core.label, others.core_categories, key)
        row = work.add(CoreCategory(study_id=study.id, key=key, position=position, label=label))
        for category_key, text in core.categories.items():
            number += 1
            label = _label(text, others.categories, category_key)
            work.session.add(
                Category(study_id=study.id, core_category_id=row.id, key=category_key, position=number, label=label)
            )
    work.session.flush()
    record(work, "categories.imported", study_id=study.id, core_categories=len(cores), categories=number)
    return len(cores), number


def import_codes(
    work: Work, study: Study, codes: Sequence[CodeShape], sources: Mapping[str, Source], member: Member | None = None
) -> ImportedCodes:
    """Codes with their codings; quotations are anchored in the approved transcripts.

    Args:
        work: the unit of work.
        study: the study; its categories exist already.
        codes: what ``parse_codes`` gave, in the order of their numbers.
        sources: transcripts by the expert's code.
        member: who coded, where one person did.

    Returns:
        An account of every quotation; nothing is dropped in silence.

    Raises:
        NotFound: an expert without a source, or an unknown category.
        NameTaken: a code of that name exists.
    """
    categories = {row.key: row for row in work.session.exec(select(Category).where(Category.study_id == study.id))}
    existing = work.session.exec(select(Code).where(Code.study_id == study.id)).all()
    names, number = {row.name for row in existing}, max((row.number for row in existing), default=0)
    exact: list[Placement] = []
    alike: list[Placement] = []
    missing: list[Placement] = []
    doubled: list[Placement] = []
    for code in codes:
        number += 1
        row = _code_row(study, code, number, categories, names)
        work.add(row)
        for coding in code.codings:
            if coding.expert not in sources:
                raise NotFound(kind="transcript of an expert", name=coding.expert)
            likeness = _place(work, row, coding, sources[coding.expert], member)
            placement = Placement(code.name, coding.expert, coding.i, likeness or 0.0)
            if likeness is None:
                doubled.append(placement)
            else:
                (exact if likeness == 1 else alike if likeness else missing).append(placement)
    account = ImportedCodes(len(codes), exact, alike, missing, doubled)
    record(
        work,
        "codes.imported",
        study_id=study.id,
        codes=account.codes,
        exact=len(exact),
        by_likeness=len(alike),
        not_placed=len(missing),
        doubled=len(doubled),
    )
    return account


def import_memos(work: Work, study: Study, data: object) -> int:
    """Memos with their own numbers; authors by their initials.

    Returns:
        How many were added.

    Raises:
        BadInput: of another shape.
        NotFound: an unknown author, category, code or expert.
        MemoNumberTaken: the number is in use.
    """
    memos = parsed(MemosShape, data, "memos.yaml").root
    taken = set(work.session.exec(select(Memo.number).where(Memo.study_id == study.id)))
    for memo in memos:
        if memo.id in taken:
            raise MemoNumberTaken(number=memo.id)
        taken.add(memo.id)
        row = Memo(
            study_id=study.id,
            number=memo.id,
            kind=memo.kind,
            dated=memo.date,
            author_id=member_by_initials(work, study, memo.author).id,
            category_id=_called(work, study, Category, Category.key, memo.category),
            code_id=_called(work, study, Code, Code.name, memo.code),
            expert_id=expert_called(work, study.id, memo.expert).id if memo.expert else None,
            title=memo.title,
            text=memo.text,
        )
        work.session.add(row)
    work.session.flush()
    record(work, "memos.imported", study_id=study.id, count=len(memos))
    return len(memos)


def _refuse_taken(work: Work, study: Study, kind: str, model: Any, keys: Sequence[str]) -> None:
    """Keys tell categories apart: each once in the study, over all its core categories."""
    taken = set(work.session.exec(select(model.key).where(model.study_id == study.id)))
    for key in keys:
        if key in taken:
            raise NameTaken(kind=kind, name=key)
        taken.add(key)


def _label(russian: str, others: Mapping[str, TwoLabels], key: str) -> Texts:
    if key not in others:
        raise LanguageMissing(source="labels.yaml", language="kk", where=key, count=1)
    return {"ru": russian, "kk": others[key].kk, "en": others[key].en}


def _code_row(study: Study, code: CodeShape, number: int, categories: Mapping[str, Category], names: set[str]) -> Code:
    name = checked_name(code.name, code.definition)
    if name in names:
        raise NameTaken(kind="code", name=name)
    names.add(name)
    if code.category not in categories:
        raise NotFound(kind="category", name=code.category)
    return Code(
        study_id=study.id,
        category_id=categories[code.category].id,
        number=number,
        name=name,
        in_vivo=code.in_vivo,
        definition=code.definition,
        published_name=None if code.published_name is None else code.published_name.texts(),
    )


def _place(work: Work, code: Code, coding: CodingShape, source: Source, member: Member | None) -> float | None:
    """Anchor one quotation: its likeness, 0 where nothing is like it, None where the code is there already."""
    found = find(coding.quote, source.text.texts, source.places.get(coding.i))
    if found is None:
        return 0.0
    try:
        work.add(coding_at(work, code, source.text, found, member))
    except CodingExists:
        return None
    return 1.0 if found.anchor == Anchor.EXACT else found.likeness


def _called(work: Work, study: Study, model: Any, column: Any, name: str | None) -> Any:
    """The id of the row whose ``column`` is ``name``; None for no name."""
    if name is None:
        return None
    found = work.session.exec(select(model.id).where(model.study_id == study.id, column == name)).first()
    if found is None:
        raise NotFound(kind=model.__name__.lower(), name=name)
    return found
