"""The codebook of a study with every coded passage: what is counted, read and reported. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from fieldwork.coding.models import Category, Code, CoreCategory

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Passage:
    """A coding with what it stands on: the expert, the guide's questions, the second of the recording.

    Attributes:
        start: position of the first segment in its transcript, and the code point in it.
        end: position of the last segment, and the code point in it (exclusive).
        questions: numbers of the guide's questions that the segments answer, in order.
        speaker: whose turn the first segment is.
        start_ms: where the first segment starts in its recording; None where the interview has no sound.
        interview_ms: the same on the clock of the interview, which may have several recordings.
        likeness: of the place to the quotation; 0 where a correction of the transcript took the place away.
    """

    coding_id: UUID
    code_id: UUID
    expert_id: UUID
    expert: str
    interview_id: UUID
    transcript_id: UUID
    segment_id: UUID
    recording_id: UUID | None
    start: tuple[int, int]
    end: tuple[int, int]
    questions: tuple[int, ...]
    speaker: str
    start_ms: int | None
    interview_ms: int | None
    quote: str
    anchor: str
    likeness: float

    def __repr__(self) -> str:
        """Ids only: a quotation has no place in a log."""
        return f"<Passage {self.coding_id}>"

    @property
    def placed(self) -> bool:
        """Whether the quotation stands in the transcript."""
        return self.likeness > 0

    @property
    def minute(self) -> int | None:
        """The minute of the interview, counted from 1 («23-я минута»)."""
        return None if self.interview_ms is None else self.interview_ms // _MINUTE_MS + 1

    def overlaps(self, other: "Passage") -> bool:
        """Whether the two share words."""
        return self.transcript_id == other.transcript_id and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Figures:
    """What a study's coding comes to."""

    codes: int
    in_vivo: int
    categories: int
    core_categories: int
    codings: int
    experts: int

    @property
    def in_vivo_share(self) -> float:
        """Share of codes in the experts' own words, 0 to 1."""
        return self.in_vivo / self.codes if self.codes else 0.0


def experts_of(passages: Iterable[Passage]) -> list[str]:
    """The experts' codes, each once, in order."""
    return sorted({passage.expert for passage in passages})


def by_expert(passages: Iterable[Passage]) -> dict[str, int]:
    """How many codings each expert has."""
    counts: dict[str, int] = defaultdict(int)
    for passage in passages:
        counts[passage.expert] += 1
    return dict(sorted(counts.items()))


def in_order(codes: Sequence[Code]) -> list[Code]:
    """Codes of a category: those that somebody has put in their place, then the others by number."""
    return sorted(codes, key=lambda code: (code.position is None, code.position or 0, code.number))


@dataclass(frozen=True)
class Codebook:
    """Core categories, categories and codes in their order, and the passages that ground them."""

    core_categories: Sequence[CoreCategory]
    categories: Sequence[Category]
    codes: Sequence[Code]
    passages: Sequence[Passage]

    @property
    def figures(self) -> Figures:
        """The counts. Codings are those that stand in their transcripts."""
        placed = [passage for passage in self.passages if passage.placed]
        return Figures(
            codes=len(self.codes),
            in_vivo=sum(code.in_vivo for code in self.codes),
            categories=len(self.categories),
            core_categories=len(self.core_categories),
            codings=len(placed),
            experts=len(experts_of(placed)),
        )

    @cached_property
    def category_by_key(self) -> Mapping[str, Category]:
        """Categories by their keys."""
        return {category.key: category for category in self.categories}

    @cached_property
    def category_by_id(self) -> Mapping[UUID, Category]:
        """Categories by their ids."""
        return {category.id: category for category in self.categories}

    @cached_property
    def core_by_id(self) -> Mapping[UUID, CoreCategory]:
        """Core categories by their ids."""
        return {core.id: core for core in self.core_categories}

    @cached_property
    def code_by_id(self) -> Mapping[UUID, Code]:
        """Codes by their ids."""
        return {code.id: code for code in self.codes}

    @cached_property
    def _placed(self) -> Mapping[UUID, list[Passage]]:
        grouped: dict[UUID, list[Passage]] = defaultdict(list)
        for passage in self.passages:
            if passage.placed:
                grouped[passage.code_id].append(passage)
        return grouped

    @cached_property
    def _by_category(self) -> Mapping[UUID | None, list[Code]]:
        grouped: dict[UUID | None, list[Code]] = defaultdict(list)
        for code in self.codes:
            grouped[code.category_id].append(code)
        return {category_id: in_order(codes) for category_id, codes in grouped.items()}

    def categories_of(self, core: CoreCategory) -> list[Category]:
        """The categories under a core category."""
        return [category for category in self.categories if category.core_category_id == core.id]

    def codes_of(self, category: Category) -> list[Code]:
        """The codes of a category."""
        return list(self._by_category.get(category.id, []))

    def of_code(self, code: Code) -> list[Passage]:
        """The passages of a code that stand in their transcripts."""
        return list(self._placed.get(code.id, []))

    def of_category(self, category: Category) -> list[Passage]:
        """The passages of a category."""
        return [passage for code in self.codes_of(category) for passage in self.of_code(code)]

    def of_core(self, core: CoreCategory) -> list[Passage]:
        """The passages of a core category."""
        return [passage for category in self.categories_of(core) for passage in self.of_category(category)]

    def category_of(self, passage: Passage) -> Category | None:
        """The category a passage is coded under, if its code has one."""
        category_id = self.code_by_id[passage.code_id].category_id
        return None if category_id is None else self.category_by_id[category_id]

    def ungrounded(self) -> list[Code]:
        """Codes that rest on no quotation."""
        return [code for code in self.codes if not self._placed.get(code.id)]

    def lost(self) -> list[Passage]:
        """Codings whose words a correction took away; they wait for a person to place them again."""
        return [passage for passage in self.passages if not passage.placed]
