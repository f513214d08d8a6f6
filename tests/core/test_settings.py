"""A wrong setting is told by its name, in whatever language is left, and nothing is made."""

from pathlib import Path

import pytest

from fieldwork.cli import main
from fieldwork.core.settings import SettingWrong, load_settings


@pytest.mark.parametrize(("name", "value"), [("LANGUAGE", "de"), ("LEASE_SECONDS", "abc"), ("POLL_SECONDS", "0")])
def test_a_wrong_setting_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"FIELDWORK_{name}", value)
    with pytest.raises(SettingWrong) as wrong:
        load_settings()
    assert wrong.value.values == {"setting": f"FIELDWORK_{name}"}


def test_a_mistyped_data_folder_is_refused_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIELDWORK_LANGUAGE", "en")
    monkeypatch.setenv("FIELDWORK_DATA", "")
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(tmp_path / "nowhere"), "study", "list"])
    assert ended.value.code == 1
    assert (
        f"The database in {tmp_path / 'nowhere'} is not up to date. Run: fieldwork upgrade" in capsys.readouterr().err
    )
    assert list(tmp_path.iterdir()) == []
