import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from fieldwork.core.vault import (
    KeyDestroyed,
    KeyFileMissing,
    KeyFileWrong,
    SealBroken,
    Vault,
    expert_subject,
    study_subject,
)

NOW = datetime(2025, 4, 28, tzinfo=UTC)
ROW, OTHER_ROW = UUID(int=1), UUID(int=2)
EXPERT, OTHER = expert_subject(UUID(int=7)), expert_subject(UUID(int=8))
FIELD, OTHER_FIELD = "segment.sealed_text", "mention.sealed_original"
TEXT = "Меня зовут Әсел, я из Алматы"


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "keys" / "keystore.sqlite", tmp_path / "keys" / "keystore.key"


@pytest.fixture
def vault(paths: tuple[Path, Path]) -> Vault:
    return Vault.open(*paths)


def test_what_is_sealed_opens_again_also_in_another_process(vault: Vault, paths: tuple[Path, Path]) -> None:
    sealed = vault.seal_text(EXPERT, FIELD, ROW, TEXT)
    assert vault.unseal_text(EXPERT, FIELD, ROW, sealed) == TEXT
    assert Vault.open(*paths).unseal_text(EXPERT, FIELD, ROW, sealed) == TEXT


def test_the_same_text_never_looks_the_same(vault: Vault) -> None:
    sealed = {vault.seal_text(EXPERT, FIELD, ROW, TEXT) for _ in range(100)}
    assert len(sealed) == 100
    assert not any(TEXT.encode() in value for value in sealed)


@pytest.mark.parametrize(
    ("subject", "field", "row"), [(OTHER, FIELD, ROW), (EXPERT, OTHER_FIELD, ROW), (EXPERT, FIELD, OTHER_ROW)]
)
def test_a_moved_value_does_not_open(vault: Vault, subject: str, field: str, row: UUID) -> None:
    vault.seal_text(OTHER, FIELD, ROW, "so that both have keys")
    sealed = vault.seal_text(EXPERT, FIELD, ROW, TEXT)
    with pytest.raises(SealBroken):
        vault.unseal(subject, field, row, sealed)


def test_no_altered_value_opens(vault: Vault) -> None:
    sealed = vault.seal_text(EXPERT, FIELD, ROW, TEXT)
    altered = [bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]]) for place in range(len(sealed))]
    altered += [sealed[:length] for length in range(len(sealed))]
    for value in altered:
        with pytest.raises(SealBroken):
            vault.unseal(EXPERT, FIELD, ROW, value)


def test_an_unknown_subject_gets_no_key_by_asking(vault: Vault) -> None:
    sealed = vault.seal_text(EXPERT, FIELD, ROW, TEXT)
    for _ in range(2):
        with pytest.raises(SealBroken):
            vault.unseal(OTHER, FIELD, ROW, sealed)
    with pytest.raises(SealBroken):
        vault.blob_key(OTHER, ROW)


def test_without_its_key_file_a_keystore_does_not_open(vault: Vault, paths: tuple[Path, Path]) -> None:
    vault.close()
    paths[1].unlink()
    with pytest.raises(KeyFileMissing) as refused:
        Vault.open(*paths)
    assert str(paths[1]) in str(refused.value)
    assert not paths[1].exists()


@pytest.mark.parametrize("content", [b"", b"not base64!", b"c2hvcnQ=", b"A" * 43 + b"=\n"])
def test_with_another_key_file_a_keystore_does_not_open(vault: Vault, paths: tuple[Path, Path], content: bytes) -> None:
    vault.close()
    paths[1].write_bytes(content)
    with pytest.raises(KeyFileWrong):
        Vault.open(*paths)


def test_keys_and_keystore_are_for_their_owner_only(vault: Vault, paths: tuple[Path, Path]) -> None:
    vault.destroy(EXPERT, NOW)
    ledger = paths[0].with_suffix(".erasures")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (*paths, ledger)] == [0o600] * 3
    assert stat.S_IMODE(paths[0].parent.stat().st_mode) == 0o700


