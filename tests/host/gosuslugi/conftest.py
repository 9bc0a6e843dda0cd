import pytest
from support.gosuslugi import World


@pytest.fixture
def world() -> World:
    return World()
