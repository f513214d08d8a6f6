"""How a transcript is made: how many people speak, and how it is read."""

from fieldwork.core.errors import BadInput
from fieldwork.transcription.making_models import Style


class VoicesWrong(BadInput):
    """Not a number of people who can be told apart."""

    message = "Say how many people speak in the recording: from 1 to {most}."


class StyleUnknown(BadInput):
    """Not a style of transcripts."""

    message = "There is no style called {name}: choose verbatim (every word) or clean (without fillers)."


PAIR, MOST_VOICES = 2, 8


def check_making(voices: int | None, style: str | None) -> None:
    """Refuse what a transcript cannot be made with; None is what nobody has said.

    Raises:
        VoicesWrong: ``voices`` is not from 1 to 8.
        StyleUnknown: ``style`` is not one.
    """
    if voices is not None and not 1 <= voices <= MOST_VOICES:
        raise VoicesWrong(most=MOST_VOICES)
    if style is not None and style not in set(Style):
        raise StyleUnknown(name=style)
