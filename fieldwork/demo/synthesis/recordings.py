"""Makes the demo's five audio interviews, in the shapes users have, as study/transcript_sources.yaml says.

    python -m fieldwork.demo.synthesis.recordings audio/demo

Beside the recordings goes ``utterances.json``: who says what when, in ms of each file (the ground truth).
"""

import argparse
import json
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from fieldwork.demo.synthesis.noise import coloured
from fieldwork.demo.synthesis.sentences import AUDIO_INTERVIEWS, STUDY, Utterance, transcript
from fieldwork.demo.synthesis.sound_files import encode
from fieldwork.demo.synthesis.speech import ESPEAK_RATE, Samples, Voice, resampled, speak

SEED = 20250321
# Audio in git stays small: WAV is always 16 kHz (a recorder would write 44.1 kHz stereo).
WAV_RATE = 16_000
BIT_RATES = {("m4a", 32_000): 48_000, ("m4a", 44_100): 64_000, ("opus", 16_000): 16_000}
MESSAGE_PAUSE_S = (0.3, 0.7)
ROOM_NOISE_SLOPE = 1.5


@dataclass(frozen=True)
class Spoken:
    """One utterance within a file; times in ms of that file."""

    i: int
    speaker: str
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True)
class Recording:
    """One sound file: its path below ``audio/demo``, the interview it belongs to, and who says what when."""

    interview: str
    file: str
    duration_ms: int
    utterances: list[Spoken]


@dataclass(frozen=True)
class Source:
    """How one interview arrives: a row of transcript_sources.yaml with the voices filled in."""

    interview: str
    row: dict[str, Any]
    voices: dict[str, Voice]

    @property
    def kind(self) -> str:
        """File type: m4a, opus or wav."""
        return str(self.row["format"]["container"])

    @property
    def rate(self) -> int:
        """Samples per second of the file."""
        return WAV_RATE if self.kind == "wav" else int(self.row["format"]["rate"])

    @property
    def folder(self) -> Path:
        """The folder as the user has it, below ``audio/demo``."""
        return Path(self.row["folder"] or "")

    def amplitude(self, speaker: str) -> float:
        """How loud a speaker is, as a factor."""
        return float(10 ** (self.row.get("gain_db", {}).get(speaker, 0) / 20))


def sources(study: Path = STUDY) -> list[Source]:
    """Read the shapes of the audio interviews."""
    plan = yaml.safe_load((study / "transcript_sources.yaml").read_text(encoding="utf-8"))
    named = {key: Voice(row["variant"], row["speed"], row["pitch"]) for key, row in plan["voices"].items()}
    return [
        Source(key, row, {speaker: named[voice] for speaker, voice in row["voices"].items()})
        for key, row in ((interview, plan["audio"][interview]) for interview in AUDIO_INTERVIEWS)
    ]


def make(source: Source, target: Path, study: Path = STUDY) -> Iterator[Recording]:
    """Speak and write the files of one interview."""
    dice = random.Random(f"{SEED} {source.interview}")  # noqa: S311 (seeded on purpose)
    turns = transcript(source.interview, study)
    (target / source.folder).mkdir(parents=True, exist_ok=True)
    whole = source.row["clock"] == "shared"
    shared = _laid_out(source, turns, dice) if whole else []
    tail = dice.uniform(*MESSAGE_PAUSE_S)
    for row in source.row["files"]:
        wanted = set(row["utterances"])
        parts = shared or _laid_out(source, [turn for turn in turns if turn.number in wanted], dice)
        path = source.folder / row["name"]
        sound = _mixed(source, parts, wanted, tail)
        encode(target / path, sound, source.rate, source.kind, BIT_RATES.get((source.kind, source.rate), 0))
        spoken = [said for said, _ in parts if said.i in wanted]
        yield Recording(source.interview, path.as_posix(), round(1000 * len(sound) / source.rate), spoken)
    if "chat_file" in source.row:
        chat = "".join(f"{line}\n" for line in _chat(source.row))
        (target / source.folder / source.row["chat_file"]).write_text(chat, encoding="utf-8")


def _laid_out(source: Source, turns: list[Utterance], dice: random.Random) -> list[tuple[Spoken, Samples]]:
    """Speak the turns one after another with pauses between them."""
    pauses = source.row.get("pause_s", MESSAGE_PAUSE_S)
    position = dice.uniform(*pauses)
    parts = []
    for turn in turns:
        clip = resampled(speak(turn.text, source.voices[turn.speaker]), ESPEAK_RATE, source.rate)
        end = position + len(clip) / source.rate
        said = Spoken(turn.number, turn.speaker, round(1000 * position), round(1000 * end), turn.text)
        parts.append((said, clip * np.float32(source.amplitude(turn.speaker))))
        position = end + dice.uniform(*pauses)
    return parts


def _mixed(source: Source, parts: list[tuple[Spoken, Samples]], wanted: set[int], tail: float) -> Samples:
    """Put the wanted parts on one track that lasts to the end of the meeting; add the room's noise."""
    last = max(said.end_ms for said, _ in parts) / 1000
    sound = np.zeros(round((last + tail) * source.rate), np.float32)
    for said, clip in parts:
        if said.i in wanted:
            start = round(said.start_ms / 1000 * source.rate)
            sound[start : start + len(clip)] += clip
    if "noise_db" in source.row:
        noise = coloured(np.random.default_rng(SEED), len(sound), ROOM_NOISE_SLOPE)
        sound += noise * np.float32(10 ** (source.row["noise_db"] / 20))
    return sound


def _chat(row: dict[str, Any]) -> Iterator[str]:
    """Lines of the WhatsApp chat export: date, time, sender, attached file."""
    line = re.sub(r"\{date:([^}]*)\}", r"\1", row["chat_line"])
    for file in row["files"]:
        yield line.format(sent=file["sent"], sender=row["senders"][file["speaker"]], name=file["name"])


def main() -> None:
    """Make all recordings and the ground truth."""
    parser = argparse.ArgumentParser(description="Make the demo's recordings (needs espeak-ng).")
    parser.add_argument("target", type=Path, help="folder of the recordings, audio/demo")
    target: Path = parser.parse_args().target
    made = [recording for source in sources() for recording in make(source, target)]
    truth = json.dumps({"recordings": [asdict(recording) for recording in made]}, ensure_ascii=False, indent=1)
    (target / "utterances.json").write_text(truth + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
