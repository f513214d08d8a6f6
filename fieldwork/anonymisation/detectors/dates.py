"""Dates that are, or may be, dates of birth: in digits and in words."""

import re

from fieldwork.anonymisation.mention import DATE, Document, Mention

_MONTHS = (
    "январ[ья] феврал[ья] марта? апрел[ья] ма[яй] июн[ья] июл[ья] августа? сентябр[ья] октябр[ья] ноябр[ья] декабр[ья] "
    "қаңтар\\w* ақпан\\w* наурыз\\w* сәуір\\w* мамыр\\w* маусым\\w* шілде\\w* тамыз\\w* қыркүйек\\w* "
    "қазан\\w* қараша\\w* желтоқсан\\w*"
).replace(" ", "|")
_ORDINALS = (
    "перв втор трет четв[её]рт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат "
    "пятнадцат шестнадцат семнадцат восемнадцат девятнадцат двадцат тридцат сороков пятидесят шестидесят семидесят "
    "восьмидесят девяност"
).replace(" ", "|")
_TENS = "двадцать|тридцать|сорок|пятьдесят|шестьдесят|семьдесят|восемьдесят|девяносто"
_ORDINAL = rf"(?:(?:{_TENS})\s+)?(?:{_ORDINALS})(?:ого|ьего|ое|ье|ом|ьем)"
_SAID_YEAR = rf"(?:(?:тысяча\s+девятьсот|две\s+тысячи)\s+)?{_ORDINAL}"
_SAID_DATE = re.compile(
    rf"(?<!\w){_ORDINAL}\s+(?:{_MONTHS})(?:\s+{_SAID_YEAR}|\s+(?:19|20)?\d\d(?:-?го)?)?(?:\s+года?)?(?!\w)",
    re.IGNORECASE,
)
_DAY = re.compile(rf"(?<!\w)\d{{1,2}}(?:-?го)?\s+(?:{_MONTHS})(?!\w|\s+(?:19|20)\d\d)", re.IGNORECASE)
_YEAR_OF_BIRTH = re.compile(
    rf"(?<!\w)(?:(?:19|20)\d\d|\d\d|{_SAID_YEAR})(?:-?го|-?й)?\s+(?:года?\s+рождения|г\.\s?р\.|жылы\s+туған)",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"(?<!\w)\d{{1,2}}(?:-?го)?\s+(?:{_MONTHS})\s+(?:19|20)\d\d(?:-?го)?(?:\s+(?:года?|жылы?|г\.р\.|г\.))?"
    r"|(?<![\d.])(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d(?!\d|\.\d)",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"родил|рожд[её]|день рожден|дата рожд|г\. ?р\.|д\. ?р\.|появил(?:ся|ась) на свет|\bborn\b|birth|туған|туылған",
    re.IGNORECASE,
)
# Nearer than for a full date: a day and a month alone are everywhere in talk.
_BORN = re.compile(
    r"родил(?:ся|ась|ись)|рождени[яе]|исполнил|(?<!\w)г\. ?р\.|появил(?:ся|ась) на свет|туған|туылған", re.IGNORECASE
)
_AROUND, _NEAR = 60, 30
# Years in which a living adult may have been born: a full date there is flagged even without the word.
_BIRTH_YEARS = range(1930, 2010)


class BirthDates:
    """Full dates that are, or may be, dates of birth."""

    name = "dates"

    def detect(self, document: Document) -> list[Mention]:
        """DATE mentions: certain beside a word of birth, to be reviewed where only the year fits."""
        found = []
        for match in _DATE.finditer(document.text):
            around = document.text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
            birth = bool(_BIRTH.search(around))
            year = re.search(r"(?:19|20)\d\d", match[0])
            if birth or (year and int(year[0]) in _BIRTH_YEARS):
                found.append(document.mention(*match.span(), DATE, self.name, certain=birth))
        found += [document.mention(*m.span(), DATE, self.name) for m in _YEAR_OF_BIRTH.finditer(document.text)]
        for pattern in (_SAID_DATE, _DAY):
            found += [
                document.mention(*m.span(), DATE, self.name)
                for m in pattern.finditer(document.text)
                if _BORN.search(document.text, max(0, m.start() - _NEAR), m.end() + _NEAR)
            ]
        return found
