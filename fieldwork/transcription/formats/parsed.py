"""What every parser gives, and why one refuses."""

from dataclasses import dataclass

from fieldwork.core.errors import BadInput
from fieldwork.transcription.turns.joining import TurnCue
from fieldwork.transcription.word_times import Word


@dataclass(frozen=True, repr=False)
class Utterance:
    """One turn: the label of its speaker as the file has it, ms where the file tells, text, timed stretches of it.

    ``words`` are its single words, where the file (only JSON of ours) tells when they are heard.
    """

    speaker_label: str | None
    start_ms: int | None
    end_ms: int | None
    text: str
    cues: tuple[TurnCue, ...] = ()
    words: tuple[Word, ...] = ()

    def __repr__(self) -> str:
        """Where it is; never who says what."""
        return f"Utterance({self.start_ms}-{self.end_ms}, {len(self.text)} characters)"


@dataclass(frozen=True)
class ParsedTranscript:
    """The turns in order, the source (as ``Transcript.source`` has it), and what a person should look at."""

    utterances: tuple[Utterance, ...]
    source: str
    warnings: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The speakers, in the order in which they first speak."""
        return tuple(dict.fromkeys(one.speaker_label for one in self.utterances if one.speaker_label))

    @property
    def labelled(self) -> list[tuple[str, str]]:
        """Label and text of each turn, for ``turns.propose_roles``; turns of nobody are left out."""
        return [(one.speaker_label, one.text) for one in self.utterances if one.speaker_label]


@dataclass(frozen=True)
class Block:
    """A caption, paragraph or table row before its label is told apart from its text.

    ``label`` is set where the form itself marks the speaker (a voice tag, a bold word, a table's column); ``certain``
    says that it is one. ``gap`` is what joins the block to the one before: a paragraph's end, a line's, a caption's.
    ``begins`` says that a turn begins here, also where the same person has spoken before. ``words`` are those of this
    text.
    """

    text: str
    label: str | None = None
    certain: bool = False
    start_ms: int | None = None
    end_ms: int | None = None
    gap: str = " "
    begins: bool = False
    words: tuple[Word, ...] = ()


class EmptyFile(BadInput):
    """Nothing in it."""

    message = "There is no text in the transcript: check that it is the right file, and complete."


class UnreadableText(BadInput):
    """Bytes that are no text."""

    message = (
        "The transcript is not text in UTF-8 or Windows-1251: open it in an editor, save it as UTF-8, give it again. "
        "Transcripts are taken as vtt, srt, docx, html, json and txt."
    )


class BrokenDocument(BadInput):
    """Announces a format and does not keep to it."""

    message = "The file is not a readable {kind} file: open it in the program that made it and save it anew."


class DangerousDocument(BadInput):
    """A document made to exhaust or to read the machine."""

    message = (
        "The document is refused as unsafe ({what}). If you trust it, copy its text into a new document and give that."
    )


class NoSpeakers(BadInput):
    """Nobody is said to speak."""

    message = (
        "The transcript does not say who speaks: none of its {count} paragraphs begins with a speaker. Begin each turn "
        "with «Interviewer:» or «Expert:» (or a name and a colon), or import it with --speakers unknown."
    )


class NoTimes(BadInput):
    """Captions need times."""

    message = "The transcript has no times, so it cannot be written as {format}: choose txt or json."
