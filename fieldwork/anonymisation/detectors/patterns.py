"""Contacts, numbers and dates that have a written form of their own."""

import re

import phonenumbers
from stdnum import iban, luhn

from fieldwork.anonymisation.mention import EMAIL, HANDLE, ID, PHONE, URL, Document, Mention

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*\.[^\W\d_]{2,24}(?![\w-])")
_TLD = (
    "kz|ru|com|org|net|info|io|me|su|uz|kg|by|ua|eu|de|fr|uk|us|tv|edu|gov|biz|club|site|online|store|art|app|dev|pro|"
    "рф|қаз|media|blog|cc|co|ly|gg|ai|space|studio|design|gallery|museum"
)
_URL = re.compile(
    rf"(?:https?://|www\.)[^\s«»<>\"“”]+|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.)+(?:{_TLD})(?![\w-])(?:/[^\s«»<>\"“”]*)?",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@./])@[A-Za-z_][\w.]{2,31}(?<!\.)")
_NETWORK = re.compile(
    r"(?<!\w)(?:инст[аеуы]|инстаграм[а-я]{0,2}|телеграм[а-я]{0,2}|телег[аеу]|тг|тикток[а-я]{0,2}|фейсбук[а-я]{0,2}|"
    r"ник[а-я]{0,3}|никнейм[а-я]{0,2}|аккаунт[а-я]{0,2}|профил[а-я]{1,2}|логин[а-я]{0,2}|скайп[а-я]{0,2}|instagram|telegram|tiktok)(?!\w)",
    re.IGNORECASE,
)
_LATIN_HANDLE = re.compile(r"(?<![\w@./])[a-z][a-z0-9]*[a-z0-9._]*[a-z0-9_](?![\w@]|\.[a-z]|://)", re.IGNORECASE)
_NETWORKS = frozenset({"instagram", "telegram", "tiktok", "facebook", "whatsapp", "youtube", "skype", "twitter"})
_NUMBER = re.compile(r"(?<![\w+.])(?:\+\s?)?\(?\d(?:[\d()\u00a0 .–-]{4,24})\d(?!\d)")
_TWELVE = re.compile(r"(?<!\d)(?:\d{12}|\d{6}[ -]\d{6}|\d{3}[ -]\d{3}[ -]\d{3}[ -]\d{3})(?!\d)")
_IIN_WORD = re.compile(r"\b(?:ИИН|БИН|ЖСН|БСН|IIN|BIN|паспорт|удостоверени\w*|жеке куәлік)\b", re.IGNORECASE)
_DOCUMENT_NUMBER = re.compile(r"(?<![\w])(?:[NН]\s?)?\d{6,9}(?![\w])")
# Kazakhstan since 2012 (123 ABC 02), before (A 123 BCD) and Russia (А 123 ВС 77): letters that both alphabets share.
_PLATE = re.compile(
    r"(?<![\w-])(?:\d{3}[ ]?[A-ZАВЕКМНОРСТУХ]{2,3}[ ]?(?:0[1-9]|1\d|20)"
    r"|[ABEKMHOPCTYXАВЕКМНОРСТУХ][ ]?\d{3}[ ]?[ABEKMHOPCTYXАВЕКМНОРСТУХ]{2}[ ]?\d{2,3}"
    r"|[A-ZАВЕКМНОРСТУХ][ ]?\d{3}[ ]?[A-ZАВЕКМНОРСТУХ]{2,3})(?![\w-])"
)
# In small letters only what is written in one piece, or what a word of cars announces.
_TIGHT_PLATE = re.compile(
    r"(?<![\w-])(?:[abekmhopctyxавекмнорстух]\d{3}[abekmhopctyxавекмнорстух]{2}\d{2,3}"
    r"|\d{3}[a-z]{2,3}(?:0[1-9]|1\d|20))(?![\w-])",
    re.IGNORECASE,
)
# A zero is often typed for the letter O, and the other way round.
_MIXED_PLATE = re.compile(r"(?<![\w-])[оo]\d{3}[оo0]{2}\d{2,3}(?![\w-])", re.IGNORECASE)
_CAR = re.compile(
    r"номер|машин|авто|госномер|тачк|джип|приехал|припарков|тойот|лексус|мерс|бмв|прадо|камри", re.IGNORECASE
)
_SMALL_PLATE = re.compile(
    r"(?<![\w-])(?:\d{3}[ ]?[a-zавекмнорстух]{2,3}[ ]?(?:0[1-9]|1\d|20)"
    r"|[a-zавекмнорстух][ ]?\d{3}[ ]?[a-zавекмнорстух]{2,3}(?:[ ]?\d{2,3})?)(?![\w-])",
    re.IGNORECASE,
)
_HANDLE_REACH, _SHORT_HANDLE = 40, 3
_PHONE_DIGITS = range(10, 13)
_LOCAL = 6
_YEARS = re.compile(r"(?:(?:19|20)\d\d[ ,.–-]*)+")
_IBAN = re.compile(r"(?<!\w)KZ\s?\d{2}(?:\s?[A-Z0-9]){16}(?!\w)", re.IGNORECASE)


