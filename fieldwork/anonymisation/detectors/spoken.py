"""Phones, numbers and e-mails as they are said aloud: «восемь семьсот один…», «собака», «точка»."""

import re

from fieldwork.anonymisation.mention import EMAIL, HANDLE, ID, PHONE, Document, Mention, Word

NUMERALS = {
    word: value
    for value, words in {
        0: "ноль нуль нолик ноля нөл", 1: "один одна единица раз бір", 2: "два две двойка екі", 3: "три тройка үш",
        4: "четыре төрт", 5: "пять бес", 6: "шесть алты", 7: "семь жеті", 8: "восемь сегіз", 9: "девять тоғыз",
        10: "десять он", 11: "одиннадцать", 12: "двенадцать", 13: "тринадцать", 14: "четырнадцать",
        15: "пятнадцать", 16: "шестнадцать", 17: "семнадцать", 18: "восемнадцать", 19: "девятнадцать",
        20: "двадцать жиырма", 30: "тридцать отыз", 40: "сорок қырық", 50: "пятьдесят елу", 60: "шестьдесят алпыс",
        70: "семьдесят жетпіс", 80: "восемьдесят сексен", 90: "девяносто тоқсан", 100: "сто жүз", 200: "двести",
        300: "триста", 400: "четыреста", 500: "пятьсот", 600: "шестьсот", 700: "семьсот", 800: "восемьсот",
        900: "девятьсот",
    }.items()
    for word in words.split()
}  # fmt: skip
_GAP = re.compile(r"[\s,.\-–—\u00a0()]*(?:\d[\d\s\-]*)?[\s,.\-–—\u00a0()]*")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_DOUBLE_ZERO = {"ноль-ноль": "00", "пять-пять-пять": "555"}
_HUNDREDS, _TENS, _TEENS = 100, 20, 10
_SHORTEST_PHONE, _LONGEST_PHONE, _IDENTITY = 10, 12, 12
_LOCAL = (6, 7)
_REACH = 40
_CALL = re.compile(r"городск|номер|телефон|звон|набер|набра|ватсап|вотсап|факс|домашн|рабоч", re.IGNORECASE)


def digits(text: str) -> str:
    """Digits of a run of numerals as a listener writes them: «семьсот один пятьсот пятьдесят пять» is 701555.

    A hundred takes a ten and a unit, a ten takes a unit; anything else begins a new group. No library writes
    dictated phone numbers (number parsers add them up).
    """
    out: list[str] = []
    value, rank = None, 0
    for part in [*_PARTS.findall(text.lower()), "."]:
        number = NUMERALS.get(part)
        if number is None:
            if value is not None:
                out.append(str(value))
                value = None
            out.append(part if part.isdigit() else "")
            continue
        size = _HUNDREDS if number >= _HUNDREDS else _TENS if number >= _TENS else 1
        fits = value is not None and size < rank and number != 0 and (rank == _HUNDREDS or number < _TEENS)
        if value is not None and fits:
            value, rank = value + number, 1 if number < _TENS else size
        else:
            if value is not None:
                out.append(str(value))
            value, rank = number, size
    return "".join(out)


