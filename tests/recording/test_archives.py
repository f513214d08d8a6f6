"""Archives of chats and meetings are read without being unpacked; whatever could do harm is refused by name."""

import io
import stat
import struct
import zipfile
from pathlib import PurePosixPath
from typing import Any

import pytest

from fieldwork.core.errors import BadInput
from fieldwork.recording import archives
from fieldwork.recording.archives import Archive, is_archive
from fieldwork.recording.shapes import Reason

RUSSIAN = """\ufeff09.04.2025, 17:58 - Сообщения и звонки защищены сквозным шифрованием.
09.04.2025, 18:02 - Мадина Свет: \u200ePTT-20250409-WA0002.opus (файл добавлен)
09.04.2025, 18:05 - Марина Полевая: PTT-20250409-WA0001.opus (файл добавлен)
09.04.2025, 18:06 - Марина Полевая: VID-20250409-WA0003.mp4 (файл добавлен)
"""
KAZAKH = """[09.04.2025 ж., 18:02:11] Мадина: \u200e<тіркелген: 00000002-AUDIO-2025-04-09-18-02-11.opus>
[09.04.2025 ж., 18:05:12] ~\u202fМарина: \u200e<тіркелген: 00000003-AUDIO-2025-04-09-18-05-12.opus>
"""


def packed(files: dict[str, bytes | str], **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def archive(files: dict[str, bytes | str], title: str = "Чат", limit: int = 10) -> Archive:
    return Archive(packed(files), title, limit)


def test_a_chat_from_android_tells_order_and_senders_and_only_its_sound_is_taken() -> None:
    names = ["PTT-20250409-WA0001.opus", "PTT-20250409-WA0002.opus", "VID-20250409-WA0003.mp4", "IMG-20250409-WA9.jpg"]
    found = archive({name: name.encode() for name in names} | {"Чат WhatsApp с контактом Мадина Свет.txt": RUSSIAN})

    assert [(item.path.name, item.label, item.order) for item in found.plan.items] == [
        ("PTT-20250409-WA0002.opus", "Мадина Свет", 1),
        ("PTT-20250409-WA0001.opus", "Марина Полевая", 2),
    ]
    with found.opened(PurePosixPath("Чат/PTT-20250409-WA0001.opus")) as sound:
        assert sound.read() == b"PTT-20250409-WA0001.opus"


def test_a_chat_from_an_iphone_in_kazakh() -> None:
    names = ["00000002-AUDIO-2025-04-09-18-02-11.opus", "00000003-AUDIO-2025-04-09-18-05-12.opus"]
    found = archive({"_chat.txt": KAZAKH} | dict.fromkeys(names, b"x")).plan

    assert [(item.path.name, item.label) for item in found.items] == [(names[0], "Мадина"), (names[1], "Марина")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp866"])
def test_a_zoom_folder_whose_names_do_not_say_how_they_are_written(encoding: str) -> None:
    folder = "2025-03-25 15.00.14 Встреча/"
    names = {"Audio Record/audioДанияр11825530417.m4a": "Данияр", "Audio Record/audioRuslan21825530417.m4a": "Ruslan"}
    raw = {f"{folder}{name}": f"{folder}{name}".encode(encoding) for name in [*names, "audio1825530417.m4a"]}
    file = packed({f"f{number}{'_' * (len(told) - 2)}": b"x" for number, told in enumerate(raw.values())})
    content = file.getvalue()
    for number, told in enumerate(raw.values()):
        content = content.replace(f"f{number}{'_' * (len(told) - 2)}".encode(), told)
    found = Archive(io.BytesIO(content), "Встреча", 10).plan

    assert sorted(str(item.label) for item in found.items) == sorted(names.values())
    assert [left.reason for left in found.left_out] == [Reason.SAME_AS_TRACKS]


def test_reading_back_and_forth_gives_the_same_bytes() -> None:
    content = bytes(range(256)) * 3000
    found = archive({"a.wav": content})
    with found.opened(PurePosixPath("Чат/a.wav")) as file:
        assert (file.seek(-10, 2), file.read()) == (len(content) - 10, content[-10:])
        assert (file.seek(5), file.read(7)) == (5, content[5:12])
        assert (file.seek(0), file.read()) == (0, content)


def link() -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        info = zipfile.ZipInfo("a.opus")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    return file


def twice() -> io.BytesIO:
    content = packed({"a.opus": b"1", "b.opus": b"2"}).getvalue()
    return io.BytesIO(content.replace(b"b.opus", b"a.opus"))


def locked() -> io.BytesIO:
    content = bytearray(packed({"a.opus": b"1"}).getvalue())
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return io.BytesIO(bytes(content))


def lying() -> io.BytesIO:
    """Announces 100 bytes and holds a million."""
    content = packed({"a.opus": bytes(1_000_000)}).getvalue()
    return io.BytesIO(content.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 100)))


