"""Who has an effect leased is alone with it, and no longer than the lease lasts."""

from support.portal import Scene
from support.working import Sent, code, statuses

from registratura.flows.effects import DeliverCode
from registratura.flows.engine.codec import micros
from registratura.flows.engine.due import BATCH, LEASE


def test_a_lease_is_renewed_before_a_handler_whose_turn_comes_late(scene: Scene) -> None:
    found: list[int] = []

    def slowly(effect: DeliverCode, effect_id: str) -> None:
        scene.clock.turn(LEASE / 2)
        now = micros(scene.clock.now)
        found.append(len(scene.storage.lease_effects(now, micros(scene.clock.now + 9 * LEASE), BATCH)))

    scene.portal.handlers[DeliverCode] = slowly
    for person in range(4):
        code(scene, str(person))
    scene.portal.run_due()
    assert found == [0, 2], "the second has its own again; those whose turn had not come were another worker's to take"
    assert statuses(scene) == [("done", 1), ("done", 1), ("leased", 2), ("leased", 2)]


def test_what_another_worker_took_over_is_left_to_it(scene: Scene) -> None:
    """Its lease ran out before its turn came; the other one has it now, and it is not handed over twice at once."""
    sent = Sent()

    def slowly(effect: DeliverCode, effect_id: str) -> None:
        sent.append(effect_id)
        scene.clock.turn(LEASE)
        now = micros(scene.clock.now)
        scene.storage.lease_effects(now, micros(scene.clock.now + LEASE), BATCH)

    scene.portal.handlers[DeliverCode] = slowly
    for person in range(3):
        code(scene, str(person))
    assert scene.portal.run_due().delivered == 1
    assert len(sent) == 1
    assert statuses(scene) == [("done", 1), ("leased", 2), ("leased", 2)]


def test_a_worker_that_was_thought_dead_settles_nothing_but_what_is_done(scene: Scene) -> None:
    def late_and_failing(effect: DeliverCode, effect_id: str) -> None:
        scene.clock.turn(LEASE)
        scene.storage.lease_effects(micros(scene.clock.now), micros(scene.clock.now + LEASE), BATCH)
        raise ConnectionError

    scene.portal.handlers[DeliverCode] = late_and_failing
    code(scene)
    scene.portal.run_due()
    assert statuses(scene) == [("leased", 2)], "the other one has it still"
