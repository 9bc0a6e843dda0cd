import pytest
from support.gosuslugi import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def at_sms(world: World) -> str:
    """A visit of somebody who waits for the SMS."""
    visit = world.visit()
    world.http.post(visit, data={"login": "sms", "password": "sms"})
    return visit
