"""What the demo says, in the person's language."""

from typing import cast

from fieldwork.core.settings import Language
from fieldwork.demo.material import document


def told(english: str, language: Language, **values: object) -> str:
    """A line of the demo's («report: {path} …») in ``language``, its placeholders filled.

    Raises:
        KeyError: the line is not in ``study/narration.yaml``.
    """
    line = cast("dict[str, str]", document("narration")[english]).get(language, english)
    return line.format(**values)
