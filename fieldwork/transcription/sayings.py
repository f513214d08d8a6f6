"""What the words of a recognised sentence give away by themselves: loops, invented sentences, another language."""

import re
from typing import Final

_REPEATS: Final = {1: 6, 2: 4, 3: 3, 4: 3, 5: 3, 6: 3, 7: 3, 8: 3}  # words of a phrase, how often in a row is a loop
_FOREIGN_LETTERS = 8
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w+")
_CYRILLIC = re.compile(r"[а-яёәғқңөұүһі]", re.IGNORECASE)
_KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_SCRIPTS: Final = {"ru": _CYRILLIC, "kk": _CYRILLIC, "en": _LATIN}

# Sentences that Whisper writes over silence and music in Russian: outros of videos.
_OF_VIDEOS = re.compile(  # not said in an interview
    r"продолжение следует|спасибо за (?:просмотр|субтитры)|подписывайтесь на (?:наш |мой )?канал|ставьте лайки?|"
    r"смотрите продолжение(?: в следующей (?:части|серии))?|с вами был[аи]? .{1,30}"
)
_OUTROS = re.compile(r"спасибо за внимание|до новых встреч|до скорых встреч|всем пока|спасибо")  # said in earnest, too
_SOUND_TAG = re.compile(r"[\W\d_]*[♪♫♬]+.*|[\[(*]?(?:[А-ЯЁ]{3,}[\s,.-]*){1,4}[\])*!.…]*", re.DOTALL)
_BRACKETED = re.compile(r"[\[(*][^\])*]{2,40}[\])*][.…]*")


def is_loop(text: str) -> int:
    """How often a phrase is said in a row where that is too often to be meant; 0 where it is not."""
    words = words_of(text)
    most = 0
    for length, enough in _REPEATS.items():
        run = 0
        for at in range(length, len(words)):
            run = run + 1 if words[at] == words[at - length] else 0
            repeats = run // length + 1
            if repeats >= enough:
                most = max(most, repeats)
    return most


def is_of_videos(text: str) -> bool:
    """Whether a whole sentence is an outro of videos that nobody says in an interview: «Продолжение следует…»."""
    return bool(_OF_VIDEOS.fullmatch(" ".join(words_of(text))))


def is_outro(text: str) -> bool:
    """Whether a whole sentence is one of those, or of those said in earnest, too, or a sound tag: «МУЗЫКА», «♪»."""
    bare = " ".join(words_of(text))
    return (
        is_of_videos(text)
        or bool(_OUTROS.fullmatch(bare))
        or bool(_SOUND_TAG.fullmatch(text.strip()) or _BRACKETED.fullmatch(text.strip()))
    )


def foreign_share(text: str, language: str) -> float:
    """The share of letters that the language's script does not have (Kazakh's are no strangers to Russian)."""
    letters = _LETTER.findall(text)
    own = _SCRIPTS.get(language)
    if own is None or len(letters) < _FOREIGN_LETTERS:
        return 0.0
    return sum(own.fullmatch(letter) is None for letter in letters) / len(letters)


def kazakh_letters(text: str) -> int:
    """How many letters are there that Russian does not have."""
    return len(_KAZAKH.findall(text))


def letters_of(text: str) -> int:
    """How many letters are there, whatever the script."""
    return len(_LETTER.findall(text))


def words_of(text: str) -> list[str]:
    """The words in lower case, without punctuation."""
    return [word.lower() for word in _WORD.findall(text)]
