"""The abstracts in Russian, Kazakh and English, and the colophon. Pure."""

from collections.abc import Iterator
from pathlib import PurePath

from babel.dates import format_date

from fieldwork.report.content import Abstract, Labelled
from fieldwork.report.material import Material
from fieldwork.report.prose import CATEGORIES, CODES, CORES, recogniser
from fieldwork.report.russian import counted, form, listed, period
from fieldwork.sampling.disclosure import MINIMUM

_HEADINGS = {"ru": "Аннотация", "kk": "Аңдатпа", "en": "Abstract"}
_KEYWORDS = {"ru": "Ключевые слова", "kk": "Түйін сөздер", "en": "Keywords"}


def abstracts(material: Material) -> Iterator[Abstract]:
    """One abstract per language: the figures, then the model's storyline as the researchers wrote it."""
    figures = {"ru": _russian(material), "kk": _kazakh(material), "en": _english(material)}
    for language in ("ru", "kk", "en"):
        storyline = material.model.row.storyline.get(language, "")
        keywords = ", ".join(core.label[language] for core in material.book.core_categories)
        yield Abstract(
            language=language,
            heading=_HEADINGS[language],
            text=f"{figures[language]} {storyline}".strip(),
            keywords=f"{_KEYWORDS[language]}: {keywords}.",
        )


def _russian(material: Material) -> str:
    field, book = material.field, material.book.figures
    if field.first_day is None or field.last_day is None:
        return ""
    when = period(field.first_day, field.last_day)
    ways = [f"{field.online} онлайн"] if field.online else []
    ways += [f"{field.offline} при личной встрече"] if field.offline else []
    held = counted(field.interviews, "экспертное интервью", "экспертных интервью", "экспертных интервью")
    advice = counted(len(material.advice), "рекомендация", "рекомендации", "рекомендаций")
    drawn = form(len(material.advice), "выведена", "выведены", "выведено")
    return (
        f"{when[:1].upper()}{when[1:]} проведено {held}: {listed(ways)}. Тексты закодированы по правилам обоснованной"
        f" теории: {counted(book.codes, *CODES)}, {counted(book.categories, *CATEGORIES)},"
        f" {counted(book.core_categories, *CORES)}; из них {drawn} {advice}."
    )


def _kazakh(material: Material) -> str:
    field, book = material.field, material.book.figures
    if field.first_day is None or field.last_day is None:
        return ""
    first = format_date(field.first_day, "y 'жылғы' d MMMM", "kk")
    last = format_date(field.last_day, "y 'жылғы' d MMMM", "kk")
    return (
        f"{first} мен {last} аралығында {field.interviews} сараптамалық сұхбат жүргізілді: {field.online} — онлайн,"
        f" {field.offline} — бетпе-бет. Мәтіндер негізделген теория әдісімен кодталды: {book.codes} код,"
        f" {book.categories} санат, {book.core_categories} өзекті санат; {len(material.advice)} ұсыным жасалды."
    )


def _english(material: Material) -> str:
    field, book = material.field, material.book.figures
    if field.first_day is None or field.last_day is None:
        return ""
    first, last = (format_date(one, "d MMMM y", "en") for one in (field.first_day, field.last_day))
    held = numbered(field.interviews, "expert interview was", "expert interviews were")
    return (
        f"Between {first} and {last} {held} held,"
        f" {field.online} online and {field.offline} in person. Coded by the rules of grounded theory they gave"
        f" {numbered(book.codes, 'code', 'codes')}, {numbered(book.categories, 'category', 'categories')} and"
        f" {numbered(book.core_categories, 'core category', 'core categories')}, and"
        f" {numbered(len(material.advice), 'recommendation', 'recommendations')} followed."
    )


def numbered(number: int, one: str, many: str) -> str:
    """The number with its English noun: «1 code», «2 codes»."""
    return f"{number} {one if number == 1 else many}"


def withheld(material: Material, passages: int, experts: int, renamed: int) -> Iterator[Labelled]:
    """What the report does not show, and why."""
    if passages:
        kept = counted(passages, "фрагмент", "фрагмента", "фрагментов")
        whose = "эксперта" if experts == 1 else "экспертов"
        shown = form(passages, "приводится", "приводятся", "приводятся")
        used = "он учтён" if passages == 1 else "они учтены"
        text = f"По воле {whose} {kept} из {material.book.figures.codings} не {shown} дословно; в анализе {used}."
        if renamed:
            names = counted(renamed, "код назван", "кода названы", "кодов названы")
            text += f" В кодовой книге {names} словами исследователей вместо слов эксперта."
        yield Labelled(label="Согласие", text=text)
    yield Labelled(
        label="Имена и места работы",
        text="В цитатах они заменены метками; города и страны оставлены. Одинаковая метка обозначает одно и то же.",
    )
    yield Labelled(
        label="Малые группы",
        text=f"Признаки экспертов не показаны в сочетаниях; обобщены до групп не меньше чем из {MINIMUM} человек.",
    )


def colophon(material: Material) -> Iterator[Labelled]:
    """How this edition came about."""
    yield Labelled(
        label="Издание",
        text=f"Версия {material.edition}. Все числа сосчитаны по базе данных исследования при сборке отчёта.",
    )
    yield Labelled(label="Расшифровка", text=_transcription(material))
    yield Labelled(
        label="Минуты",
        text="Минута у цитаты отсчитывается от начала записи; где записи нет, назван вопрос гида.",
    )
    yield Labelled(
        label="Кодирование",
        text="Коды, категории и модель составлены исследователями; программа их не предлагала.",
    )
    yield Labelled(
        label="Анонимность",
        text="Перед записью файла каждая его строка сверена с именами, контактами и местами работы, которые"
        " хранятся запечатанными отдельно от данных: найди программа хоть одно, отчёт не был бы записан.",
    )
    yield Labelled(
        label="Набор",
        text="Source Serif 4 и Source Sans 3 (лицензия SIL OFL 1.1), A4.",
    )


def _transcription(material: Material) -> str:
    done = material.processing
    told = [
        f"{counted(count, 'интервью', 'интервью', 'интервью')} — {recogniser(engine, model)}"
        for (engine, model), count in done.recognised.items()
    ]
    if done.imported:
        told.append(f"{counted(done.imported, 'интервью', 'интервью', 'интервью')} — готовые расшифровки")
    text = "; ".join(told) if told else "Сведений нет"
    if any("demo" in PurePath(model).stem.lower() for _, model in done.recognised):
        text += (
            ". Модель «demo» показательная: она обучена только на фразах демонстрационного исследования и"
            " распознавателем речи не является"
        )
    return f"{text}."
