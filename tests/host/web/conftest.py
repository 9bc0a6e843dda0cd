from collections.abc import Iterator

import pytest
from support.browser import Browser
from support.web import Site


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.portal.close()


@pytest.fixture
def browser(site: Site) -> Browser:
    return site.browser()
