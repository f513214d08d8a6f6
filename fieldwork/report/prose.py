"""The report's own sentences in Russian, written from the data: methods, results, limits. Pure."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from fieldwork.coding.codebook import Codebook, experts_of
from fieldwork.coding.models import CoreCategory
from fieldwork.paradigm.models import ParadigmRole
from fieldwork.programme.models import Block, Part
from fieldwork.report import masking
from fieldwork.report.content import Passage, Saturation
from fieldwork.report.material import Material
from fieldwork.report.russian import counted, day, form, listed, lowered, period, sentence
from fieldwork.scheduling.models import ONLINE, Mode
from fieldwork.scheduling.rules import almaty_day

CODES = ("код", "кода", "кодов")
CATEGORIES = ("категория", "категории", "категорий")
CORES = ("ключевая категория", "ключевые категории", "ключевых категорий")
EXPERTS = ("эксперт", "эксперта", "экспертов")
PASSAGES = ("фрагмент", "фрагмента", "фрагментов")
INTERVIEWS = ("интервью", "интервью", "интервью")
ROLES = {
    ParadigmRole.CAUSAL_CONDITIONS: "Причинные условия",
    ParadigmRole.PHENOMENON: "Феномен",
    ParadigmRole.CONTEXT: "Контекст",
    ParadigmRole.INTERVENING_CONDITIONS: "Промежуточные условия",
    ParadigmRole.STRATEGIES: "Стратегии действия и взаимодействия",
    ParadigmRole.CONSEQUENCES: "Последствия",
}
_MODES = {Mode.ZOOM: "Zoom", Mode.WHATSAPP: "WhatsApp", Mode.IN_PERSON: "лично"}
_LANGUAGES = {"ru": "русский", "kk": "казахский", "en": "английский"}
_FEW = 2  # codes named in a category's summary


def methods(material: Material) -> Iterator[Passage]:
    """How the study was done: design and sample, the field, the analysis."""
    yield Passage(paragraphs=(*_design(material), _sampling(material)))
    yield Passage(heading="Интервью", paragraphs=tuple(_field(material)))
    yield Passage(heading="Анализ", paragraphs=tuple(_analysis(material)))


def _design(material: Material) -> Iterator[str]:
    if material.study.method:
        yield f"Метод исследования: {sentence(lowered(material.told(material.study.method)))}"
    if Part.AIM in material.parts:
        aim = f"Цель: {sentence(lowered(material.told(material.parts[Part.AIM])))}"
        question = material.parts.get(Part.RESEARCH_QUESTION)
        yield (
            aim if question is None else f"{aim} Исследовательский вопрос: {sentence(lowered(material.told(question)))}"
        )


def _sampling(material: Material) -> str:
    told = []
    if material.plan is not None:
        size = counted(material.plan.size, *EXPERTS)
        told.append(f"{sentence(material.told(material.plan.type))} План выборки: {size}")
        if material.strata:
            groups = counted(len(material.strata), "группа", "группы", "групп")
            quotas = sorted({one.quota for one in material.strata})
            each = f" по {quotas[0]}" if len(quotas) == 1 else ""
            told[-1] += f", {groups}{each}"
        told[-1] += " ({table:sample})."
        told.append(sentence(material.told(material.plan.saturation_rule)))
    else:
        told.append("Состав экспертной группы показывает {table:sample}.")
    return " ".join(told)


def _field(material: Material) -> Iterator[str]:
    field = material.field
    if field.first_day and field.last_day:
        held = counted(field.interviews, *INTERVIEWS)
        ways = ", ".join(
            [f"{_MODES[Mode(mode)]} — {count}" for mode, count in field.by_mode.items() if count and mode in ONLINE]
        )
        online = f"{field.online} онлайн ({ways})" if field.online else ""
        in_person = f"{field.offline} при личной встрече" if field.offline else ""
        when = period(field.first_day, field.last_day)
        text = f"{when[:1].upper()}{when[1:]} проведено {held}: {listed([one for one in (online, in_person) if one])}."
        yield f"{text} {_lengths(material)} {_tongues(material)}"
    if material.guide is not None:
        yield _guide(material)
    yield _processing(material)
    yield masking.accuracy(material.accuracy)


def _lengths(material: Material) -> str:
    shortest, longest = material.field.shortest, material.field.longest
    if shortest is None or longest is None:
        return ""
    if shortest == longest:
        return f"Беседы длились {counted(longest, 'минуту', 'минуты', 'минут')}."
    return f"Беседы длились от {shortest} до {counted(longest, 'минуты', 'минут', 'минут')}."


def _tongues(material: Material) -> str:
    tongues = [
        _LANGUAGES.get(one, one) for one in dict.fromkeys(interview.language for interview in material.interviews)
    ]
    return f"{form(len(tongues), 'Язык', 'Языки', 'Языки')} интервью: {listed(tongues)}."


def _guide(material: Material) -> str:
    guide, questions = material.guide, counted(len(material.questions), "вопрос", "вопроса", "вопросов")
    if guide is None:
        return ""
    used = [block for block in Block if any(one.block == block for one in material.questions)]
    blocks = [lowered(material.told(guide.block_labels[block])) for block in used]
    return f"Гид интервью ({{table:guide}}) содержит {questions}; блоки: {listed([f'«{one}»' for one in blocks])}."


def _processing(material: Material) -> str:
    done, told = material.processing, []
    for (engine, model), count in done.recognised.items():
        texts = counted(count, "интервью расшифровала", "интервью расшифровала", "интервью расшифровала")
        told.append(f"{texts} программа распознавания речи ({recogniser(engine, model)})")
    if done.imported:
        came = form(done.imported, "поступило готовой расшифровкой", *(["поступили готовыми расшифровками"] * 2))
        told.append(f"{counted(done.imported, *INTERVIEWS)} {came}")
    texts = f"{', '.join(told)}. " if told else ""
    mentions = counted(done.replaced, "упоминание", "упоминания", "упоминаний")
    replaced = form(done.replaced, "заменено меткой", "заменены метками", "заменено метками")
    return (
        f"{texts}До кодирования тексты обезличены: {mentions} людей, организаций, адресов и контактов {replaced} вида"
        " «[E03]» или «[организация-4]», каждую использованную расшифровку утвердил исследователь. Эксперты обозначены"
        f" кодами {material.experts[0].code}–{material.experts[-1].code}; имён в данных отчёта нет.{_trial(material)}"
    )


def _trial(material: Material) -> str:
    """That somebody tried to recognise the experts, where that was done to the end."""
    trial = material.trial
    if not trial.done or trial.last is None:
        return ""
    asked = counted(trial.asked, "вопрос", "вопроса", "вопросов")
    told = (
        f" Перед публикацией ({day(almaty_day(trial.last))}) проведён пробный поиск: можно ли узнать экспертов"
        f" по цитатам и опубликованным признакам; {asked}, "
    )
    if not trial.found:
        return f"{told}на все ответ «нет»."
    return f"{told}на {trial.found} ответ «да»: этот риск исследователю известен."


def recogniser(engine: str, model: str) -> str:
    """Engine and model by name; a model's path is nobody's business."""
    return " ".join(filter(None, (engine, PurePath(model).stem)))


def _analysis(material: Material) -> Iterator[str]:
    figures = material.book.figures
    share = round(100 * figures.in_vivo_share)
    phenomenon = next(one.core for one in material.model.view.roles if one.role == ParadigmRole.PHENOMENON)
    label = material.told(next(one.label for one in material.book.core_categories if one.key == phenomenon))
    named = form(figures.in_vivo, "назван", "названы", "названы")
    categories, cores = counted(figures.categories, *CATEGORIES), _dative(figures.core_categories)
    yield (
        f"На этапе открытого кодирования выделено {counted(figures.codes, *CODES)} на основе"
        f" {counted(figures.codings, 'фрагмента', 'фрагментов', 'фрагментов')} интервью; {figures.in_vivo}"
        f" из них ({share} %) {named} словами самих экспертов, остальные"
        f" — словами исследователей. Осевое кодирование объединило коды по смыслу: получилось {categories}."
        f" Избирательное кодирование свело их к {cores},"
        f" которые парадигмальная модель Страусса и Корбин ({{figure:paradigm}}) связывает вокруг одного феномена:"
        f" «{label}»."
    )
    memos = sum(len(days) for days in material.memos.values())
    written = f"По ходу работы написано {counted(memos, 'мемо', 'мемо', 'мемо')}. " if memos else ""
    yield (
        f"{written}Каждый вывод сохраняет путь к данным: от рекомендации к категории, от категории к коду, от кода к"
        " цитате с минутой записи или, где звука нет, с вопросом гида."
    )


def _dative(cores: int) -> str:
    return f"{cores} {form(cores, 'ключевой категории', 'ключевым категориям', 'ключевым категориям')}"


def results(material: Material) -> Iterator[str]:
    """What the table of categories shows: the richest and the poorest, and how widely each is carried."""
    book = material.book
    by_codes = sorted(book.core_categories, key=lambda core: -_codes(book, core))
    most, least = _codes(book, by_codes[0]), _codes(book, by_codes[-1])
    rich = [core for core in by_codes if _codes(book, core) == most]
    cores, categories = counted(len(book.core_categories), *CORES), counted(len(book.categories), *CATEGORIES)
    text = f"Итог кодирования — {cores} и {categories} ({{table:categories}})."
    if most != least:
        poor = [core for core in by_codes if _codes(book, core) == least]
        text += (
            f" Больше всего кодов — {most} из {len(book.codes)} — у {_of(material, rich)};"
            f" меньше всего, {'по ' if len(poor) > 1 else ''}{least}, у {_of(material, poor)}."
        )
    yield f"{text} Число кодов говорит о разнообразии высказываний, а не о важности темы."
    voices = {category.key: len(experts_of(book.of_category(category))) for category in book.categories}
    fewest, widest = min(voices.values()), max(voices.values())
    leading = [category for category in book.categories if voices[category.key] == widest]
    spoken = "; ".join(f"«{material.told(one.label)}» ({{category:{one.key}}})" for one in leading)
    yield (
        f"Шире всего представлено: {spoken} — {counted(widest, *EXPERTS)} из {len(material.experts)}."
        f" {_narrowest(fewest)}"
    )


def _narrowest(fewest: int) -> str:
    if fewest == 1:
        return "Некоторые категории держатся на словах одного эксперта: их следует читать как отдельный голос."
    return f"Ни одна категория не держится на словах менее чем {fewest} экспертов."


def _codes(book: Codebook, core: CoreCategory) -> int:
    return sum(len(book.codes_of(category)) for category in book.categories_of(core))


def _of(material: Material, cores: Sequence[CoreCategory]) -> str:
    titles = listed([f"«{material.told(core.label)}» ({{core:{core.key}}})" for core in cores])
    return f"{form(len(cores), 'ключевой категории', 'ключевых категорий', 'ключевых категорий')} {titles}"


def model(material: Material) -> Iterator[str]:
    """What the paradigm's figure shows, then its storyline."""
    view = material.model.view
    links = counted(len(view.links), "связь", "связи", "связей")
    yield (
        f"Парадигмальная модель ({{figure:paradigm}}) располагает {counted(len(view.roles), *CORES)} по ролям вокруг"
        f" феномена; между ними {links}, и каждая опирается на категории с обеих сторон."
    )
    yield from paragraphs(material.told(material.model.row.storyline))


