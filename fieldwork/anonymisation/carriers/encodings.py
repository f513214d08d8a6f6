"""Bytes to text: UTF-8, UTF-16, Windows-1251; line ends and unprintable signs stay as they are."""

import re

from fieldwork.anonymisation.carriers.base import DamagedText, NotText

_LETTER = re.compile("[A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]")
_CYRILLIC = re.compile("[а-яё]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Every second letter of Russian is one of these seven; of KOI8-R or UTF-8 read as Windows-1251 hardly any.
_FREQUENT = frozenset("оеаинтс")
_SHARE = 0.3
# Serbian, Ukrainian and other letters of Windows-1251: many of them show DOS or Macintosh texts.
_FOREIGN = frozenset("ЂЃѓЉЊЌЋЏђљњќћџЎўЈҐґЄєјЅѕЇї¤¬†‡")
_MOST_FOREIGN = 0.02
_WIDE = 0.7
_SOME = 20


def decoded(data: bytes) -> tuple[str, str]:
    """The text, and what it was written in; a byte order mark goes.

    Raises:
        DamagedText: UTF-8 with broken places.
        NotText: no text that is known here.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _wide(data, "utf-16"), "UTF-16"
    if endian := _unmarked_wide(data):
        return _wide(data, f"utf-16-{endian}"), "UTF-16"
    try:
        # A lone surrogate (half an emoji, written by programs that count UTF-16) is let in, and flagged later.
        return data.decode("utf-8", "surrogatepass").removeprefix("\ufeff"), "UTF-8"
    except UnicodeDecodeError as error:
        text = data.decode("cp1251", "replace")
        if _russian(text) and "\ufffd" not in text:
            return text, "Windows-1251"
        if _mostly_utf8(data):
            raise DamagedText(byte=error.start + 1) from None
        raise NotText from None


def _unmarked_wide(data: bytes) -> str:
    """«le» or «be» for UTF-16 without its mark: every second byte is the number of an alphabet, 0 or 4."""
    if len(data) < 4 or len(data) % 2 or b"\x00" not in data and b"\x04" not in data:  # noqa: PLR2004, RUF021 - two letters
        return ""
    sample = data[: 1 << 16]
    for offset, endian in ((1, "le"), (0, "be")):
        high = sample[offset::2]
        if sum(byte in (0, 4) for byte in high) > _WIDE * len(high) and not sample[1 - offset :: 2].count(0):
            return endian
    return ""


def _wide(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding, "surrogatepass").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise NotText from None
    if text and not _LETTER.search(text):
        raise NotText
    return text


def _russian(text: str) -> bool:
    letters = _CYRILLIC.findall(text.lower())
    if not letters or _CONTROL.search(text):
        return False
    if sum(sign in _FOREIGN for sign in text) > _MOST_FOREIGN * len(letters):
        return False
    return len(letters) < _SOME or sum(letter in _FREQUENT for letter in letters) > _SHARE * len(letters)


def _mostly_utf8(data: bytes) -> bool:
    read = data.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= sign <= "\udcff" for sign in read)
    return bool(_LETTER.search(read)) and broken * 10 < len(read) and not _CONTROL.search(read)
