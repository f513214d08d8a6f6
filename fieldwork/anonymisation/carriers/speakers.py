"""Those who speak: names before a turn are replaced even where nothing else shows that they are names."""

import re
from collections.abc import Iterable

from fieldwork.anonymisation.letters import plain, view
from fieldwork.anonymisation.lexicon import facts, is_listed_given
from fieldwork.anonymisation.mention import PER, Document, Mention
from fieldwork.core.errors import Refusal
from fieldwork.transcription.formats import parse
from fieldwork.transcription.turns.roles import role_of_label

_WORDS = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"[ \t\u00a0]+")
_NOBODY = frozenset(
    {
        *("author", "автор", "user", "admin", "administrator", "администратор", "пользователь", "unknown", "speaker"),
        *("спикер", "говорящий", "участник", "участница", "participant", "microsoft", "office", "word", "windows"),
        *("python", "docx", "гость", "guest", "диктор", "голос"),
    }
)


def speakers_in(data: bytes) -> list[str]:
    """The labels of a transcript's speakers as the transcript reader tells them; none where it is no transcript."""
    try:
        return list(parse(data, "unknown").labels)
    except Refusal:
        return []


def is_name(label: str) -> bool:
    """Whether a label names somebody: «Камила», «kamila_k», but not «Интервьюер», «Спикер 2» or «Вопрос»."""
    words = [plain(word) for word in _WORDS.findall(label) if not word.isdigit()]
    if role_of_label(label) or all(word in _NOBODY for word in words):
        return False
    # A whole name keeps its ordinary words («Роза Ветрова»); «Вывод», which recurs before a colon, is no name.
    return any(not facts(word).common or is_listed_given(word) for word in words if word not in _NOBODY)


class Speakers:
    """Mentions of those who speak, where their label stands at the start of a line, alone or before a colon.

    ``told`` replaces the labels before the next document: labels are one document's own.
    """

    name = "speakers"

    def __init__(self) -> None:
        self.pattern: re.Pattern[str] | None = None

    def told(self, labels: Iterable[str]) -> None:
        """Look for these labels from now on."""
        names = sorted({view(label).text.strip() for label in labels if is_name(label)} - {""}, key=len, reverse=True)
        one_of = "|".join(
            _SPACE.sub(r"[ \\t\\u00a0_]+", re.escape(name).replace(r"\ ", " ").replace("_", " ")) for name in names
        )
        self.pattern = re.compile(rf"(?mi)^[ \t>\-–—(\[]*({one_of})[ \t)\]]*(?=:|\r?$)") if one_of else None

    def detect(self, document: Document) -> list[Mention]:
        """One mention per turn; the words of a role before the name («Эксперт Роза») stay."""
        if self.pattern is None:
            return []
        spans = [match.span(1) for match in self.pattern.finditer(document.text)]
        return [document.mention(_name_from(document, *span), span[1], PER, self.name) for span in spans]


def _name_from(document: Document, start: int, end: int) -> int:
    """Where the name begins behind the words of a role."""
    words = document.words_within(start, end)
    while len(words) > 1 and role_of_label(words[0].text):
        words = words[1:]
        start = words[0].start
    return start
