"""The demo study's texts (``demo/study/*.yaml``) and the files that its interviews arrived in.

The yaml holds what was said; from it this module writes the Zoom VTT, DOCX and plain text files that a team would have
on its disk, so that the demo imports them as a user would. The audio lies ready in ``audio/demo``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from fieldwork.core.schema import shipped

SLUG = "creative-class"
"""What commands call the demo study."""

WORDS_PER_SECOND = 2.2  # unhurried interview speech
CUE_WORDS = 22  # Zoom starts a new cue about every ten seconds


@dataclass(frozen=True)
class Said:
    """One utterance of the script: its number, who spoke, the guide question it opens (if any), the words."""

    number: int
    speaker: str
    question: int | None
    text: str


@cache
def document(name: str) -> Any:
    """One of the demo's yaml documents, parsed: ``document("experts")``, ``document("transcripts/E01")``."""
    return read_yaml(files("fieldwork.demo").joinpath("study", f"{name}.yaml"))


def read_yaml(path: Traversable | Path) -> Any:
    """A YAML file of the project's own, parsed."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def script(expert: str) -> list[Said]:
    """What was said in an expert's interview, in order."""
    return [Said(line["i"], line["speaker"], line.get("q"), line["text"]) for line in document(f"transcripts/{expert}")]


def expert_codes() -> list[str]:
    """E01 to E14."""
    return sorted(document("experts")["experts"])


def audio_sources() -> Mapping[str, Any]:
    """Expert -> how the interview's audio arrived."""
    sources: Mapping[str, Any] = document("transcript_sources")["audio"]
    return sources


def text_sources() -> Mapping[str, Any]:
    """Expert -> how the interview's finished transcript arrived."""
    sources: Mapping[str, Any] = document("transcript_sources")["text"]
    return sources


def audio_path(expert: str) -> Path:
    """The folder or file that holds an interview's recordings."""
    source = audio_sources()[expert]
    root = shipped("audio/demo")
    return root / str(source["folder"] or source["files"][0]["name"])


def write_transcript(expert: str, folder: Path) -> Path:
    """Write the file in which an interview's transcript arrived into ``folder``; returns its path."""
    source = text_sources()[expert]
    path = folder / str(source["file"])
    {"zoom_vtt": _write_vtt, "docx": _write_docx, "plain": _write_plain}[source["kind"]](expert, source, path)
    return path


def _write_vtt(expert: str, source: Mapping[str, Any], path: Path) -> None:
    blocks = ["WEBVTT"]
    for number, (label, start, end, words) in enumerate(_cues(expert, source), start=1):
        blocks.append(f"{number}\n{_stamp(start)} --> {_stamp(end)}\n{label}: {words}")
    path.write_text("\n\n".join(blocks) + "\n", encoding=source["encoding"])


def _cues(expert: str, source: Mapping[str, Any]) -> Iterator[tuple[str, float, float, str]]:
    """Label, start and end (s), words: utterances cut into cues, paced so that the whole lasts as the interview did."""
    spoken = script(expert)
    words_in_all = sum(len(said.text.split()) for said in spoken)
    minutes = document("experts")["experts"][expert]["interview"]["minutes"]
    pause = max(0.5, (minutes * 60 - words_in_all / WORDS_PER_SECOND) / len(spoken))
    clock = 4.0
    for said in spoken:
        words = said.text.split()
        for first in range(0, len(words), CUE_WORDS):
            piece = words[first : first + CUE_WORDS]
            end = clock + len(piece) / WORDS_PER_SECOND
            yield source["labels"][said.speaker], clock, end, " ".join(piece)
            clock = end + 0.2
        clock += pause


def _stamp(seconds: float) -> str:
    """Seconds as WebVTT writes them: 01:02:03.456."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{thousandths:03d}"


def _write_docx(expert: str, source: Mapping[str, Any], path: Path) -> None:
    import docx  # noqa: PLC0415 - six megabytes that the web process, which only asks for the demo, can do without

    paper = docx.Document()
    for said in script(expert):
        paragraph = paper.add_paragraph()
        label = source["labels"][said.speaker]
        paragraph.add_run(f"{label}: ").bold = source["label_bold"]
        paragraph.add_run(said.text)
    paper.save(str(path))


def _write_plain(expert: str, source: Mapping[str, Any], path: Path) -> None:
    lines = [source["line"].format(label=source["labels"][said.speaker], text=said.text) for said in script(expert)]
    newline = {"lf": "\n", "crlf": "\r\n"}[source["newline"]]
    path.write_text(newline.join(lines) + newline, encoding=source["encoding"], newline="")