def identity_number(digits: str) -> bool:
    """Whether twelve digits are a Kazakh IIN or BIN: check digit (mod 11, second weights) and a date in front.

    python-stdnum has no module for Kazakhstan. An IIN begins with a birth date and a century digit 0-6; a BIN with
    year and month and a kind digit 4-6.
    """
    values = [int(c) for c in digits]
    check = sum(weight * value for weight, value in zip(range(1, 12), values, strict=False)) % 11
    if check == 10:  # noqa: PLR2004 - the remainder that asks for the second weights
        check = sum(w * v for w, v in zip([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2], values, strict=False)) % 11
    if check != values[11]:
        return False
    month, day = int(digits[2:4]), int(digits[4:6])
    person = 1 <= month <= 12 and 1 <= day <= 31 and values[6] <= 6  # noqa: PLR2004
    company = 1 <= month <= 12 and 4 <= values[4] <= 6  # noqa: PLR2004
    return person or company


class Contacts:
    """E-mails, web addresses, handles and phone numbers in digits."""

    name = "contacts"

    def detect(self, document: Document) -> list[Mention]:
        """EMAIL, URL, HANDLE and PHONE mentions."""
        text = document.text
        found = [document.mention(*m.span(), EMAIL, self.name) for m in _EMAIL.finditer(text)] if "@" in text else []
        for match in _URL.finditer(text):
            end = match.start() + len(match[0].rstrip(".,;:!?)…"))
            found.append(document.mention(match.start(), end, URL, self.name))
        if "@" in text:
            found.extend(document.mention(*m.span(), HANDLE, self.name) for m in _HANDLE.finditer(text))
        return found + self._named_handles(document) + self._phones(document)

    def _named_handles(self, document: Document) -> list[Mention]:
        """«ник в инсте okno_almaty»: a Latin word soon after a network's name; certain where no word is built so."""
        found = []
        for match in _NETWORK.finditer(document.text):
            window = re.match(r"[^.!?\n]{0,40}", document.text[match.end() :][:_HANDLE_REACH])
            handle = _LATIN_HANDLE.search(window[0]) if window else None
            if handle and len(handle[0]) > _SHORT_HANDLE and handle[0].lower() not in _NETWORKS:
                start = match.end() + handle.start()
                end = start + len(_LATIN_HANDLE.match(document.text, start)[0])  # type: ignore[index]
                sure = bool(re.search(r"[\d._]", handle[0]))
                found.append(document.mention(start, end, HANDLE, self.name, certain=sure))
        return found

    def _phones(self, document: Document) -> list[Mention]:
        found = []
        for match in _NUMBER.finditer(document.text):
            raw = match[0].rstrip(" .-–\u00a0(")
            digits = re.sub(r"\D", "", raw)
            end = match.start() + len(raw)
            if is_phone(raw, digits):
                found.append(document.mention(match.start(), end, PHONE, self.name))
            elif len(digits) > max(_PHONE_DIGITS) and not _YEARS.fullmatch(raw):
                found.append(document.mention(match.start(), end, ID, self.name, certain=luhn.is_valid(digits)))
        return found


def is_phone(raw: str, digits: str) -> bool:
    """Whether a written number is a phone: a real one by phonenumbers' plan, or one in a phone's grouping."""
    if raw.lstrip().startswith("+") or len(digits) in _PHONE_DIGITS:
        local = "+7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else raw  # noqa: PLR2004
        try:
            number = phonenumbers.parse(local, "KZ")
        except phonenumbers.NumberParseException:
            return False
        if phonenumbers.is_possible_number(number) and (
            raw.lstrip().startswith("+") or phonenumbers.is_valid_number(number) or digits[0] in "78"
        ):
            return len(digits) != 12 or not digits.isdigit() or raw.lstrip().startswith("+")  # noqa: PLR2004
        return False
    return len(digits) in {_LOCAL, 7} and bool(re.fullmatch(r"\d{2,3}[- ]\d{2}[- ]\d{2}", raw))


class Numbers:
    """Identity and account numbers, documents and car plates."""

    name = "numbers"

    def detect(self, document: Document) -> list[Mention]:
        """ID mentions; twelve digits with a wrong check digit only after a word that announces them, and uncertain."""
        text = document.text
        found = []
        for match in _TWELVE.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            announced = bool(_IIN_WORD.search(text[max(0, match.start() - 40) : match.start()]))
            valid = identity_number(digits)
            if valid or announced:
                found.append(document.mention(*match.span(), ID, self.name, certain=valid))
        for match in _IIN_WORD.finditer(text):
            number = _DOCUMENT_NUMBER.search(text, match.end(), match.end() + 40)
            if number:
                found.append(document.mention(*number.span(), ID, self.name))
        found += [
            document.mention(*m.span(), ID, self.name, certain=bool(iban.is_valid(m[0]))) for m in _IBAN.finditer(text)
        ]
        for pattern in (_PLATE, _TIGHT_PLATE, _MIXED_PLATE):
            found.extend(document.mention(*m.span(), ID, self.name) for m in pattern.finditer(text))
        found.extend(
            document.mention(*m.span(), ID, self.name)
            for m in _SMALL_PLATE.finditer(text)
            if _CAR.search(text[max(0, m.start() - 40) : m.end() + 20])
            and not any(o.start < m.end() and m.start() < o.end for o in found)
        )
        return found
