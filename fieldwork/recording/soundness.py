"""What a person should know of a recording's sound before time is spent on it. Nothing is forbidden by these.

The figures are those of ``recording.media.levels``, measured while the file was taken in.
"""

from fieldwork.core.errors import Refusal
from fieldwork.recording.media.refusals import SilentRecording
from fieldwork.recording.models import Recording, RecordingKind

QUIET_BELOW_DBFS = -36.0
"""ITU-T P.56 and G.191: speech is levelled to -26 dB below overload; 10 dB less is heard half as loud."""
CLIPPED_FROM = 0.001
"""House rule: one sample in a thousand, a cut peak in every other syllable or so; single ones nobody hears."""
SILENT_FROM = 0.9
"""House rule: two people who talk pause for 20 to 40 % of the time; nine tenths mean a wrong or a dead file."""
TRACK_SILENT_FROM = 0.98
"""The same for one voice of a meeting: an interviewer may be silent for 95 % of it and has asked every question."""
CLEAR_FROM_DB = 15.0
"""ANSI S12.60: speech is well understood from 15 dB above the noise on."""
APART_FROM = 0.05
"""House rule: one moment in twenty on each side alone; a recorder's two microphones hear every voice on both."""


class SoundHint(Refusal):
    """Something to be known of a recording's sound, said like a refusal, and refusing nothing."""


class QuietSpeech(SoundHint):
    """The microphone was far away."""

    message = (
        "Quiet: speech at {level} dBFS. It was made louder, and its noise with it: "
        "bring the microphone closer next time."
    )


class ClippedPeaks(SoundHint):
    """The level was set too high."""

    message = (
        "Peaks are cut off: {whole}.{tenth} %. Words may be distorted: listen to a passage, "
        "and turn the recording level down next time."
    )


class MostlySilence(SoundHint):
    """Hardly anybody speaks."""

    message = "Almost nothing but silence: {share} %. Is it the right recording?"


class NoisySpeech(SoundHint):
    """Voices hardly stand out."""

    message = "Noisy: speech is only {decibels} dB above the noise. Expect more errors in the text, and listen to it."


class VoicesApart(SoundHint):
    """A voice on the left, another one on the right, and both in one file."""

    message = (
        "Left and right hold different voices, and are transcribed as one mixture. To be certain who says what, save "
        "the two channels as two files in an audio editor, and give each as the track of its speaker."
    )


def hints_of(recording: Recording) -> list[Refusal]:
    """What there is to be said of a recording's sound, the gravest first; nothing where it was not measured.

    Of one that is silent throughout no more is said than that.
    """
    if recording.silent_share is None:
        return []
    if recording.speech_dbfs is None:
        return [SilentRecording(duration_s=recording.duration_ms // 1000)]
    return [*_silence(recording, recording.silent_share), *_level(recording, recording.speech_dbfs), *_sides(recording)]


def short(hint: Refusal) -> str:
    """A hint in a word, for tables at a terminal."""
    return _SHORT[type(hint)]


def _silence(recording: Recording, share: float) -> list[Refusal]:
    most = TRACK_SILENT_FROM if recording.kind == RecordingKind.TRACK else SILENT_FROM
    return [MostlySilence(share=int(100 * share))] if share >= most else []


def _level(recording: Recording, speech_dbfs: float) -> list[Refusal]:
    found: list[Refusal] = []
    if speech_dbfs < QUIET_BELOW_DBFS:
        found.append(QuietSpeech(level=f"−{-round(speech_dbfs)}"))
    if recording.clipped_share is not None and recording.clipped_share >= CLIPPED_FROM:
        whole, tenth = divmod(max(1, round(1000 * recording.clipped_share)), 10)
        found.append(ClippedPeaks(whole=whole, tenth=tenth))
    if recording.noise_dbfs is not None and speech_dbfs - recording.noise_dbfs < CLEAR_FROM_DB:
        found.append(NoisySpeech(decibels=round(speech_dbfs - recording.noise_dbfs)))
    return found


def _sides(recording: Recording) -> list[Refusal]:
    return [VoicesApart()] if recording.apart_share is not None and recording.apart_share >= APART_FROM else []


_SHORT: dict[type[Refusal], str] = {
    SilentRecording: "silent",
    MostlySilence: "mostly silent",
    QuietSpeech: "quiet",
    ClippedPeaks: "clipped",
    NoisySpeech: "noisy",
    VoicesApart: "voices apart",
}