class SpokenNumbers:
    """Runs of numerals that make a phone number or an identity number."""

    name = "spoken"

    def detect(self, document: Document) -> list[Mention]:
        """PHONE (ten or eleven digits) and ID (twelve) mentions said in words."""
        found = []
        for run in self._runs(document):
            start, end = run[0].start, run[-1].end
            start, end = self._stretch(document.text, start, end)
            said = digits(document.text[start:end])
            if _SHORTEST_PHONE <= len(said) < _LONGEST_PHONE and said[0] in "78":
                found.append(document.mention(start, end, PHONE, self.name))
            elif len(said) in _LOCAL and self._announced(document.text, start):
                found.append(document.mention(start, end, PHONE, self.name, certain=len(said) == max(_LOCAL)))
            elif len(said) == _IDENTITY:
                found.append(document.mention(start, end, ID, self.name))
            elif len(said) > _IDENTITY and said[0] in "78":
                # Two numbers dictated in one breath, or an account: more than anybody counts aloud.
                found.append(document.mention(start, end, PHONE, self.name, certain=False))
        return found

    @staticmethod
    def _announced(text: str, start: int) -> bool:
        """A town's number of six or seven digits is only one where a word says so."""
        return bool(_CALL.search(text, max(0, start - _REACH), start))

    @staticmethod
    def _runs(document: Document) -> list[list[Word]]:
        runs: list[list[Word]] = []
        current: list[Word] = []
        for word in document.words:
            if not all(part in NUMERALS for part in word.text.lower().replace("‑", "-").split("-")):
                continue
            if current and _GAP.fullmatch(document.text, current[-1].end, word.start):
                current.append(word)
                continue
            runs.append(current)
            current = [word]
        runs.append(current)
        return [run for run in runs if len(run) >= 4]  # noqa: PLR2004 - a phone takes four groups at least

    @staticmethod
    def _stretch(text: str, start: int, end: int) -> tuple[int, int]:
        """Take in «плюс» and digits at either end."""
        before = re.search(r"(?:(?:плюс|\+)\s*)?(?:\d+[\s,-]+)?$", text[:start][-24:], re.IGNORECASE)
        after = re.match(r"(?:[\s,-]+\d{1,4})+(?!\d)", text[end : end + 24])
        return start - (len(before[0]) if before else 0), end + (after.end() if after else 0)


_AT = r"(?:собака|собачка|эт|ат|at)"
_DOT = r"(?:точка|дот|dot)"
_JOINT = r"(?:нижнее\s+подч[её]ркивание|подч[её]ркивание|тире|дефис|минус)"
_PIECE = r"[^\W_][\w-]{0,30}"
_SPOKEN_EMAIL = re.compile(
    rf"(?<!\w){_PIECE}(?:,?\s+(?:{_DOT}|{_JOINT}),?\s+{_PIECE}){{0,4}},?\s+(?:собака|собачка),?\s+{_PIECE}"
    rf"(?:,?\s+(?:{_DOT}|{_JOINT}),?\s+{_PIECE}){{0,4}},?\s+{_DOT},?\s+{_PIECE}(?!\w)",
    re.IGNORECASE,
)
_HALF_EMAIL = re.compile(
    rf"(?<!\w){_PIECE}(?:,?\s+(?:{_DOT}|{_JOINT}),?\s+{_PIECE}){{0,4}},?\s+(?:собака|собачка),?\s+"
    r"(?:мейл|мэйл|майл|джимейл|джимэйл|гмейл|гугл|яндекс|инбокс|бк|лист|рамблер|gmail|mail|yandex)(?:,?\s+(?:ру|ком|кз|точка\s+\w+))?(?!\w)",
    re.IGNORECASE,
)
_SPOKEN_HANDLE = re.compile(
    rf"(?<!\w)(?:собака|собачка)\s+(?P<name>{_PIECE}(?:\s+{_JOINT}\s+{_PIECE}){{1,3}})(?!\w)", re.IGNORECASE
)


_NETWORK_HANDLE = re.compile(
    rf"(?<!\w)(?:инст\w*|телег\w*|тг|тикток\w*|ютуб\w*|фейсбук\w*|ник\w{{0,3}}|аккаунт\w{{0,2}}|канал\w{{0,2}}|страниц\w{{1,2}})(?:\s+\w+)?,?\s+"
    rf"(?:собака|собачка),?\s+(?P<name>{_PIECE}(?:\s+{_PIECE}){{0,2}})(?!\w)",
    re.IGNORECASE,
)


class SpokenAddresses:
    """E-mails and handles said with «собака», «точка», «нижнее подчёркивание»."""

    name = "spoken"

    def detect(self, document: Document) -> list[Mention]:
        """EMAIL and HANDLE mentions."""
        if "собак" not in document.text.lower() and "собач" not in document.text.lower():
            return []
        found = [
            document.mention(*match.span(), EMAIL, self.name)
            for pattern in (_SPOKEN_EMAIL, _HALF_EMAIL)
            for match in pattern.finditer(document.text)
        ]
        found.extend(
            document.mention(*m.span("name"), HANDLE, self.name) for m in _SPOKEN_HANDLE.finditer(document.text)
        )
        found += [
            document.mention(*m.span("name"), HANDLE, self.name, certain=False)
            for m in _NETWORK_HANDLE.finditer(document.text)
            if not any(o.start <= m.start("name") < o.end for o in found)
        ]
        return found
