"""A voice altered: pitch and formants moved together (used in the child only).

The sound is played faster or slower and its tempo put right again by ffmpeg's atempo (overlapping waves), so that it
stays as long as it was. This disguises; it does not make anonymous.
"""

from fieldwork.recording.media.filtering import Filtered

LOWER = 0.76
"""By how much pitch and formants are moved: nearly five semitones down."""


class Altered(Filtered):
    """Blocks of s16 samples with the voice in them altered; what comes out is a little late, and as long in the end."""

    def __init__(self, rate: int, channels: int, factor: float = LOWER) -> None:
        moved = round(rate * factor)
        tempo = str(round(rate / moved, 6))
        super().__init__(rate, channels, ("asetrate", str(moved)), ("aresample", str(rate)), ("atempo", tempo))
