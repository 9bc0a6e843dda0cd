"""What goes with a person's data: all that is theirs, once, and nothing of anybody else."""

from __future__ import annotations

from support.cabinet import relative
from support.portal import Scene

from registratura.flows.engine.erase import erased


def test_all_that_an_account_has_goes_and_what_nobody_can_read_any_more_stops(scene: Scene) -> None:
    caller = scene.registered()
    child = scene.portal.engine.record(relative(scene, caller)).subject
    scene.attached(caller)
    assert caller.account is not None
    with scene.portal.engine.asking() as ask:
        gone = erased(ask, caller.account)
        rows = [ask.unit.flow(flow_id) for flow_id in gone.flows]
    stopped = ["attachment_code", "patient_card", "patient_card", "portal_password"]
    read_on = ["attachment", "cabinet", "clinic_right", "registration"]
    assert sorted(row.flow for row in rows if row.id in gone.stopped) == stopped
    assert sorted(row.flow for row in rows) == sorted([*stopped, *read_on])
    assert gone.keys == tuple(sorted({row.key_id for row in rows}))
    assert gone.subjects == tuple(sorted((caller.account, str(child))))
    assert [claim.kind for claim in gone.claims] == ["account", "attachment_code", "login", "login"]