def paragraphs(text: str) -> list[str]:
    """A text in paragraphs."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def summary(names: Sequence[tuple[int, str]]) -> str:
    """One sentence on what a category is made of: the numbers and printed names of its codes, the first few told."""
    if not names:
        return ""
    told = [f"{name} ({{code:{number}}})" for number, name in names[:_FEW]]
    more = len(names) - _FEW
    shown = f"{', '.join(told)} и ещё {counted(more, *CODES)}" if more > 0 else listed(told)
    return f"Сюда {form(len(names), 'вошёл код', 'вошли коды', 'вошли коды')} {shown}."


def limits(material: Material, saturation: Saturation) -> Iterator[str]:
    """How far the conclusions reach."""
    total, interviews = sum(saturation.new_categories), len(saturation.new_codes)
    last = max((place for place, new in enumerate(saturation.new_categories, start=1) if new), default=0)
    if last:
        after = counted(sum(saturation.new_codes[last:]), "новый код", "новых кода", "новых кодов")
        tail = (
            f"; следующие {interviews - last} уточняли уже известные и дали {after}"
            if last < interviews
            else "; насыщение по категориям не достигнуто"
        )
        yield (
            "Насыщение оценивалось по новым кодам и категориям в каждом следующем интервью ({figure:saturation})."
            f" Последняя из {counted(total, 'категории', 'категорий', 'категорий')} появилась в интервью {last} из"
            f" {interviews}{tail}."
        )
    told = "Выборка целевая: доли экспертов нельзя переносить на всех, о ком они говорят."
    if material.field.online and material.field.offline:
        held = form(material.field.online, "прошло", "прошли", "прошли")
        told += f" {material.field.online} из {material.field.interviews} интервью {held} онлайн."
    languages = {interview.language for interview in material.interviews}
    if len(languages) == 1:
        told += (
            f" Язык всех интервью — {_LANGUAGES[languages.pop()]}; голоса, которые звучат на других, здесь не слышны."
        )
    yield told


def advice(material: Material) -> Iterator[str]:
    """What stands before the recommendations."""
    count = len(material.advice)
    if count:
        follow = form(count, "следует", "следуют", "следует")
        listed_advice = counted(count, "рекомендация", "рекомендации", "рекомендаций")
        under = "ней" if count == 1 else "каждой"
        yield (
            f"Из результатов {follow} {listed_advice}. Под {under} названы категории, на данные которых она опирается."
        )
