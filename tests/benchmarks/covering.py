"""Coverage: whether a transcript with a missing utterance is ever called complete.

200 generated sounds (``coverage_sound``) go through the detector, the demo's model and the rules of doubt as in the
job. Then an engine that errs on purpose (``coverage_faults``) transcribes each of them again and again: it leaves
utterances out, invents them, runs in loops, at places that are known. What is recognised is kept in a folder with
``--keep``, so that a run can be broken off and taken up again. (A file called coverage.py would stand before the
package of that name, which numba imports.)
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import coverage_faults  # beside this file: the folder is run as a script
from coverage_sound import MILD_DB, Said, Sound, sounds, write_wav
from rapidfuzz.distance import Levenshtein

from fieldwork.core.schema import shipped
from fieldwork.transcription.doubt import Finding, Span, findings, is_doubt
from fieldwork.transcription.doubting import outside_of, said_of
from fieldwork.transcription.engines import Engine, Recognised, open_engine
from fieldwork.transcription.windows import Listened, Window, listen, read_samples
from fieldwork.transcription.word_times import Word

_FOUND = 0.5  # of an utterance's letters; with fewer of them in the text around, it is missing
_NEAR_MS = 600


@dataclass
class Told:
    """What became of the sounds of one family, transcribed in one way."""

    files: int = 0
    complete: int = 0
    wrong: int = 0  # files in which an utterance is missing, or invented
    missed: list[str] = field(default_factory=list)
    misheard: int = 0  # files called complete with a sentence in other words: text is there, so coverage sees nothing
    false: int = 0  # places told at which nothing is wrong
    kinds: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Take:
    """A sound, what the detector makes of it, and what was recognised in its windows."""

    sound: Sound
    listened: Listened
    pieces: tuple[Recognised, ...]


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and print; ends with 1 where a transcript with a missing utterance was called complete."""
    parser = argparse.ArgumentParser(prog="coverage", description=__doc__)
    parser.add_argument("--keep", type=Path, help="a folder for what was recognised, to go on from later")
    parser.add_argument("--model", default=str(shipped("audio/demo") / "whisper-demo.pt"))
    parser.add_argument("--only", help="sounds of this family alone")
    parser.add_argument("--verbose", action="store_true", help="name every place that is told for nothing")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        takes = list(_takes(folder, options.model, options.only))
    honest = {take.sound.name: _judged(take) for take in takes}
    _say_honest(takes, honest, verbose=options.verbose)
    missed = _say_faults(takes)
    missed += [name for name, told in honest.items() if told.missed]
    _say(
        f"reported complete with an utterance missing or invented: {len(missed)}, in {time.monotonic() - started:.0f} s"
    )
    if missed:
        _say(" ".join(missed))
        sys.exit(1)


def _takes(folder: Path, model: str, only: str | None) -> Iterator[Take]:
    """Every sound with what was recognised in it, from the folder where it is there already."""
    engine: Engine | None = None
    wav = folder / "sound.wav"
    for sound in sounds(only):
        write_wav(wav, sound.samples)
        listened = listen(wav, 6_000)
        kept = folder / f"{sound.name}.json"
        asked = [[window.start_ms, window.end_ms] for window in listened.windows]
        told = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {"windows": None}
        if told["windows"] != asked:
            engine = engine or open_engine("whisper", model)
            pieces = [asdict(piece) for window in listened.windows for piece in _recognised(engine, wav, window)]
            told = {"windows": asked, "pieces": pieces}
            kept.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        yield Take(sound, listened, tuple(_piece(one) for one in told["pieces"]))


def _recognised(engine: Engine, wav: Path, window: Window) -> Iterator[Recognised]:
    for piece in engine.transcribe(read_samples(wav, window.start_ms, window.end_ms), "ru"):
        yield coverage_faults.later(piece, window.start_ms)


def _piece(told: dict[str, Any]) -> Recognised:
    words = tuple(Word(*(word.values() if isinstance(word, dict) else word)) for word in told["words"])
    return Recognised(**told | {"cut": tuple(told["cut"]), "words": words})


def places(take: Take, pieces: Sequence[Recognised]) -> list[Finding]:
    """Everything that the platform tells of such a transcript, as the transcription's job writes it down."""
    speech = [Span(region.start_ms, region.end_ms) for window in take.listened.windows for region in window.speech]
    told = [*outside_of(take.listened), *findings(speech, [said_of(piece) for piece in pieces], "ru")]
    return [one for one in told if is_doubt(one.kind)]


