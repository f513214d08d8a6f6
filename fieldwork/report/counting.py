"""What the report counts from its material alone: figures of the title page, course, saturation, the guide."""

from datetime import date, timedelta
from uuid import UUID

from fieldwork.programme.models import Block
from fieldwork.report import content, prose
from fieldwork.report.material import Material
from fieldwork.report.russian import counted, span
from fieldwork.scheduling.rules import almaty_day

_WEEK = timedelta(days=7)
_MEMOS = {"operational": "Полевые мемо", "code": "Мемо о кодах", "theoretical": "Теоретические мемо"}


def facts(material: Material) -> tuple[content.Labelled, ...]:
    """The title page's figures: days in the field, interviews by way, what the analysis came to."""
    field, figures = material.field, material.book.figures
    told = []
    if field.first_day and field.last_day:
        told.append(content.Labelled(label="Поле", text=span(field.first_day, field.last_day)))
    ways = f"{field.online} онлайн, {field.offline} при личной встрече"
    told.append(content.Labelled(label="Интервью", text=f"{field.interviews} ({ways})"))
    analysis = (
        f"{counted(figures.codes, *prose.CODES)}, {counted(figures.categories, *prose.CATEGORIES)},"
        f" {counted(figures.core_categories, *prose.CORES)}"
    )
    told.append(content.Labelled(label="Анализ", text=analysis))
    return tuple(told)


def course(material: Material) -> content.Course:
    """Interviews by weeks from the first day, and the phases that left dates behind: field, memos, coding."""
    days = [almaty_day(interview.starts_at) for interview in material.interviews]
    weeks = []
    start = days[0]
    while start <= days[-1]:
        weeks.append(content.FieldWeek(start=start, interviews=sum(start <= day < start + _WEEK for day in days)))
        start += _WEEK
    phases = [_phase("Интервью", days[0], days[-1])]
    for kind, name in _MEMOS.items():
        if dated := material.memos.get(kind):
            phases.append(_phase(name, dated[0], dated[-1]))
    if material.coded is not None and material.coded[0] != material.coded[1]:
        phases.append(_phase("Кодирование", *material.coded))
    return content.Course(weeks=tuple(weeks), phases=tuple(phases))


def _phase(name: str, start: date, end: date) -> content.Phase:
    return content.Phase(name=name, start=start, end=end)


def saturation(material: Material) -> content.Saturation:
    """New codes and categories of each interview, in the order of time."""
    seen_codes: set[UUID] = set()
    seen_categories: set[UUID] = set()
    codes, categories = [], []
    for interview in material.interviews:
        mine = [one for one in material.book.passages if one.interview_id == interview.id and one.placed]
        new = {passage.code_id for passage in mine} - seen_codes
        found = {category.id for one in mine if (category := material.book.category_of(one))} - seen_categories
        codes.append(len(new))
        categories.append(len(found))
        seen_codes |= new
        seen_categories |= found
    return content.Saturation(new_codes=tuple(codes), new_categories=tuple(categories))


def guide(material: Material) -> tuple[content.GuideBlock, ...]:
    """The guide's blocks that have questions; nothing where the study has no guide."""
    if material.guide is None:
        return ()
    blocks = []
    for block in Block:
        questions = tuple(
            content.GuideQuestion(number=one.number, text=material.told(one.text), minutes=one.minutes)
            for one in material.questions
            if one.block == block
        )
        if questions:
            name = material.told(material.guide.block_labels[block])
            blocks.append(content.GuideBlock(name=name, questions=questions))
    return tuple(blocks)


def guide_note(material: Material) -> str:
    """How long the whole guide takes; nothing where the study has no guide."""
    guide = material.guide
    if guide is None:
        return ""
    minutes = guide.opening_minutes + guide.closing_minutes + sum(one.minutes for one in material.questions)
    return f"Вместе со вступлением и завершением гид рассчитан на {counted(minutes, 'минуту', 'минуты', 'минут')}."
