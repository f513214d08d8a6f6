"""Whisper's table of tokens, which openai-whisper brings, written as ``tokenizer.json`` of the library tokenizers.

Both are byte-level BPE. OpenAI's file gives ranks: the rank of a token is also the turn at which its two parts merge.
"""

import itertools
from typing import Any

from whisper.tokenizer import Tokenizer

_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]


def tokenizer_file(tokenizer: Tokenizer) -> dict[str, Any]:
    """The content of ``tokenizer.json``: the same tokens under the same numbers, specials included."""
    ranks = tokenizer.encoding._mergeable_ranks  # noqa: SLF001 - tiktoken tells its ranks nowhere else
    special = sorted((number, text) for text, number in tokenizer.special_tokens.items())
    letters = _letters()
    written = {token: "".join(letters[byte] for byte in token) for token in ranks}
    merges = [
        f"{written[left]} {written[right]}"
        for token in sorted(ranks, key=lambda one: ranks[one])
        if len(token) > 1 and (parts := _parts(token, ranks)) is not None
        for left, right in [parts]
    ]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(number, text) for number, text in special],
        "normalizer": None,
        "pre_tokenizer": level,
        "post_processor": None,
        "decoder": level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {written[token]: number for token, number in ranks.items()},
            "merges": merges,
        },
    }


def token_names(file: dict[str, Any], count: int) -> list[str]:
    """The name of each of the model's ``count`` tokens, by number."""
    names = {number: name for name, number in file["model"]["vocab"].items()}
    names |= {one["id"]: one["content"] for one in file["added_tokens"]}
    return [names.get(number, f"<|unused{number}|>") for number in range(count)]


def _letters() -> list[str]:
    """The letter that stands for each byte: itself where it can be seen, else one from U+0100 on (as GPT-2 has it)."""
    shown = dict.fromkeys(_PRINTABLE)
    hidden = iter(range(0x100, 0x200))
    return [chr(byte) if byte in shown else chr(next(hidden)) for byte in range(0x100)]


def _parts(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes] | None:
    """The two parts that make the token: what merging by lower ranks leaves of its bytes."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:  # noqa: PLR2004 - two parts
        turns = [ranks.get(left + right, ranks[token]) for left, right in itertools.pairwise(parts)]
        at = min(range(len(turns)), key=turns.__getitem__)
        if turns[at] >= ranks[token]:
            return None
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts[0], parts[1]


def _added(number: int, text: str) -> dict[str, Any]:
    plain = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": text, **plain, "special": True}
