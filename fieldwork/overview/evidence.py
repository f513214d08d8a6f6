"""The chain of evidence around a quotation: up to the model and the report, down to the second, and its neighbours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fieldwork.coding.codebook import Codebook, Passage
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, Code, CoreCategory
from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.paradigm.chain import behind
from fieldwork.paradigm.models import Contradiction, Link, ParadigmRole
from fieldwork.paradigm.rules import ModelView
from fieldwork.paradigm.services import contradictions_of, links_of, model_of, view_of
from fieldwork.programme.models import Study
from fieldwork.recording.models import Recording
from fieldwork.report.recommendations import Advice, recommendations_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment

_Step = CoreCategory | Category | Code


@dataclass(frozen=True)
class Around:
    """Where a step of the chain stands among its siblings: its place from 1, how many there are, and the neighbours.

    A neighbour is named by the coding at its foot, so that every way through the chain ends in a quotation.
    """

    place: int
    of: int
    before: UUID | None
    after: UUID | None


@dataclass(frozen=True)
class Held:
    """Another coding of the same turn: what else it holds."""

    passage: Passage
    code: Code
    core: CoreCategory | None
    role: str


@dataclass(frozen=True)
class Strand:
    """A quotation with everything above and below it.

    Attributes:
        passage: the quotation.
        code: its code.
        category: its category, where the code has one.
        core: its core category, where the category has one.
        role: the role of the core category in the model; empty where it plays none.
        around: by step («core», «category», «code», «quotation»), where it stands among its siblings.
        more: other quotations of the same code, by experts who have not taken their words back.
        held: other codings of the same turns.
        links: links of the model that the quotation carries.
        disputes: contradictions in which the expert speaks for this category.
        advice: recommendations that rest on the category.
    """

    passage: Passage
    code: Code
    category: Category | None
    core: CoreCategory | None
    role: str
    around: Mapping[str, Around]
    more: Sequence[Passage]
    held: Sequence[Held]
    links: Sequence[tuple[Link, CoreCategory, CoreCategory]]
    disputes: Sequence[Contradiction]
    advice: Sequence[Advice]


@dataclass(frozen=True)
class Said:
    """Where a quotation can be read and heard.

    Attributes:
        interview: of the passage.
        recording: its sound; None where there is none, or the expert does not allow it to be kept.
        until_ms: where the turn ends in that recording.
        withdrawn: whether the expert has taken the words back.
    """

    interview: Interview
    recording: Recording | None
    until_ms: int
    withdrawn: bool


@dataclass(frozen=True)
class Chains:
    """A study's chains: the codebook, the model as it is judged, and what the report recommends."""

    study: Study
    book: Codebook
    model: ModelView
    advice: Sequence[Advice]

    def roles(self) -> dict[str, str]:
        """Core category (key) -> its role."""
        return {one.core: one.role for one in self.model.roles}

    def cores(self) -> list[CoreCategory]:
        """Core categories, those of the model first in the order of the roles."""
        order = list(ParadigmRole)
        rank = {key: order.index(ParadigmRole(role)) for key, role in self.roles().items()}
        return sorted(self.book.core_categories, key=lambda one: (rank.get(one.key, len(order)), one.position))

    def categories(self, core: CoreCategory) -> list[Category]:
        """The categories under a core category, the one with most quotations first."""
        return sorted(self.book.categories_of(core), key=lambda one: -len(self.book.of_category(one)))

    def foot(self, below: _Step) -> UUID | None:
        """The quotation that the chain down from here ends in first; None where nothing is coded below."""
        if isinstance(below, CoreCategory):
            return next((found for one in self.categories(below) if (found := self.foot(one))), None)
        if isinstance(below, Category):
            return next((found for one in self.book.codes_of(below) if (found := self.foot(one))), None)
        return next((one.coding_id for one in self.book.of_code(below)), None)


def chains_of(work: Work, study: Study) -> Chains:
    """Read the study's chains; a model that has not begun is an empty one."""
    book = read_codebook(work.session, study.id)
    model = view_of(work, study, book) if model_of(work, study) else ModelView([])
    return Chains(study, book, model, recommendations_of(work, study))


def strand_of(work: Work, chains: Chains, coding_id: UUID) -> Strand:
    """Everything around one quotation.

    Raises:
        NotFound: there is no such coding in the study.
    """
    book = chains.book
    passage = next((one for one in book.passages if one.coding_id == coding_id), None)
    if passage is None:
        raise NotFound(kind="quotation", name=coding_id)
    code = book.code_by_id[passage.code_id]
    category = book.category_of(passage)
    core = book.core_by_id[category.core_category_id] if category and category.core_category_id else None
    roles = chains.roles()
    return Strand(
        passage=passage,
        code=code,
        category=category,
        core=core,
        role=roles.get(core.key, "") if core else "",
        around=_around(chains, passage, code, category, core),
        more=_readable(work, [one for one in book.of_code(code) if one.coding_id != coding_id]),
        held=[_held(book, roles, one) for one in book.passages if _shares(one, passage)],
        links=_links(work, chains, passage),
        disputes=_disputes(work, chains, passage, category),
        advice=[one for one in chains.advice if category and category.key in one.evidence],
    )


