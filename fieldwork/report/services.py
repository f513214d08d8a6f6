"""The report's content, filled from the database."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from fieldwork.anonymisation.export_profiles import Reader, reader_of, report_profile
from fieldwork.anonymisation.exports import require_reviewed
from fieldwork.coding.codebook import Passage, experts_of
from fieldwork.coding.models import Category
from fieldwork.core.work import Work
from fieldwork.paradigm.chain import behind
from fieldwork.paradigm.models import ParadigmRole, RoleAssignment
from fieldwork.programme.models import Study
from fieldwork.report import abstracts, content, counting, prose
from fieldwork.report.material import Material, gather
from fieldwork.report.prose import ROLES
from fieldwork.report.rules import (
    PublishedName,
    WithheldWords,
    check_language,
    published_names,
    repeated_words,
    select_quotations,
    withheld,
)
from fieldwork.report.russian import counted, form
from fieldwork.report.sample import note, traits
from fieldwork.report.sections import outside_quotations


def report_content(work: Work, study: Study, language: str = "ru") -> content.ReportContent:
    """Everything the report prints, counted from the database.

    Args:
        work: the unit of work.
        study: the study.
        language: of the report.

    Raises:
        LanguageLater: no report is written in that language yet.
        NothingInterviewed, UngroundedCodes, CodesOutside, CategoriesOutside: the data are not whole.
        Finding: the paradigm model is not sound, or there is none.
        ConsentMissing: an expert whose words are coded has not allowed transcription, or has withdrawn.
        NameWithheld: a code's name is made of withheld words and there is no published one.
        ReviewOpen: names were found in a transcript that it quotes, and nobody has decided them.
        WithheldWords: withheld words stand in a text that is no quotation.
        ContentInconsistent: prose refers to what is not there.
    """
    check_language(language)
    material = gather(work, study, language)
    require_reviewed(work, study, {one.transcript_id for one in material.book.passages})
    closed = withheld(material.book, material.decisions)
    names = published_names(material.book, closed, language)
    reader = reader_of(work, study, report_profile(work, study))
    filled = _Filling(material, closed, names, reader).report()
    quotes = [one.quote for one in material.book.passages if one.coding_id in closed]
    if places := repeated_words(quotes, outside_quotations(filled)):
        raise WithheldWords(places="; ".join(places))
    return filled


class _Filling:
    """One report being filled: the material, and what of it may be shown."""

    def __init__(
        self, material: Material, closed: frozenset[UUID], names: Mapping[UUID, PublishedName], reader: Reader
    ) -> None:
        self._material = material
        self._reader = reader
        self._book = material.book
        self._closed = closed
        self._names = names
        self._chosen = select_quotations(material.book, closed, _voices(material))

    def report(self) -> content.ReportContent:
        """All of it."""
        material = self._material
        title, _, subtitle = material.told(material.study.title).partition(":")
        saturation = counting.saturation(material)
        return content.ReportContent(
            language="ru",
            title=title.strip(),
            subtitle=subtitle.strip()[:1].upper() + subtitle.strip()[1:],
            version=str(material.edition),
            date=material.today,
            experts=len(material.experts),
            cores=self._cores(),
            paradigm=self._paradigm(),
            codes=self._codes(),
            facts=counting.facts(material),
            notice="Эксперты обозначены кодами; имён, мест работы и контактов в отчёте нет.",
            keywords=", ".join(material.told(core.label) for core in self._book.core_categories),
            abstracts=tuple(abstracts.abstracts(material)),
            methods=tuple(prose.methods(material)),
            sample=content.Sample(
                traits=tuple(
                    traits(
                        material.experts,
                        material.strata,
                        [one.mode for one in material.interviews],
                        material.traits,
                        material.language,
                    )
                ),
                note=note(len(material.experts), material.traits),
            ),
            course=counting.course(material),
            results=tuple(prose.results(material)),
            contradictions=self._contradictions(),
            saturation=saturation,
            limits=tuple(prose.limits(material, saturation)),
            withheld=tuple(abstracts.withheld(material, len(self._closed), self._reluctant, self._renamed)),
            recommendations_intro=tuple(prose.advice(material)),
            recommendations=self._recommendations(),
            guide=counting.guide(material),
            guide_note=counting.guide_note(material),
            codebook_note=self._codebook_note(),
            colophon=tuple(abstracts.colophon(material)),
        )

    @property
    def _reluctant(self) -> int:
        """How many experts have words that are withheld."""
        return len(experts_of(one for one in self._book.passages if one.coding_id in self._closed))

    @property
    def _renamed(self) -> int:
        return sum(name.renamed for name in self._names.values())

    def _cores(self) -> tuple[content.CoreCategory, ...]:
        """A section per core category, in the order of the paradigm's roles."""
        return tuple(self._core(assignment) for assignment in self._material.model.roles)

    def _core(self, assignment: RoleAssignment) -> content.CoreCategory:
        core = self._book.core_by_id[assignment.core_category_id]
        categories = tuple(self._category(category) for category in self._book.categories_of(core))
        passages = self._book.of_core(core)
        return content.CoreCategory(
            key=core.key,
            title=self._material.told(core.label),
            counts=content.Counts(
                codes=sum(category.counts.codes for category in categories),
                codings=len(passages),
                experts=len(experts_of(passages)),
            ),
            categories=categories,
            storyline=tuple(prose.paragraphs(assignment.storyline.get(self._material.language, ""))),
        )

    def _category(self, category: Category) -> content.Category:
        codes, passages = self._book.codes_of(category), self._book.of_category(category)
        own_words_first = sorted(codes, key=lambda code: (not self._names[code.id].in_vivo, code.number))
        told = [(code.number, _printed(self._names[code.id])) for code in own_words_first]
        return content.Category(
            key=category.key,
            title=self._material.told(category.label),
            counts=_counts(len(codes), passages),
            quotations=tuple(self._quotation(passage) for passage in self._chosen[category.key]),
            summary=prose.summary(told),
            withheld=_withheld_note(sum(passage.coding_id in self._closed for passage in passages)),
        )

    def _quotation(self, passage: Passage) -> content.Quotation:
        number = self._book.code_by_id[passage.code_id].number
        text = self._reader.quote(passage.transcript_id, passage.start, passage.end, passage.quote)
        return content.Quotation(text=text, expert=passage.expert, place=place(passage), code=number)

    def _codes(self) -> tuple[content.Code, ...]:
        return tuple(
            content.Code(
                number=code.number,
                name=self._names[code.id].text,
                in_vivo=self._names[code.id].in_vivo,
                category=self._book.category_by_id[code.category_id].key,
                definition=code.definition,
                codings=len(self._book.of_code(code)),
                experts=len(experts_of(self._book.of_code(code))),
            )
            for code in self._book.codes
            if code.category_id is not None
        )

    def _paradigm(self) -> content.Paradigm:
        material = self._material
        view = material.model.view
        return content.Paradigm(
            nodes=tuple(
                content.ParadigmNode(role=content.Role(one.role), label=ROLES[ParadigmRole(one.role)], core=one.core)
                for one in view.roles
            ),
            links=tuple(
                content.ParadigmLink(
                    source=link.source,
                    target=link.target,
                    label=material.told(row.label),
                    evidence=link.evidence,
                    codings=len(behind(self._book, link)),
                )
                for row, link in zip(material.model.links, view.links, strict=True)
            ),
            storyline=tuple(prose.model(material)),
        )

    def _contradictions(self) -> tuple[content.Contradiction, ...]:
        model = self._material.model
        return tuple(
            content.Contradiction(
                left=content.Side(category=one.left, experts=one.left_experts),
                right=content.Side(category=one.right, experts=one.right_experts),
                text=self._material.told(row.text),
            )
            for row, one in zip(model.contradictions, model.view.contradictions, strict=True)
        )

    def _recommendations(self) -> tuple[content.Recommendation, ...]:
        told = self._material.told
        return tuple(
            content.Recommendation(
                key=one.row.key,
                title=told(one.row.title),
                addressee=told(one.row.addressee),
                text=told(one.row.text),
                evidence=one.evidence,
            )
            for one in self._material.advice
        )

    def _codebook_note(self) -> str:
        text = "Названия в кавычках взяты из слов экспертов; номер цветом ведёт к цитате в тексте."
        if self._renamed:
            names = counted(self._renamed, "код назван", "кода названы", "кодов названы")
            text += f" По согласию {names} иначе, чем в анализе."
        return text


