import pytest

from fieldwork.anonymisation.detectors.addresses import Places, Streets
from fieldwork.anonymisation.detectors.dates import BirthDates
from fieldwork.anonymisation.detectors.firms import Firms
from fieldwork.anonymisation.detectors.guesses import Guesses
from fieldwork.anonymisation.detectors.inserts import KazakhNames, LatinNames
from fieldwork.anonymisation.detectors.organisations import Organisations
from fieldwork.anonymisation.detectors.patterns import Contacts, Numbers
from fieldwork.anonymisation.detectors.positions import Positions
from fieldwork.anonymisation.detectors.spoken import SpokenAddresses, SpokenNumbers
from fieldwork.anonymisation.mention import Detector, Document

Row = tuple[Detector, str, list[tuple[str, bool]]]
SURE, ASKED = True, False
ROWS: list[Row] = [
    (KazakhNames(), "Ертең Гүлнұрға барамын деді ол.", [("Гүлнұрға", SURE)]),
    (KazakhNames(), "Сосын Дәуренмен бірге көрме аштық.", [("Дәуренмен", SURE)]),
    (KazakhNames(), "Мы ждали выставку, Гульнара молчала.", []),
    (LatinNames(), "Он назвался Zarina Utegenova и ушёл.", [("Zarina Utegenova", SURE)]),
    (LatinNames(), "Куратор Michael Brandt приехал.", [("Michael Brandt", SURE)]),
    (LatinNames(), "Ходили в Tengri Art Space и Google Photos.", []),
    (Guesses(), "Штайнмайер прибыл утром.", [("Штайнмайер", ASKED)]),
    (Guesses(), "Фломастер прибыл утром. Утром прибыл поезд.", []),
    (Firms(), "Мы играли в театре Лермонтова.", [("театре Лермонтова", SURE)]),
    (Firms(), "Грант дал Немецкий институт.", [("Немецкий институт", SURE)]),
    (Firms(), "Писали в Казахконцерт и в Тан Медиа.", [("Казахконцерт", SURE), ("Тан Медиа", SURE)]),
    (Firms(), "Немецкий язык учил в институте.", []),
    (Organisations(), "У школы №5 и больницы номер семь.", [("школы №5", ASKED), ("больницы номер семь", ASKED)]),
    (Organisations(), "В седьмой городской больнице отказали.", [("седьмой городской больнице", ASKED)]),
    (Organisations(), "Было управление культуры, управление рисками важно.", [("управление культуры", ASKED)]),
    (Streets(), "Живу на Абая Байтурсынова, угол.", [("Абая", SURE), ("Байтурсынова", SURE)]),
    (Streets(), "Мастерская на Аль-Фараби 71, внизу.", [("Аль-Фараби 71", SURE)]),
    (Streets(), "Пересечение Тимирязева и Розыбакиева.", [("Тимирязева", SURE), ("Розыбакиева", SURE)]),
    (Places(), "Снимали в Орбите и в Самал-2.", [("Орбите", SURE), ("Самал-2", SURE)]),
    (Places(), "Живём в пятом микрорайоне.", [("пятом микрорайоне", SURE)]),
    (Numbers(), "Машина о777оо77 стояла.", [("о777оо77", SURE)]),
    (Numbers(), "К 256 ММ 197 и A 123 BCD.", [("К 256 ММ 197", SURE), ("A 123 BCD", SURE)]),
    (Numbers(), "Купили 123 и 456, всего 120 штук.", []),
    (Numbers(), "Счёт KZ86125KZT5004100100 тут.", [("KZ86125KZT5004100100", SURE)]),
    (Contacts(), "Ник в инсте okno_almaty, латиницей.", [("okno_almaty", SURE)]),
    (Contacts(), "Карта 4111 1111 1111 1111, запиши.", [("4111 1111 1111 1111", SURE)]),
    (Contacts(), "Было в 2019, 2020, 2021 и 2022 годах.", []),
    (BirthDates(), "День рождения у меня 7 ноября.", [("7 ноября", SURE)]),
    (BirthDates(), "Родилась третьего мая восемьдесят первого.", [("третьего мая восемьдесят первого", SURE)]),
    (BirthDates(), "Я 1979 года рождения.", [("1979 года рождения", SURE)]),
    (BirthDates(), "Открылись 7 ноября, закрылись третьего мая.", []),
    (SpokenNumbers(), "Городской двести шестьдесят семь сорок четыре девятнадцать.",
     [("двести шестьдесят семь сорок четыре девятнадцать", SURE)]),
    (SpokenNumbers(), "Нас было двадцать пять, потом тридцать два, сорок, пятьдесят.", []),
    (SpokenAddresses(), "Инста собака окно нижнее подчёркивание алматы.", [("окно нижнее подчёркивание алматы", SURE)]),
    (SpokenAddresses(), "Телега собака дана керамика, слитно.", [("дана керамика", ASKED)]),
    (Positions(), "Замдиректора филармонии ушёл, он заметил.", [("Замдиректора филармонии", ASKED)]),
    (Positions(), "Я единственная женщина-литейщик в области.", [("единственная женщина-литейщик в области", ASKED)]),
]  # fmt: skip


@pytest.mark.parametrize(("detector", "text", "expected"), ROWS, ids=[row[1] for row in ROWS])
def test_detectors(detector: Detector, text: str, expected: list[tuple[str, bool]]) -> None:
    found = sorted({(m.start, m.text, m.certain) for m in detector.detect(Document(text))})
    assert [(words, certain) for _, words, certain in found] == expected
