"""Reading YAML files strictly: UTF-8, one document, no key twice."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from fieldwork.core.errors import BadInput


class FileUnreadable(BadInput):
    """The file cannot be opened, or is not UTF-8 text."""

    message = "The file {path} cannot be read. Check that it exists and is saved as UTF-8 text."


class NotYaml(BadInput):
    """The file is not YAML."""

    message = "The file {path} is not valid YAML (line {line}). Correct that line and try again."


class KeyTwice(BadInput):
    """A mapping holds the same key twice, so that one of the values would be lost without a word."""

    message = "In {path} the key «{key}» stands twice in one place (line {line}). Remove or rename one of the two."


class _Strict(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys; a guide with two questions under one key must not pass."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue  # PyYAML refuses these itself
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise _Twice(str(key), key_node.start_mark.line + 1)
            seen.add(key)
        return super().construct_mapping(node, deep)


class _Twice(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


def read_yaml(path: Path) -> Any:
    """What the file holds.

    Raises:
        FileUnreadable: missing, a folder, or not UTF-8.
        NotYaml: broken YAML.
        KeyTwice: a key repeated in one mapping.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise FileUnreadable(path=path) from None
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path | str) -> Any:
    """What a YAML text holds; ``path`` is what messages call it.

    Raises:
        NotYaml: broken YAML.
        KeyTwice: a key repeated in one mapping.
    """
    try:
        return yaml.load(text, _Strict)  # noqa: S506 - a SafeLoader
    except _Twice as twice:
        raise KeyTwice(path=path, key=twice.key, line=twice.line) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYaml(path=path, line=mark.line + 1 if mark else 1) from None
