"""How moments and words are written on a line."""


def clock(ms: int) -> str:
    """``hh:mm:ss`` of a moment in ms."""
    seconds = ms // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def one_line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
