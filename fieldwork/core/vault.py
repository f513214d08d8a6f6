"""The one door to keys.

A subject (an expert, a study) has one random key, wrapped by the key-encryption key and kept in a keystore file of its
own, so that the keystore has its own, short-lived backups. Fields are sealed with AES-256-GCM under a key derived per
field (HKDF-SHA256); subject, field and row go into the associated data, so that a sealed value cannot be moved. To
destroy a subject's key is to erase everything sealed under it; the erasure ledger, a plain file beside the keystore,
is replayed whenever the vault opens, so that a restored backup does not bring anyone back.
"""

import base64
import contextlib
import os
import secrets
import sqlite3
import tempfile
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fieldwork.core.errors import Refusal

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"
_CHECK = "keystore"

_TABLE = "CREATE TABLE IF NOT EXISTS wrapped_key (subject TEXT PRIMARY KEY, wrapped BLOB, destroyed_at TEXT)"


class KeyFileMissing(Refusal):
    """The keystore holds keys, but the key that opens them is not there."""

    message = (
        "The key file {path} is missing, so the keystore cannot be opened. "
        "Put the key file back, or name it with FIELDWORK_KEY_FILE."
    )


class KeyFileWrong(Refusal):
    """The key file does not fit the keystore."""

    message = "The key file {path} does not open this keystore. Use the key file that was made with it."


class KeyDestroyed(Refusal):
    """The subject was erased; what was sealed for it is gone for good."""

    message = "These data were erased: their key has been destroyed."


class SealBroken(Refusal):
    """A sealed value was altered or moved, or belongs to another row."""

    message = "A sealed value does not open: it was altered, or belongs elsewhere. Restore it from a backup."


def expert_subject(expert_id: UUID) -> str:
    """The vault's name for an expert."""
    return f"expert:{expert_id}"


def study_subject(study_id: UUID) -> str:
    """The vault's name for a study (third persons and organisations named in it)."""
    return f"study:{study_id}"


def parcel_subject(parcel_id: UUID) -> str:
    """The vault's name for what somebody has sent while nobody knows yet which expert it belongs to."""
    return f"parcel:{parcel_id}"


