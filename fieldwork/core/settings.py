"""Settings: every one an environment variable ``FIELDWORK_…``; README lists them, and a test holds the two together."""

import re
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_serializer, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fieldwork.core.errors import BadInput

Language = Literal["ru", "kk", "en"]
_NIGHT = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class SettingWrong(BadInput):
    """An environment variable holds what it cannot be."""

    message = "The setting {setting} has a value that cannot be used. The README says what it may be."


@dataclass(frozen=True)
class ZoomKeys:
    """What lets this installation in at Zoom, and tells Zoom's messages from others'. Secrets show as asterisks."""

    account: str
    client: str
    secret: SecretStr
    webhook_secret: SecretStr


class Settings(BaseSettings):
    """What an installation may choose. Paths are resolved against the working directory."""

    model_config = SettingsConfigDict(env_prefix="FIELDWORK_", extra="ignore")

    data: Path = Field(default=Path("fieldwork-data"), description="The one data folder.")
    database: str | None = Field(default=None, description="SQLAlchemy URL; SQLite in the data folder when unset.")
    keystore: Path | None = Field(default=None, description="Keystore file; in the data folder when unset.")
    key_file: Path | None = Field(default=None, description="The key-encryption key; beside the keystore when unset.")
    language: Language = Field(default="ru", description="Language of messages on the command line.")
    whisper_model: str | None = Field(default=None, description="Name or path of the Whisper model.")
    upload_limit: int = Field(default=4300, gt=0, description="The largest file that a browser may upload, MB.")
    lease_seconds: float = Field(default=60.0, gt=0, description="How long a job may go without a sign of life, s.")
    beat_seconds: float = Field(default=10.0, gt=0, description="How often a running job gives one, s.")
    poll_seconds: float = Field(default=1.0, gt=0, description="How often an idle worker looks for a job, s.")

    zoom_account: str | None = Field(default=None, description="Account ID of the Zoom app.")
    zoom_client: str | None = Field(default=None, description="Client ID of the Zoom app.")
    zoom_secret: SecretStr | None = Field(default=None, description="Client secret of the Zoom app.")
    zoom_webhook_secret: SecretStr | None = Field(default=None, description="Secret token of the Zoom app's events.")

    night: str | None = Field(
        default=None, description="Hours for transcriptions, in Almaty's time, such as 22:00-07:00; always when unset."
    )

    @field_validator("night")
    @classmethod
    def _hours(cls, told: str | None) -> str | None:
        if told is not None and not (_NIGHT.fullmatch(told) and len(set(told.split("-"))) == 2):  # noqa: PLR2004 - two ends
            raise ValueError("two different times of day, such as 22:00-07:00")
        return told

    @field_serializer("zoom_secret", "zoom_webhook_secret", when_used="json-unless-none")
    def _opened(self, secret: SecretStr) -> str:
        """Into the order that a job's process reads; everywhere else a secret shows as asterisks."""
        return secret.get_secret_value()

    @property
    def zoom(self) -> ZoomKeys | None:
        """What Zoom's cloud is asked with; None until all four settings are there."""
        secret, webhook_secret = self.zoom_secret, self.zoom_webhook_secret
        if not (self.zoom_account and self.zoom_client and secret and webhook_secret):
            return None
        return ZoomKeys(self.zoom_account, self.zoom_client, secret, webhook_secret)

    @property
    def night_hours(self) -> tuple[time, time] | None:
        """When heavy works may begin, and when no more, by the clocks of Almaty; None for always."""
        if self.night is None:
            return None
        begins, ends = (time.fromisoformat(one) for one in self.night.split("-"))
        return begins, ends

    @property
    def model(self) -> str | None:
        """The Whisper model to use: the environment's, else the one kept by ``fieldwork models use``."""
        if self.whisper_model:
            return self.whisper_model
        try:
            return self.model_file.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    @property
    def model_file(self) -> Path:
        """Where the choice of a model is kept, for every process of the installation."""
        return self.data / "whisper-model"

    @property
    def database_url(self) -> str:
        """The URL to connect to: the one set, else SQLite in the data folder."""
        return self.database or f"sqlite:///{(self.data / 'fieldwork.sqlite').resolve()}"

    @property
    def keystore_path(self) -> Path:
        """The keystore, a file of its own so that it has a backup of its own."""
        return self.keystore or self.data / "keystore.sqlite"

    @property
    def key_path(self) -> Path:
        """The key-encryption key."""
        return self.key_file or self.keystore_path.with_suffix(".key")

    @property
    def blobs_path(self) -> Path:
        """Where encrypted blobs lie."""
        return self.data / "blobs"


def load_settings() -> Settings:
    """The settings of the environment.

    Raises:
        SettingWrong: one of them cannot be used; tells which.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = sorted({f"FIELDWORK_{str(one['loc'][0]).upper()}" for one in error.errors()})
        raise SettingWrong(setting=", ".join(wrong)) from None
