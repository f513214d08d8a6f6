"""What the server's process is made of."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("torch", "whisper", "slovnet", "navec", "librosa", "numba", "resemblyzer", "reportlab", "av", "pydub")
ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import sys
from pathlib import Path
from fieldwork.app import create_app
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
settings = Settings(data=Path(sys.argv[1]))
settings.data.mkdir()
upgrade(settings.database_url)
client = create_app(settings).test_client()
assert client.get("/first-run").status_code == 200
resident = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(*sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[2:])), int(resident.split()[1]) // 1024)
"""


def test_the_web_process_imports_nothing_heavy_and_stays_small(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "data"), *HEAVY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    *heavy, mebibytes = done.stdout.split()
    assert heavy == []
    assert int(mebibytes) < 150


def test_the_command_line_answers_without_the_pages() -> None:
    script = "import sys, fieldwork.cli; print('flask' in sys.modules, 'gunicorn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
