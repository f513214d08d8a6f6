"""Rare facts in quotations: what a reader who knows the field could recognise a speaker by. Pure.

Rules over the words' beginnings, for Russian, with the commonest of Kazakh and English: no dictionary is loaded. They
point out, they decide nothing: each says why, and how much it alone tells (``STRONG``: look here first). Two different
reasons in one quotation, or one beside the speaker's own field or role, are strong together: combinations give people
away. Positions are Unicode code points of the quotation, end exclusive.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LOOK: Final = "look"
STRONG: Final = "strong"
OWN_FIELD: Final = "own_field"

_STEM = 5  # letters by which a word of the speaker's own field is known in any case
_NUMBER = (
    r"(?:\d{1,3}|од[ин]\w*|дв[аеуо]\w*|тр[ие]\w*|трое|троих|четыр\w*|четверо|пят\w*|шест\w*|сем\w{1,7}"
    r"|восем\w*|девят\w*|десят\w*|сорок\w*)"
)
_YEARS = r"(?:лет|год[ауо]?\w{0,2})"
_KIN = (
    r"(?:муж|мужа|мужем|жена|жены|жене|жену|женой|супруг\w*|брат\w{0,3}|сестр\w{1,3}|отец|отца|отцом|мать|матери|"
    r"мам[аеуы]|пап[аеуы]|папой|мамой|дед|деда|дедом|бабушк\w{1,2}|дяд\w{1,2}|тет[яиюе]\w?|сын\w{0,3}|доч\w{1,6}|"
    r"зят\w{1,3}|тест\w{1,2}|свекр\w+|дедушк\w{1,2})"
)
_OFFICE = (
    r"(?:министр\w*|замминистр\w*|аким\w{0,3}|замаким\w*|депутат\w*|сенатор\w*|президент\w*|посл[аоеу]\w?|ректор\w*|"
    r"прокурор\w*|генерал\w*|полковник\w*|председател\w*|директор\w*|декан\w*|начальник\w*|главн\w+ редактор\w*)"
)
_LED = (
    r"(?:возглавля[лею]\w*|возглавил\w*|руководи[лт]\w*|руковожу|заведова[лю]\w*|директорствова\w*|"
    r"основал\w*|основател\w+|сооснова\w+|учредил\w*)"
)
_WORK = rf"(?:работа\w+|преподава\w+|преподаю|снима[юл]\w*|пишу|игра[юл]\w*|служ[уи]\w*|{_LED[3:-1]}|{_OFFICE[3:-1]})"
_PLACE = r"(?:казахстан\w*|стран[еыу]|республик\w+|город[еау]?|алмат\w+|астан\w+|мир[еау]?|регион\w*|ази[ию])"
_TONGUE = (
    r"(?:уйгурск|дунганск|корейск|курдск|чеченск|татарск|польск|греческ|турецк|китайск|японск|персидск|арабск|"
    r"киргизск|кыргызск|узбекск|немецк|армянск|азербайджанск|корё|жестов)"
)
_MONTH = r"(?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр)"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of rare fact. ``key`` names its reason on the pages."""

    key: str
    level: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RareFact:
    """A place in a quotation, code points, end exclusive, and the rule that found it."""

    key: str
    level: str
    start: int
    end: int


def _rule(key: str, level: str, *patterns: str) -> Rule:
    return Rule(key, level, re.compile("|".join(rf"\b(?:{one})\b" for one in patterns), re.IGNORECASE))