def bzip2() -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as made:
        made.writestr("a.opus", bytes(1000))
    return file


def huge_list() -> io.BytesIO:
    """Says that its list of files has 500 MB."""
    content = bytearray(packed({"a.opus": b"1"}).getvalue())
    end = content.rindex(b"PK\x05\x06")
    list_at = struct.unpack_from("<I", content, end + 16)[0]
    padded = content[:end] + bytes(500_000_000 - (end - list_at)) + content[end:]
    struct.pack_into("<I", padded, len(padded) - 22 + 12, 500_000_000)
    return io.BytesIO(bytes(padded))


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (packed({"a.opus": bytes(11_000_000)}), archives.ArchiveTooLarge),
        (packed({f"{n}.opus": b"" for n in range(5_001)}), archives.ArchiveTooFull),
        (huge_list(), archives.ArchiveTooFull),
        (packed({"a.opus": b"1", "chat.zip": b"PK"}), archives.ArchiveInArchive),
        (packed({"a.opus": b"1", "../a.opus": b"2"}), archives.ArchiveNamesTwice),
        (link(), archives.ArchiveHoldsLink),
        (twice(), archives.ArchiveNamesTwice),
        (locked(), archives.ArchiveEncrypted),
        (bzip2(), archives.ArchiveUnreadable),
        (io.BytesIO(b"PK\x03\x04 and no more"), archives.ArchiveUnreadable),
        (io.BytesIO(packed({"a.opus": bytes(9000)}).getvalue()[:-30]), archives.ArchiveUnreadable),
        (packed({"photo.jpg": b"1", "notes.txt": "Ничего"}), archives.ArchiveWithoutSound),
        (packed({"_chat.txt": KAZAKH}), archives.ChatWithoutMedia),
        (packed({"2025-03-25 15.00.14 A/double_click_to_convert_01.zoom": b"1"}), archives.ZoomNotConverted),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_could_do_harm_or_holds_nothing_is_refused_by_name(file: io.BytesIO, refusal: type[BadInput]) -> None:
    assert is_archive(file)
    with pytest.raises(refusal):
        _ = Archive(file, "Чат", 10).plan


def test_a_file_that_is_more_or_less_than_it_announced_is_refused_while_it_is_read() -> None:
    found = Archive(lying(), "Чат", 10)
    with found.opened(PurePosixPath("Чат/a.opus")) as file, pytest.raises(archives.ArchiveUnreadable):
        file.read()
    damaged = bytearray(packed({"a.opus": bytes(range(256)) * 40}).getvalue())
    damaged[60] ^= 0xFF
    found = Archive(io.BytesIO(bytes(damaged)), "Чат", 10)
    with found.opened(PurePosixPath("Чат/a.opus")) as file, pytest.raises(archives.ArchiveUnreadable):
        file.read()


def test_names_that_lead_out_of_the_folder_are_labels_only() -> None:
    found = archive({"../../etc/a.opus": b"1", "/root/b.opus": b"2", "C:\\x\\c.opus": b"3"}, title="../Чат")

    assert {str(path) for path in found.files} == {".._Чат/etc/a.opus", ".._Чат/root/b.opus", ".._Чат/C:/x/c.opus"}