def recalled(one: Said, pieces: Sequence[Recognised]) -> float:
    """The share of an utterance's letters that is in the text around it, in order."""
    near = [p for p in pieces if p.end_ms > one.start_ms - _NEAR_MS and p.start_ms < one.end_ms + _NEAR_MS]
    heard = _letters(" ".join(piece.text for piece in near))
    said = _letters(one.text)
    same = sum(
        step.src_end - step.src_start
        for step in Levenshtein.opcodes(said, heard)
        if step.tag == "equal" and step.src_end - step.src_start >= min(3, len(said))
    )
    return same / len(said)


def replaced(one: Said, pieces: Sequence[Recognised]) -> bool:
    """Whether other words, about as many, stand where an utterance was."""
    over = [piece for piece in pieces if one.start_ms <= (piece.start_ms + piece.end_ms) // 2 <= one.end_ms]
    return 2 * len(_letters(" ".join(piece.text for piece in over))) >= len(_letters(one.text))


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower().replace("ё", "е") if letter.isalpha())


def _judged(take: Take, pieces: Sequence[Recognised] | None = None, faults: Sequence[Span] = ()) -> Told:
    """One transcript of one sound: complete or not, rightly or not."""
    pieces = take.pieces if pieces is None else pieces
    found = places(take, pieces)
    complete = not found and any(piece.text for piece in pieces)  # the job refuses where nothing was heard
    wanting = [one for one in take.sound.said if one.whole and recalled(one, pieces) < _FOUND]
    lost = [Span(one.start_ms, one.end_ms) for one in wanting if not replaced(one, pieces)]
    misheard = [Span(one.start_ms, one.end_ms) for one in wanting if replaced(one, pieces)]
    wrong = [*lost, *faults]
    cut = [Span(one.start_ms, one.end_ms) for one in take.sound.said if not one.whole]
    false = [one for one in found if not any(_near(one.span, other) for other in [*wrong, *misheard, *cut])]
    return Told(
        files=1,
        complete=int(complete),
        wrong=int(bool(wrong)),
        missed=[take.sound.name] if wrong and complete else [],
        misheard=int(complete and bool(misheard)),
        false=len(false),
        kinds=Counter(str(one.kind) for one in false),
    )


def _near(one: Span, other: Span) -> bool:
    return one.end_ms > other.start_ms - _NEAR_MS and one.start_ms < other.end_ms + _NEAR_MS


def _say_honest(takes: Sequence[Take], told: dict[str, Told], *, verbose: bool) -> None:
    """The demo's model as it is, by family."""
    _say(f"{len(takes)} sounds; calm ones are clean, or their noise is {MILD_DB} dB and more below the speech")
    groups: dict[str, Told] = {}
    for take in takes:
        one = told[take.sound.name]
        for group in (take.sound.family, "all calm" if take.sound.calm and not one.wrong else None, "all"):
            if group:
                _add(groups.setdefault(group, Told()), one)
        if verbose and one.false:
            for place in places(take, take.pieces):
                _say(
                    f"  {take.sound.name} {place.span.start_ms} {place.span.end_ms} {place.kind} {dict(place.reasons)}"
                )
    for name in sorted(groups, key=lambda group: group.startswith("all")):
        one = groups[name]
        kinds = ", ".join(f"{kind} {count}" for kind, count in one.kinds.most_common())
        _say(
            f"{name:10} {one.files:4} files, {one.complete:3} complete, {one.wrong:3} with an utterance lost, "
            f"of those called complete {len(one.missed):2}; complete with other words {one.misheard:2}; "
            f"told for nothing {one.false / one.files:.2f} a file" + (f" ({kinds})" if kinds else "")
        )


def _say_faults(takes: Sequence[Take]) -> list[str]:
    """The engines that err on purpose, by what they do; returns where they were believed."""
    missed = []
    for name, fault in coverage_faults.FAULTS.items():
        sum_of = Told()
        for number, take in enumerate(takes):
            if (done := fault(take.sound, take.listened, take.pieces, number)) is not None:
                _add(sum_of, _judged(take, *done))
        missed += [f"{name}:{one}" for one in sum_of.missed]
        caught = sum_of.files - len(sum_of.missed)
        _say(f"engine that {name:44} {sum_of.files:4} files, caught in {caught:4}, believed in {len(sum_of.missed)}")
    return missed


def _add(one: Told, other: Told) -> None:
    one.files += other.files
    one.complete += other.complete
    one.wrong += other.wrong
    one.missed += other.missed
    one.misheard += other.misheard
    one.false += other.false
    one.kinds += other.kinds


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
