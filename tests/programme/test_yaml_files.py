from pathlib import Path

import pytest

from fieldwork.programme.yaml_files import FileUnreadable, KeyTwice, NotYaml, read_yaml


def test_reads_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("\ufefftext: {ru: да, kk: иә}\nlist: [1, 2]\n", encoding="utf-8")

    assert read_yaml(path) == {"text": {"ru": "да", "kk": "иә"}, "list": [1, 2]}


def test_a_key_given_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a:\n  ru: x\n  ru: y\n", encoding="utf-8")

    with pytest.raises(KeyTwice) as refused:
        read_yaml(path)

    assert refused.value.values == {"path": path, "key": "ru", "line": 3}


def test_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\nb: [1,\n", encoding="utf-8")

    with pytest.raises(NotYaml) as refused:
        read_yaml(path)

    assert refused.value.values == {"path": path, "line": 3}


def test_a_key_that_is_a_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("? [a, b]\n: 1\n", encoding="utf-8")

    with pytest.raises(NotYaml):
        read_yaml(path)


@pytest.mark.parametrize("content", [None, b"\xcf\xf0\xe8\xe2\xe5\xf2"])
def test_a_file_that_is_absent_or_not_utf8_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.yaml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(FileUnreadable):
        read_yaml(path)


def test_no_python_objects_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: !!python/object/apply:os.getcwd []\n", encoding="utf-8")

    with pytest.raises(NotYaml):
        read_yaml(path)
