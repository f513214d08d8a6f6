import array
import json
import math
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fieldwork.core.schema import shipped
from fieldwork.programme.models import Study

CHAT = shipped("audio/demo") / "Чат WhatsApp с контактом Мадина Свет"
Run = Callable[..., Any]


def test_a_zoom_folder_is_imported_listed_and_refused_the_second_time(study: Study, run: Run) -> None:
    folder = next(path for path in shipped("audio/demo").iterdir() if path.name.startswith("2025-03-25"))
    done = run("recordings", "import", study.slug, "E02", folder)
    assert (done.code, done.out.splitlines()[2:]) == (
        0,
        [
            "E02   1       track  expert       0:00:00  0:01:28  mp4        aac    -",
            "E02   2       track  interviewer  0:00:00  0:01:28  mp4        aac    -",
        ],
    )
    listed = json.loads(run("recordings", "list", study.slug, "--json").out)
    assert [(row["code"], row["kind"], row["speaker"]) for row in listed] == [
        ("E02", "track", "expert"),
        ("E02", "track", "interviewer"),
    ]
    assert "Ruslan" not in json.dumps(listed)
    again = run("recordings", "import", study.slug, "E02", folder)
    assert (again.code, again.out) == (1, "")
    assert "it belongs to the interview with E02" in again.err


def test_an_unknown_expert_is_refused(study: Study, run: Run) -> None:
    refused = run("recordings", "import", study.slug, "E77", CHAT / "PTT-20250409-WA0001.opus")
    assert (refused.code, refused.out) == (1, "")
    assert "E77" in refused.err


def zipped(path: Path, *folders: Path) -> Path:
    """A ZIP of what lies in folders."""
    with zipfile.ZipFile(path, "w") as file:
        for folder in folders:
            for one in sorted(folder.rglob("*")):
                file.write(one, one.relative_to(folder))
    return path


def test_a_meeting_and_an_exported_chat_find_their_interviews(study: Study, run: Run, tmp_path: Path) -> None:
    folder = next(path for path in shipped("audio/demo").iterdir() if path.name.startswith("2025-03-25"))
    chat = zipped(tmp_path / f"{CHAT.name}.zip", CHAT)
    told = run("recordings", "import", study.slug, folder, chat)

    assert (told.code, told.out) == (1, "")
    lines = told.err.splitlines()
    assert [line.partition("): ")[2].split(",")[0] for line in lines if "points" in line] == ["E02", "E08"]
    assert all(line.endswith(", sure") for line in lines if "points" in line)
    assert "Add --yes to import what is sure" in lines[-1]
    assert run("recordings", "list", study.slug, "--json").out.strip() == "[]"
    done = run("recordings", "import", study.slug, folder, chat, "--yes", "--json")
    assert done.code == 0
    kinds = [(row["code"], row["kind"], row["speaker"]) for row in json.loads(done.out)]
    assert kinds[:2] == [("E02", "track", "expert"), ("E02", "track", "interviewer")]
    assert {row[:2] for row in kinds[2:]} == {("E08", "message")}
    assert {row[2] for row in kinds[2:]} == {"expert", "interviewer"}


def test_what_is_not_sure_asks_for_its_interview(study: Study, run: Run, tmp_path: Path) -> None:
    voice = tmp_path / "запись.opus"
    voice.write_bytes((CHAT / "PTT-20250409-WA0001.opus").read_bytes())
    told = run("recordings", "import", study.slug, voice, "--yes")

    assert (told.code, told.out) == (1, "")
    assert "no interview fits" in told.err
    assert "--interview CODE" in told.err.splitlines()[-1]
    done = run("recordings", "import", study.slug, voice, "--interview", "E08", "--json")
    assert [row["code"] for row in json.loads(done.out)] == ["E08"]


def test_whose_voice_is_whose_can_be_said(study: Study, run: Run, tmp_path: Path) -> None:
    chat = tmp_path / "_chat.txt"
    chat.write_text("[09.04.2025, 18:02:11] Аня: <attached: 1-AUDIO-2025-04-09-18-02-11.opus>\n", encoding="utf-8")
    voice = tmp_path / "1-AUDIO-2025-04-09-18-02-11.opus"
    voice.write_bytes((CHAT / "PTT-20250409-WA0001.opus").read_bytes())

    assert "whose voice: Аня" in run("recordings", "import", study.slug, tmp_path, "--yes").err
    wrong = run("recordings", "import", study.slug, tmp_path, "--voice", "Аня=somebody")
    assert (wrong.code, wrong.out) == (2, "")
    done = run("recordings", "import", study.slug, tmp_path, "--yes", "--voice", "Аня=expert", "--json")
    assert [(row["code"], row["speaker"]) for row in json.loads(done.out)] == [("E08", "expert")]


def test_what_zoom_has_not_finished_says_how_to_convert_it(study: Study, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "2025-03-25 15.00.14 Встреча"
    folder.mkdir()
    (folder / "double_click_to_convert_01.zoom").write_bytes(b"Zoom")
    refused = run("recordings", "import", study.slug, folder)

    assert (refused.code, refused.out) == (1, "")
    assert "«double_click_to_convert» with a double click" in refused.err


def test_what_a_recording_sounds_like_is_told_when_it_is_imported_and_listed(
    study: Study, run: Run, tmp_path: Path
) -> None:
    quiet = tmp_path / "quiet.wav"
    with wave.open(str(quiet), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        tone = [round(400 * math.sin(2 * math.pi * 300 * n / 16_000)) for n in range(32_000)]  # -41.3 dBFS
        file.writeframes(array.array("h", tone + [0] * 16_000).tobytes())
    done = run("recordings", "import", study.slug, "E02", quiet)
    assert done.code == 0
    assert done.out.splitlines()[-1].endswith("  quiet")
    assert done.err.splitlines()[-1].startswith("quiet.wav: Quiet: speech at −41 dBFS.")
    (listed,) = json.loads(run("recordings", "list", study.slug, "--json").out)
    assert (listed["heed"], listed["speech_dbfs"], listed["silent_share"]) == (["quiet"], -41.28, 0.3333)
