"""The codebook, a code and the board of categories in a browser."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study

AT = "/s/almaty"


@pytest.fixture
def coded(ground: Ground, studies: SimpleNamespace) -> Study:
    """The demo's codebook, committed."""
    with ground.work() as work:
        study: Study = studies.coded_study(work)
    return study


@pytest.mark.usefixtures("coded")
def test_the_codebook_is_read_filtered_and_followed(visitor: Callable[..., Any], ground: Ground) -> None:
    with ground.work() as work:
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    viewer, stranger = visitor("viewer", slug="almaty"), visitor("viewer")

    page = viewer.get(f"{AT}/codes")
    assert (page.status_code, page.text.count('<li id="code-')) == (200, 180)

    found = viewer.get(f"{AT}/codes?q=графу", headers={"HX-Request": "true"}).text
    assert (found.count('<li id="code-'), found.count("<html")) == (1, 0)
    assert f'href="{AT}/codes/2"' in found

    code = viewer.get(f"{AT}/codes/2")
    assert code.status_code == 200
    assert '<h1 class="serif">Записывают в графу «прочее»</h1>' in code.text
    assert code.text.count('<li id="coding-') == 1
    assert f'href="{AT}/categories#core-institutionalization"' in code.text
    assert f'href="{AT}/model#core-institutionalization"' in code.text

    board = viewer.get(f"{AT}/categories")
    assert (board.status_code, board.text.count('<li class="cat"'), board.text.count('class="band ')) == (200, 36, 6)

    assert viewer.get(f"{AT}/codes/999").status_code == 404
    for path in ("codes", "codes/2", "categories"):
        assert stranger.get(f"{AT}/{path}").status_code == 404