def _printed(name: PublishedName) -> str:
    """A code's name in running text: quotation marks for an expert's words only, German ones inside."""
    inner = name.text.replace("«", "„").replace("»", "“")
    return f"«{inner}»" if name.in_vivo else name.text


def place(passage: Passage) -> str:
    """Where a quotation stands, as printed: the minute where there is sound, else the question of the guide."""
    if passage.minute is not None:
        return f"{passage.minute}-я минута"
    if passage.questions:
        return f"вопрос {passage.questions[0]}"
    return "вне вопросов гида"


def _voices(material: Material) -> dict[str, set[str]]:
    """Category key -> the experts who carry it in a contradiction."""
    voices: dict[str, set[str]] = {}
    for one in material.model.view.contradictions:
        voices.setdefault(one.left, set()).update(one.left_experts)
        voices.setdefault(one.right, set()).update(one.right_experts)
    return voices


def _counts(codes: int, passages: Sequence[Passage]) -> content.Counts:
    return content.Counts(codes=codes, codings=len(passages), experts=len(experts_of(passages)))


def _withheld_note(count: int) -> str:
    if not count:
        return ""
    shown = form(count, "приводится", "приводятся", "приводятся")
    return f"По согласию {counted(count, 'фрагмент', 'фрагмента', 'фрагментов')} этой категории не {shown} дословно."