def at_turn(chains: Chains, expert: str, turn: int) -> list[Passage]:
    """The quotations that reach into a turn (its position, from 1) of an expert's transcript."""
    return [
        one
        for one in chains.book.passages
        if one.placed and one.expert == expert and one.start[0] <= turn <= one.end[0]
    ]


def said(work: Work, passage: Passage) -> Said:
    """Where a quotation was said, for those who may read and hear it."""
    interview = work.get(Interview, passage.interview_id)
    decision = decision_of(work, passage.expert_id)
    kept = decision is not None and decision.allows(Scope.RECORD) and passage.start_ms is not None
    segment = work.get(Segment, passage.segment_id)
    return Said(
        interview=interview,
        recording=work.get(Recording, passage.recording_id) if kept and passage.recording_id else None,
        until_ms=segment.end_ms or passage.start_ms or 0,
        withdrawn=bool(decision and decision.withdrawn_at),
    )


def _readable(work: Work, passages: Sequence[Passage]) -> list[Passage]:
    """Those of experts who have not taken their words back."""
    decisions = {one.expert_id: decision_of(work, one.expert_id) for one in passages}
    withdrawn = {expert_id for expert_id, decision in decisions.items() if decision and decision.withdrawn_at}
    return [one for one in passages if one.expert_id not in withdrawn]


def _around(
    chains: Chains, passage: Passage, code: Code, category: Category | None, core: CoreCategory | None
) -> dict[str, Around]:
    book = chains.book
    found = {"quotation": _among([one.coding_id for one in book.of_code(code)], passage.coding_id)}
    if category is not None:
        found["code"] = _beside(chains, book.codes_of(category), code)
    if core is not None and category is not None:
        found["category"] = _beside(chains, chains.categories(core), category)
        found["core"] = _beside(chains, chains.cores(), core)
    return found


def _beside(chains: Chains, siblings: Iterable[_Step], own: _Step) -> Around:
    """The place of ``own`` among those siblings that rest on quotations."""
    feet = [(one.id, foot) for one in siblings if (foot := chains.foot(one))]
    ids = [one for one, _ in feet]
    place = ids.index(own.id) if own.id in ids else 0
    before = feet[place - 1][1] if place > 0 else None
    after = feet[place + 1][1] if place + 1 < len(feet) else None
    return Around(place + 1, max(len(feet), 1), before, after)


def _among(ids: Sequence[UUID], own: UUID) -> Around:
    place = ids.index(own) if own in ids else 0
    before = ids[place - 1] if place > 0 else None
    after = ids[place + 1] if place + 1 < len(ids) else None
    return Around(place + 1, max(len(ids), 1), before, after)


def _shares(one: Passage, passage: Passage) -> bool:
    """Whether another coding reaches into the same turns."""
    if one.coding_id == passage.coding_id or not one.placed or one.transcript_id != passage.transcript_id:
        return False
    return one.start[0] <= passage.end[0] and passage.start[0] <= one.end[0]


def _held(book: Codebook, roles: Mapping[str, str], passage: Passage) -> Held:
    category = book.category_of(passage)
    core = book.core_by_id[category.core_category_id] if category and category.core_category_id else None
    return Held(passage, book.code_by_id[passage.code_id], core, roles.get(core.key, "") if core else "")


def _links(work: Work, chains: Chains, passage: Passage) -> list[tuple[Link, CoreCategory, CoreCategory]]:
    row = model_of(work, chains.study)
    if row is None:
        return []
    cores = {core.key: core for core in chains.book.core_categories}
    return [
        (link, cores[view.source], cores[view.target])
        for link, view in zip(links_of(work, row), chains.model.links, strict=True)
        if any(one.coding_id == passage.coding_id for one in behind(chains.book, view))
    ]


def _disputes(work: Work, chains: Chains, passage: Passage, category: Category | None) -> list[Contradiction]:
    row = model_of(work, chains.study)
    if row is None or category is None:
        return []
    voices = [
        {(one.left, expert) for expert in one.left_experts} | {(one.right, expert) for expert in one.right_experts}
        for one in chains.model.contradictions
    ]
    rows = contradictions_of(work, row)
    return [one for one, sides in zip(rows, voices, strict=True) if (category.key, passage.expert) in sides]
