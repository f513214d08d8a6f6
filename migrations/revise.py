"""Write a migration from what the models have become: ``python migrations/revise.py "Add a column"``.

``python migrations/revise.py --first`` writes 0001 afresh instead (until the first release, while there is nothing
else): the same models always give the same file. Read what it wrote before you commit it.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from fieldwork.core.schema import config, head_revision, shipped, upgrade


def main() -> None:
    """Migrate an empty database to the newest revision, compare it with the models, write down the difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", nargs="?", default="Lay the first tables")
    parser.add_argument("--first", action="store_true", help="write revision 0001 afresh")
    options = parser.parse_args()
    versions = shipped("migrations") / "versions"
    if options.first:
        for old in versions.glob("0001_*.py"):
            old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/compared.sqlite"
        upgrade(url)
        number = f"{int(head_revision() or 0) + 1:04}"
        command.revision(config(url), options.message.rstrip("."), autogenerate=True, rev_id=number)
    (written,) = versions.glob(f"{number}_*.py")
    _tidy(written)
    sys.stdout.write(f"{written}\n")


def _tidy(path: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "check", "--fix", "--quiet", str(path)], check=True)
    subprocess.run([*ruff, "format", "--quiet", str(path)], check=True)


if __name__ == "__main__":
    main()
