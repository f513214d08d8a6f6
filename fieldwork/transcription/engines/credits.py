"""Credits of subtitles, which Whisper's models have learnt and append to pauses; nobody says them in an interview.

Only such credits are cut. «Продолжение следует», «Спасибо за внимание», and above all «да», «нет», «спасибо» are said
in earnest and stay.
"""

import re

_NAME = r"(?:[А-ЯЁ]\.\s?){1,2}[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_NICK = r"(?:[«\"“][^»\"”]{1,30}[»\"”]|[A-Za-z][\w.-]*|Симон)"
_END = r"[!.…]*"
_CREDITS = re.compile(
    rf"(?:[Рр]едактор\w*\s+субтитров|РЕДАКТОР СУБТИТРОВ)[:\s]+{_NAME}(?:[\s.,]*[Кк]орректор\w*[:\s]+{_NAME})?{_END}"
    rf"|[Кк]орректор[:\s]+{_NAME}{_END}"
    rf"|[Сс]убтитры\s+(?:с?делала?|созда(?:ва)?ла?|подготовила?|подогнала?|добавила?|делает)\s+{_NICK}{_END}"
    rf"|[Сс]пасибо за субтитры(?:\s+Алексею Дубровскому)?{_END}"
    rf"|(?:(?:[Сс]убтитры|[Пп]еревод)\b[^.!?]{{0,40}}\s)?[Aa]mara\.org{_END}"
)
_SPACES = re.compile(r"\s{2,}")


def cut_credits(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without credits, and the credits that were cut, in order."""
    found = tuple(match.group().strip() for match in _CREDITS.finditer(text))
    if not found:
        return text, ()
    return _SPACES.sub(" ", _CREDITS.sub(" ", text)).strip(), found
