import hashlib
import io
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldwork.core.chunked import BlobBroken
from fieldwork.core.errors import NotFound
from fieldwork.core.files import BlobStore, private_folder, sweep_private_folders
from fieldwork.core.vault import Vault

EXPERT = "expert:7"
CONTENT = "Интервью, с первой минуты".encode() * 5000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BlobStore]:
    vault = Vault.open(tmp_path / "keystore.sqlite", tmp_path / "keystore.key")
    yield BlobStore(tmp_path / "blobs", vault)
    vault.close()


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_blob_comes_back_with_its_length_and_sum(store: BlobStore) -> None:
    stored = store.store(EXPERT, io.BytesIO(CONTENT))
    assert (stored.size, stored.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    with store.open(EXPERT, stored.blob_id) as blob:
        assert blob.read() == CONTENT
        blob.seek(1000)
        assert blob.read(50) == CONTENT[1000:1050]


def test_an_empty_blob_is_a_blob(store: BlobStore) -> None:
    stored = store.store(EXPERT, io.BytesIO(b""))
    with store.open(EXPERT, stored.blob_id) as blob:
        assert (stored.size, blob.read()) == (0, b"")


def test_nothing_rests_in_clear_and_only_its_owner_reads_it(store: BlobStore, tmp_path: Path) -> None:
    store.store(EXPERT, io.BytesIO(CONTENT))
    (path,) = everything(tmp_path / "blobs")
    assert CONTENT[:50] not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_blob_of_somebody_else_does_not_open(store: BlobStore) -> None:
    stored = store.store(EXPERT, io.BytesIO(CONTENT))
    store.store("expert:8", io.BytesIO(b"so that both have keys"))
    with pytest.raises(BlobBroken):
        store.open("expert:8", stored.blob_id)


def test_a_blob_that_is_not_there_is_named(store: BlobStore) -> None:
    blob_id = store.store(EXPERT, io.BytesIO(CONTENT)).blob_id
    store.delete(blob_id)
    store.delete(blob_id)  # twice is no error
    with pytest.raises(NotFound, match=str(blob_id)):
        store.open(EXPERT, blob_id)


def test_a_source_that_breaks_off_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        store.store(EXPERT, Torn(bytes(3 << 20)))
    assert everything(tmp_path / "blobs") == []


FULL = """
import io, sys
from pathlib import Path
from fieldwork.core.files import BlobStore, DiskFull
from fieldwork.core.vault import Vault
root = Path(sys.argv[1])
vault = Vault.open(root / "keystore.sqlite", root / "keystore.key")
blobs = BlobStore(root / "small" / "blobs", vault)
kept = blobs.store("expert:7", io.BytesIO(bytes(100_000)))
try:
    blobs.store("expert:7", io.BytesIO(bytes(4_000_000)))
except DiskFull as refused:
    print(refused)
vault.close()
print(sorted(path.name for path in (root / "small").rglob("*") if path.is_file()) == [kept.blob_id.hex])
"""


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    script = 'mount -t tmpfs -o size=1m small "$1/small" && exec "$2" -c "$3" "$1"'
    ran = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script, "sh", str(tmp_path), sys.executable, FULL],
        capture_output=True,
        text=True,
        check=True,
    )
    folder = tmp_path / "small" / "blobs"
    said = f"The disk is full: free some space in {folder} and try again. Nothing was kept half-written."
    assert ran.stdout.splitlines() == [said, "True"]


def test_a_lent_copy_is_plain_private_and_gone_afterwards(store: BlobStore) -> None:
    stored = store.store(EXPERT, io.BytesIO(CONTENT))
    with store.lent(EXPERT, stored.blob_id, ".m4a") as path:
        assert (path.read_bytes(), path.suffix) == (CONTENT, ".m4a")
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.parent.exists()


def test_a_lent_copy_is_gone_also_when_its_use_fails(store: BlobStore) -> None:
    stored = store.store(EXPERT, io.BytesIO(CONTENT))
    with pytest.raises(ZeroDivisionError), store.lent(EXPERT, stored.blob_id) as path:
        raise ZeroDivisionError
    assert not path.parent.exists()


KILLED = """
import os, signal
from fieldwork.core.files import private_folder
with private_folder() as folder:
    (folder / "plain").write_text("plain")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_had_lent_is_swept_and_nothing_else() -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False)
    left = Path(killed.stdout.strip())
    assert (killed.returncode, left.joinpath("plain").read_text()) == (-9, "plain")
    with private_folder() as in_use:
        sweep_private_folders()
        assert (left.exists(), in_use.exists()) == (False, True)
