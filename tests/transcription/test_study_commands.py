import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fieldwork.demo.material import script, write_transcript
from fieldwork.programme.models import Study

Run = Callable[..., Any]


def test_a_file_is_imported_shown_corrected_and_removed(study: Study, run: Run, tmp_path: Path) -> None:
    file = write_transcript("E12", tmp_path)
    count = len(script("E12"))
    assert run("transcripts", "import", study.slug, "E12", file) == (0, f"E12: {count} turns\n", "")
    assert run("transcripts", "import", study.slug, "E12", file).code == 1

    (row,) = json.loads(run("transcripts", "list", study.slug, "--json").out)
    assert (row["code"], row["state"], row["source"], row["segments"]) == ("E12", "raw", "docx", count)

    assert run("transcripts", "correct", study.slug, "E12", "2", "--text", "Иначе.", "--question", "3").code == 0
    shown = json.loads(run("transcripts", "show", study.slug, "E12", "--json").out)
    second = shown["turns"][1]
    assert (second["text"], second["question"], second["speaker"]) == ("Иначе.", 3, "expert")
    assert (shown["state"], shown["coverage"], shown["places"]) == ("raw", "not_compared", [])
    assert run("transcripts", "show", study.slug, "E12").out.splitlines()[1] == "   2 [q3] expert: Иначе."

    assert run("transcripts", "remove", study.slug, "E12", "--yes") == (0, "E12: removed\n", "")
    assert json.loads(run("transcripts", "list", study.slug, "--json").out) == []


def test_a_request_without_a_model_says_what_to_set(
    study: Study, run: Run, record_messages: Callable[[int], Any], babbler: Path
) -> None:
    record_messages(1)
    refused = run("transcripts", "request", study.slug)
    assert (refused.code, refused.out) == (1, "")
    assert "FIELDWORK_WHISPER_MODEL" in refused.err
    assert run("transcripts", "request", study.slug, "--model", babbler) == (0, "E08: queued\n", "")
    (job,) = json.loads(run("jobs", "list", "--json").out)
    assert (job["kind"], job["state"]) == ("transcription.transcribe", "queued")
    at_work = run("transcripts", "remove", study.slug, "E08", "--yes")
    assert at_work.code == 1
    assert "fieldwork jobs list" in at_work.err
