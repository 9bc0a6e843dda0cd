"""The load: made-up people who register and are sent a code, each event under a key, so that it can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from support.people import identity
from support.portal import PASSWORD, accepting

from registratura.domain.identity import Identity, PersonName
from registratura.flows.event import Event
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode, SubmitOneTimeCode
from registratura.flows.registration import (
    BeginRegistration,
    ChooseRegion,
    ConfirmCard,
    GoToGosuslugi,
    Register,
    Registration,
    SetPassword,
)
from registratura.host import Caller, FlowView, Registratura

NAME = PersonName(last="Канарейкина", first="Евпраксия", middle="Пантелеймоновна")
BORN = date(1987, 6, 5)
CANARIES = (NAME.last, NAME.first, str(NAME.middle), str(BORN), "canary.example", "+7912", "+7(912)", PASSWORD)
"""What names these people, or is a secret of theirs: it must stand nowhere in clear."""

REGISTRATION = ("begin_registration", "choose_region", "register", "accept_consent", "go_to_gosuslugi",
                "identity_confirmed", "confirm_card", "set_password")  # fmt: skip
SMS = ("send_one_time_code", "submit_one_time_code", "expire")
"""The logs that a finished journey leaves. The guess at the code is wrong: done twice, it would be there twice."""


@dataclass(slots=True)
class Traveller:
    """Somebody on their way. Whoever goes on after a crash begins anew, under the same name and so the same keys."""

    portal: Registratura
    name: str
    registration: str = ""
    sms: str = ""
    caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.caller = Caller(session=f"browser of {self.name}")

    @property
    def number(self) -> int:
        lane, number = self.name.split("-")
        return int(lane) * 10_000 + int(number)

    def key(self, step: str) -> str:
        return f"{self.name}:{step}"

    def send(self, event: Event) -> FlowView:
        return self.portal.send(
            self.registration, event, caller=self.caller, idempotency_key=self.key(type(event).__name__)
        )


Step = Callable[[Traveller], FlowView]


def begin(person: Traveller) -> FlowView:
    event, key = BeginRegistration(), person.key("begin")
    view = person.portal.start(Registration, event, caller=person.caller, idempotency_key=key)
    person.registration = view.id
    return view


def return_from_gosuslugi(person: Traveller) -> FlowView:
    return person.portal.gosuslugi.returned(person.registration, who(person.number), person.key("answer"))


def ask_for_a_code(person: Traveller) -> FlowView:
    event = SendOneTimeCode(phone=who(person.number).phone or "", person=person.name)
    view = person.portal.start(OneTimeCode, event, idempotency_key=person.key("sms"))
    person.sms = view.id
    return view


def guess(person: Traveller) -> FlowView:
    return person.portal.send(person.sms, SubmitOneTimeCode(code="000000"), idempotency_key=person.key("guess"))


STEPS: dict[str, Step] = {
    "begin": begin,
    "ChooseRegion": lambda person: person.send(ChooseRegion(region="74")),
    "Register": lambda person: person.send(Register()),
    "AcceptConsent": lambda person: person.send(accepting()),
    "GoToGosuslugi": lambda person: person.send(GoToGosuslugi()),
    "answer": return_from_gosuslugi,
    "ConfirmCard": lambda person: person.send(ConfirmCard()),
    "SetPassword": lambda person: person.send(SetPassword(password=PASSWORD, repeat=PASSWORD)),
    "sms": ask_for_a_code,
    "guess": guess,
}
"""By the name in their keys."""
LAST = "guess"


def who(number: int) -> Identity:
    """A person like no other."""
    return identity(
        oid=f"77{number:08}", name=NAME, birth_date=BORN, snils=_snils(123_000_000 + number), policy=None,
        phone=f"+7912{number:07}", email=f"nr{number}@canary.example",
    )  # fmt: skip


def _snils(number: int) -> str:
    digits = f"{number:09}"
    check = sum(int(digit) * place for digit, place in zip(digits, range(9, 0, -1), strict=True)) % 101 % 100
    return f"{digits}{check:02}"


def travel(person: Traveller) -> Iterator[tuple[str, Callable[[], FlowView]]]:
    """The steps of a journey, each to be taken before the next one is asked for."""
    for name, step in STEPS.items():
        yield person.key(name), lambda step=step: step(person)  # type: ignore[misc]  # bound at once
