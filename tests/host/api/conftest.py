import pytest
from support.api import Api


@pytest.fixture
def api() -> Api:
    return Api()
