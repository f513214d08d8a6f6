"""The six cuts of type the report is set in, and where their files come from and lie. Standard library only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOM: Final = Path(__file__).parents[1]
ASSETS: Final = ROOM / "assets"
FONTS: Final = ROOM / "fonts"


@dataclass(frozen=True, slots=True)
class Cut:
    """One static font file: our name for it, its npm package and its path inside that package."""

    name: str
    package: str
    path: str

    @property
    def file_name(self) -> str:
        """The file's name in the fonts folder."""
        return Path(self.path).name


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence that travels with a family."""

    package: str
    file_name: str
    path: str = "LICENSE_FONT"


_SERIF: Final = "@expo-google-fonts/source-serif-4"
_SANS: Final = "@expo-google-fonts/source-sans-3"

CUTS: Final = (
    Cut("Serif", _SERIF, "400Regular/SourceSerif4_400Regular.ttf"),
    Cut("Serif-Italic", _SERIF, "400Regular_Italic/SourceSerif4_400Regular_Italic.ttf"),
    Cut("Serif-Bold", _SERIF, "600SemiBold/SourceSerif4_600SemiBold.ttf"),
    Cut("Sans", _SANS, "400Regular/SourceSans3_400Regular.ttf"),
    Cut("Sans-Italic", _SANS, "400Regular_Italic/SourceSans3_400Regular_Italic.ttf"),
    Cut("Sans-Bold", _SANS, "600SemiBold/SourceSans3_600SemiBold.ttf"),
)
LICENCES: Final = (Licence(_SERIF, "OFL-SourceSerif4.txt"), Licence(_SANS, "OFL-SourceSans3.txt"))


def missing_files(folder: Path = FONTS) -> list[str]:
    """Names of the font and licence files that are not in ``folder`` yet."""
    names = [cut.file_name for cut in CUTS] + [licence.file_name for licence in LICENCES]
    return [name for name in names if not (folder / name).is_file()]