RULES: Final = (
    _rule(
        "only", STRONG,
        r"(?<!не )единственн\w+", r"(?<!не )уникальн\w+ (?:случа\w+|проект\w*|архив\w*|коллекци\w+)", r"больше никто",
        r"никто (?:кроме|больше|другой)", r"кроме (?:меня|нас) (?:никто|нико\w+)", r"од(?:ин|на) так(?:ой|ая)",
        rf"(?:{_NUMBER}|несколько) (?:человек\w? )?на (?:всю|весь) {_PLACE}", r"жалғыз", r"the only",
    ),
    _rule(
        "first", STRONG,
        rf"перв(?:ый|ая|ое|ые|ого|ой|ую|ым|ыми|ых) (?:\w+ ){{0,3}}(?:в|на) (?:\w+ )?{_PLACE}", rf"впервые в {_PLACE}",
        r"у истоков", r"сам\w{2,3} перв\w+", r"тұңғыш\w*", r"алғашқы\w*", r"the first",
    ),
    _rule(
        "most", STRONG,
        r"сам(?:ый|ая|ое|ые|ого|ой|ую|ым|ом|ых) (?:молод|стар|юн|пожил|больш|маленьк|крупн|известн|титулован|богат|давн"
        r"|высок|посещаем)\w+",
        r"(?:круп|стар|извест|молод)\w*ейш\w+", r"the (?:youngest|oldest|largest|biggest)",
    ),
    _rule(
        "award", STRONG,
        r"лауреат\w*", r"преми[июея]\w?", r"гран-при", r"призер\w*", r"победител\w+", r"орден(?:а|ом|е)?",
        r"медал\w+", r"заслуженн\w+ (?:деятел|артист|работник|художник|журналист)\w*",
        r"народн\w+ (?:артист|художник|писател)\w*", r"наград\w+", r"награжд\w+", r"сыйлығ?\w*",
    ),
    _rule(
        "office", STRONG,
        rf"(?:я|мы)(?: \w+){{0,3}} {_LED}", rf"(?:был|была|стал|стала|назначили)(?: \w+){{0,2}} {_OFFICE}",
        rf"(?:я|будучи)(?: \w+){{0,2}} {_OFFICE}",
    ),
    _rule("kin_office", STRONG, rf"{_KIN}[^.!?]{{0,40}}\b{_OFFICE}", rf"{_OFFICE}[^.!?]{{0,12}}\bмо\w{{1,3}} {_KIN}"),
    _rule(
        "years_role", LOOK,
        rf"{_NUMBER} {_YEARS}[^.!?]{{0,50}}\b{_WORK}", rf"{_WORK}[^.!?]{{0,50}}\b{_NUMBER} {_YEARS}",
    ),
    _rule(
        "date", LOOK,
        r"(?:19|20)\d\d", rf"\d{{1,2}} {_MONTH}\w*",
        r"в (?:\w+ )?(?:шестидесят|семидесят|восьмидесят|девяност|двухтысячн|нулев)\w+(?: \w+)? год\w*",
        r"две тысячи \w+ год\w*",
    ),
    _rule(
        "age", LOOK,
        rf"(?:мне|ему|ей|нам)(?: (?:было|тогда|уже|всего)){{0,2}} {_NUMBER}(?: \w+)? {_YEARS}", r"\d{2}-летн\w+",
        r"родил(?:ся|ась) (?:в|на)", r"моложе всех", r"старше всех", r"жасым\w*",
    ),
    _rule(
        "family", LOOK,
        rf"(?:двое|трое|четверо|пятеро|шестеро|семеро|{_NUMBER}) (?:дет|внук|сынов|дочер|ребят)\w+", r"многодетн\w+",
        r"близнец\w*", r"двойн[яюи]\w?", r"тройн[яюи]\w?", r"сирот\w*", r"приемн\w+ (?:сын|доч|ребен|дет)\w*",
    ),
    _rule("tongue", LOOK, rf"(?:на|по)[ -]{_TONGUE}\w*", r"сурдоперев\w+"),
    _rule(
        "event", LOOK,
        r"суд(?:ил\w+|имся|ится)", r"уголовн\w+", r"уволил\w*", r"скандал\w*", r"арест\w+", r"забастов\w+",
        r"та сам\w+ (?:истори|постанов|выстав)\w*", r"пожар(?:а|ом|е|у|ы)?",
    ),
    _rule("health", LOOK, r"инвалидн\w+", r"диагноз\w*", r"онколог\w+", r"инсульт\w*", r"на коляске", r"слепо?й"),
)  # fmt: skip
"""All rules, the strong ones first."""


def rare_facts(quote: str, own_field: Iterable[str] = ()) -> list[RareFact]:
    """What is rare in a quotation, in its order.

    Args:
        quote: the words, as they would be published.
        own_field: words of the speaker's field and role («театр», «руководитель хаба»).
    """
    plain = quote.replace("ё", "е").replace("Ё", "Е")  # as many code points as before
    found = [
        RareFact(rule.key, rule.level, match.start(), match.end())
        for rule in RULES
        for match in rule.pattern.finditer(plain)
    ]
    if found:
        found += [RareFact(OWN_FIELD, LOOK, start, end) for start, end in _own_words(plain, own_field)]
    return sorted(found, key=lambda one: (one.start, one.end, one.key))


def level_of(facts: Iterable[RareFact]) -> str:
    """How much the facts of one quotation tell together; empty where there is none."""
    met = list(facts)
    if not met:
        return ""
    strong = len({one.key for one in met}) > 1 or any(one.level == STRONG for one in met)
    return STRONG if strong else LOOK


def spans(facts: Iterable[RareFact]) -> list[tuple[int, int]]:
    """The places to mark, code points, with those that touch joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((one.start, one.end) for one in facts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _own_words(plain: str, own_field: Iterable[str]) -> list[tuple[int, int]]:
    stems = {word[:_STEM].lower() for text in own_field for word in re.findall(rf"\w{{{_STEM},}}", text)}
    if not stems:
        return []
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(stems))})\w*", re.IGNORECASE)
    return [match.span() for match in pattern.finditer(plain)]