def test_keys_rest_wrapped(vault: Vault, paths: tuple[Path, Path]) -> None:
    first = vault.blob_key(EXPERT, ROW, make=True)
    vault.close()
    content = paths[0].read_bytes()
    assert first not in content
    assert vault_key(paths[0], EXPERT) is not None


def vault_key(keystore: Path, subject: str) -> bytes | None:
    connection = sqlite3.connect(keystore)
    try:
        row = connection.execute("SELECT wrapped FROM wrapped_key WHERE subject = ?", (subject,)).fetchone()
    finally:
        connection.close()
    return row[0] if row else None


def test_destroying_a_key_is_the_erasure(vault: Vault, paths: tuple[Path, Path]) -> None:
    sealed = vault.seal_text(EXPERT, FIELD, ROW, TEXT)
    kept = vault.seal_text(OTHER, FIELD, ROW, TEXT)
    wrapped = vault_key(paths[0], EXPERT)
    assert wrapped is not None
    vault.destroy(EXPERT, NOW)
    with pytest.raises(KeyDestroyed):
        vault.unseal(EXPERT, FIELD, ROW, sealed)
    with pytest.raises(KeyDestroyed):
        vault.seal_text(EXPERT, FIELD, ROW, TEXT)
    with pytest.raises(KeyDestroyed):
        vault.blob_key(EXPERT, ROW, make=True)
    assert vault.is_destroyed(EXPERT)
    assert vault.unseal_text(OTHER, FIELD, ROW, kept) == TEXT
    files = sorted(paths[0].parent.glob("keystore.sqlite*"))
    assert [file.name for file in files if wrapped in file.read_bytes()] == []


def test_another_process_that_has_used_the_key_forgets_it_too(vault: Vault, paths: tuple[Path, Path]) -> None:
    other = Vault.open(*paths)
    sealed = other.seal_text(EXPERT, FIELD, ROW, TEXT)
    assert other.unseal_text(EXPERT, FIELD, ROW, sealed) == TEXT
    vault.destroy(EXPERT, NOW)
    with pytest.raises(KeyDestroyed):
        other.unseal(EXPERT, FIELD, ROW, sealed)


def test_a_restored_keystore_brings_nobody_back(vault: Vault, paths: tuple[Path, Path], tmp_path: Path) -> None:
    sealed = vault.seal_text(EXPERT, FIELD, ROW, TEXT)
    kept = vault.seal_text(OTHER, FIELD, ROW, TEXT)
    backup = sqlite3.connect(tmp_path / "backup.sqlite")
    source = sqlite3.connect(paths[0])
    source.backup(backup)
    backup.close()
    source.close()
    vault.destroy(EXPERT, NOW)
    vault.close()
    for rest in paths[0].parent.glob("keystore.sqlite-*"):
        rest.unlink()
    (tmp_path / "backup.sqlite").replace(paths[0])
    assert vault_key(paths[0], EXPERT) is not None

    restored = Vault.open(*paths)

    with pytest.raises(KeyDestroyed):
        restored.unseal(EXPERT, FIELD, ROW, sealed)
    assert restored.unseal_text(OTHER, FIELD, ROW, kept) == TEXT
    assert vault_key(paths[0], EXPERT) is None


def test_two_processes_that_start_at_once_share_one_key_file(paths: tuple[Path, Path]) -> None:
    first, second = Vault.open(*paths), Vault.open(*paths)
    sealed = first.seal_text(EXPERT, FIELD, ROW, TEXT)
    assert second.unseal_text(EXPERT, FIELD, ROW, sealed) == TEXT
    assert sorted(path.name for path in paths[1].parent.glob("*.key*")) == ["keystore.key"]


def test_subjects_are_named_by_kind_and_id() -> None:
    assert (expert_subject(ROW), study_subject(ROW)) == (f"expert:{ROW}", f"study:{ROW}")
