"""What people type: codes as they stand on paper, in a text message, or in nobody's hands."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.codes import TypedCode
from registratura.features.drivers.engine.world import World
from registratura.host import IssuedCode

CODE_LENGTH = 8
ONE_TIME_SPACE = 10**6


def issued_code(world: World, person: Person, code: TypedCode) -> IssuedCode | None:
    """The attachment code that is meant, if the person was given one."""
    codes = world.codes.get((code.owner or person).key, ())
    place = 2 if code.kind == "previous" else 1
    return codes[-place] if len(codes) >= place else None


def attachment_code(world: World, person: Person, code: TypedCode) -> str:
    """The attachment code as it is typed."""
    if code.kind == "literal":
        return code.text
    if code.kind == "unknown":
        return unknown_code(world, 0)
    issued = issued_code(world, person, code)
    assert issued is not None, f"{person}: нет кода, который нужно ввести"
    return f"{issued.code[:4]}{code.separator}{issued.code[4:]}"


def unknown_code(world: World, number: int) -> str:
    """A well-formed attachment code that no clinic gave to anybody; another one for each number."""
    given = {issued.code for codes in world.codes.values() for issued in codes}
    unknown = (f"{n:0{CODE_LENGTH}}" for n in range(number + len(given) + 1))
    return [code for code in unknown if code not in given][number]


def one_time_code(world: World, person: Person, code: TypedCode) -> str:
    """The one-time code as it is typed."""
    if code.kind == "literal":
        return code.text
    if code.kind == "unknown":
        return wrong_one_time_code(world, person, 1)
    inbox = world.citizen(code.owner or person).phone_inbox
    return inbox[-2 if code.kind == "previous" else -1]


def wrong_one_time_code(world: World, person: Person, number: int) -> str:
    """A one-time code that is not the newest one; another one for each number from 1."""
    right = world.citizen(person).phone_inbox[-1]
    return f"{(int(right) + number) % ONE_TIME_SPACE:06}"