class Vault:
    """Seals and opens values; makes and destroys keys."""

    def __init__(self, keystore: sqlite3.Connection, wrapping: AESGCM, ledger: Path) -> None:
        self._keystore = keystore
        self._wrapping = wrapping
        self._ledger = ledger
        self._derived = lru_cache(maxsize=4096)(self._derive)
        self._seen = -1

    @classmethod
    def open(cls, keystore_path: Path, key_path: Path) -> "Vault":
        """Open the keystore, or make one with a new key file (mode 0600) when neither exists.

        Raises:
            KeyFileMissing: there is a keystore but no key file.
            KeyFileWrong: the key file belongs to another keystore.
        """
        keystore_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        keystore = sqlite3.connect(keystore_path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            keystore_path.chmod(0o600)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                keystore.execute(f"PRAGMA {pragma}").close()
            keystore.execute(_TABLE).close()
            _ensure_key_file(keystore, key_path)
            vault = cls(keystore, AESGCM(_read_key(key_path)), keystore_path.with_suffix(".erasures"))
            try:
                vault._make_key(_CHECK)
                vault._key(_CHECK)
            except SealBroken:
                raise KeyFileWrong(path=key_path) from None
            vault._replay()
        except BaseException:
            keystore.close()
            raise
        return vault

    def close(self) -> None:
        """Close the keystore."""
        self._keystore.close()

    def seal(self, subject: str, field: str, row_id: UUID, plain: bytes) -> bytes:
        """``plain`` sealed for that field of that row: version byte, 12-byte nonce, ciphertext with tag.

        Raises:
            KeyDestroyed: the subject was erased.
        """
        nonce = os.urandom(_NONCE_BYTES)
        self._make_key(subject)
        sealed = self._cipher(subject, field).encrypt(nonce, plain, _associated(subject, field, row_id))
        return _VERSION + nonce + sealed

    def unseal(self, subject: str, field: str, row_id: UUID, sealed: bytes) -> bytes:
        """What ``seal`` was given.

        Raises:
            KeyDestroyed: the subject was erased.
            SealBroken: altered, moved, or not ours.
        """
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _VERSION:
            raise SealBroken
        try:
            return self._cipher(subject, field).decrypt(nonce, body, _associated(subject, field, row_id))
        except (InvalidTag, ValueError):
            raise SealBroken from None

    def seal_text(self, subject: str, field: str, row_id: UUID, text: str) -> bytes:
        """``seal`` for text (UTF-8)."""
        return self.seal(subject, field, row_id, text.encode())

    def unseal_text(self, subject: str, field: str, row_id: UUID, sealed: bytes) -> str:
        """``unseal`` for text (UTF-8)."""
        return self.unseal(subject, field, row_id, sealed).decode()

    def blob_key(self, subject: str, blob_id: UUID, *, make: bool = False) -> bytes:
        """The 32-byte key of one blob; ``make`` the subject's key when it has none yet.

        Raises:
            KeyDestroyed: the subject was erased.
            SealBroken: the subject has no key.
        """
        if make:
            self._make_key(subject)
        return _expand(self._key(subject), f"blob|{blob_id}")

    def destroy(self, subject: str, now: datetime) -> None:
        """Destroy the subject's key for good and write it into the erasure ledger first."""
        with self._ledger.open("a", encoding="utf-8") as ledger:
            os.fchmod(ledger.fileno(), 0o600)
            ledger.write(f"{now.isoformat()} {subject}\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        self._forget(subject, now.isoformat())

    def is_destroyed(self, subject: str) -> bool:
        """Whether the subject was erased."""
        row = self._keystore.execute("SELECT destroyed_at FROM wrapped_key WHERE subject = ?", (subject,)).fetchone()
        return row is not None and row[0] is not None

    def _forget(self, subject: str, when: str) -> None:
        self._keystore.execute(
            "INSERT INTO wrapped_key (subject, wrapped, destroyed_at) VALUES (?, NULL, ?) "
            "ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at",
            (subject, when),
        ).close()
        self._keystore.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()  # the log holds the page as it was
        self._derived.cache_clear()

    def _replay(self) -> None:
        if not self._ledger.exists():
            return
        for line in self._ledger.read_text(encoding="utf-8").splitlines():
            when, _, subject = line.partition(" ")
            if subject and not self.is_destroyed(subject):
                self._forget(subject, when)

    def _cipher(self, subject: str, field: str) -> AESGCM:
        """The field's cipher, kept until another process writes to the keystore: it may have destroyed the key."""
        version = self._keystore.execute("PRAGMA data_version").fetchone()[0]
        if version != self._seen:
            self._derived.cache_clear()
            self._seen = version
        return self._derived(subject, field)

    def _derive(self, subject: str, field: str) -> AESGCM:
        return AESGCM(_expand(self._key(subject), f"field|{field}"))

    def _key(self, subject: str) -> bytes:
        row = self._keystore.execute(
            "SELECT wrapped, destroyed_at FROM wrapped_key WHERE subject = ?", (subject,)
        ).fetchone()
        if row is None:
            raise SealBroken
        wrapped, destroyed_at = row
        if destroyed_at is not None or wrapped is None:
            raise KeyDestroyed
        try:
            return self._wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], subject.encode())
        except InvalidTag:
            raise SealBroken from None

    def _make_key(self, subject: str) -> None:
        """Give the subject a key, unless it has one or had one: a destroyed key is never made again."""
        if self._keystore.execute("SELECT 1 FROM wrapped_key WHERE subject = ?", (subject,)).fetchone() is None:
            nonce = os.urandom(_NONCE_BYTES)
            wrapped = nonce + self._wrapping.encrypt(nonce, secrets.token_bytes(KEY_BYTES), subject.encode())
            self._keystore.execute("INSERT OR IGNORE INTO wrapped_key VALUES (?, ?, NULL)", (subject, wrapped)).close()


def _associated(subject: str, field: str, row_id: UUID) -> bytes:
    return f"v1|{subject}|{field}|{row_id}".encode()


def _expand(key: bytes, info: str) -> bytes:
    return HKDFExpand(hashes.SHA256(), KEY_BYTES, info.encode()).derive(key)


def _ensure_key_file(keystore: sqlite3.Connection, path: Path) -> None:
    """Make a key file for a keystore without keys; one with keys needs the file it was made with."""
    if path.exists():
        return
    if keystore.execute("SELECT 1 FROM wrapped_key LIMIT 1").fetchone() is not None:
        raise KeyFileMissing(path=path)
    _write_key(path)


def _write_key(path: Path) -> None:
    """A new key file, whole or not at all; the one of another process that was quicker stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, partial = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
    finally:
        Path(partial).unlink()


def _read_key(path: Path) -> bytes:
    try:
        key = base64.b64decode(path.read_bytes(), validate=False)
    except ValueError:
        raise KeyFileWrong(path=path) from None
    if len(key) != KEY_BYTES:
        raise KeyFileWrong(path=path)
    return key
