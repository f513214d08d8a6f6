import io
import random
from collections.abc import Callable, Iterator

import pytest
from cryptography.cobblestone import Cobblestone256Encryptor
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwork.core.chunked import CHUNK, HEAD, TAG, BlobBroken, ChunkedReader

KEY = bytes(range(32))
CONTEXT = b"v1|expert:7|blob"
SEALED = CHUNK + TAG
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 777]


def plain(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311 - any bytes will do


def encrypt(content: bytes, context: bytes = CONTEXT) -> bytes:
    encryptor = Cobblestone256Encryptor(KEY, context)
    return bytes(encryptor.update(content)) + bytes(encryptor.finalize())


def decrypt(sealed: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    with io.BufferedReader(ChunkedReader(key, context, io.BytesIO(sealed)), CHUNK) as reader:
        return reader.read()


@pytest.mark.parametrize("size", SIZES)
def test_it_reads_what_the_library_wrote(size: int) -> None:
    sealed = encrypt(plain(size))
    assert ChunkedReader(KEY, CONTEXT, io.BytesIO(sealed)).size == size
    assert decrypt(sealed) == plain(size)


@settings(max_examples=150, deadline=None)
@given(size=st.integers(0, 4 * CHUNK), start=st.integers(0, 5 * CHUNK), length=st.integers(0, 5 * CHUNK))
def test_any_range_is_that_range_of_the_original(size: int, start: int, length: int) -> None:
    content = plain(size)
    with io.BufferedReader(ChunkedReader(KEY, CONTEXT, io.BytesIO(encrypt(content))), CHUNK) as reader:
        reader.seek(start)
        assert reader.read(length) == content[start : start + length]
        assert reader.tell() == max(start, min(start + length, size))


def test_seeking_counts_from_start_place_and_end() -> None:
    content = plain(2 * CHUNK)
    reader = io.BufferedReader(ChunkedReader(KEY, CONTEXT, io.BytesIO(encrypt(content))), CHUNK)
    assert reader.seek(-5, io.SEEK_END) == 2 * CHUNK - 5
    assert reader.read() == content[-5:]
    reader.seek(CHUNK)
    assert reader.seek(-1, io.SEEK_CUR) == CHUNK - 1
    assert reader.read(2) == content[CHUNK - 1 : CHUNK + 1]


def cut(sealed: bytes) -> Iterator[bytes]:
    near = (-TAG - 1, -TAG, -1, 0, 1, TAG - 1, TAG, TAG + 1)
    borders = (HEAD + chunk * SEALED + offset for chunk in range(6) for offset in near)
    for length in {*range(0, len(sealed), 509), *borders}:
        if 0 <= length < len(sealed):
            yield sealed[:length]


def flipped(sealed: bytes) -> Iterator[bytes]:
    near = {HEAD + chunk * SEALED + offset for chunk in range(6) for offset in range(-TAG - 2, TAG + 2)}
    for place in {*range(HEAD), *near, *range(0, len(sealed), 211)}:
        if 0 <= place < len(sealed):
            yield sealed[:place] + bytes([sealed[place] ^ (1 << place % 8)]) + sealed[place + 1 :]


def shuffled(sealed: bytes) -> Iterator[bytes]:
    head, chunks = sealed[:HEAD], [sealed[HEAD + n * SEALED : HEAD + (n + 1) * SEALED] for n in range(5)]
    for order in ([1, 0, 2, 3, 4], [0, 1, 2, 4], [0, 1, 2, 3, 3, 4], [4], [0, 1, 2, 3], [], [0, 1, 2, 3, 4, 4]):
        yield head + b"".join(chunks[n] for n in order)


def spliced(sealed: bytes) -> Iterator[bytes]:
    other = encrypt(plain(4 * CHUNK + 777))
    yield other[:HEAD] + sealed[HEAD:]
    yield sealed[:-SEALED] + other[-SEALED:]
    yield sealed + b"\0"
    yield sealed + bytes(SEALED)


@pytest.mark.parametrize("tamper", [cut, flipped, shuffled, spliced])
def test_no_tampered_file_is_read_to_its_end(tamper: Callable[[bytes], Iterator[bytes]]) -> None:
    accepted = 0
    for altered in tamper(encrypt(plain(4 * CHUNK + 777))):
        try:
            decrypt(altered)
        except BlobBroken:
            continue
        accepted += 1
    assert accepted == 0


def test_another_key_or_another_place_does_not_open_it() -> None:
    sealed = encrypt(plain(100))
    for key, context in ((bytes(32), CONTEXT), (KEY, b"v1|expert:8|blob")):
        with pytest.raises(BlobBroken):
            decrypt(sealed, key, context)


def test_a_broken_chunk_leaves_the_others_readable() -> None:
    content = plain(3 * CHUNK)
    sealed = bytearray(encrypt(content))
    sealed[HEAD + SEALED] ^= 1
    reader = io.BufferedReader(ChunkedReader(KEY, CONTEXT, io.BytesIO(bytes(sealed))), CHUNK)
    with pytest.raises(BlobBroken):
        reader.read(CHUNK + 1)
    reader.seek(2 * CHUNK)
    assert reader.read(CHUNK) == content[2 * CHUNK :]
