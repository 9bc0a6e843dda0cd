"""A host's driver: registration as far as Gosuslugi, played over the JSON API of a portal that runs somewhere.

    registratura verify-host --driver driver:HttpDriver -D url=https://portal.test

What a person has done before is done here as they would: by asking. What takes a look inside, an account or the
host's clock is excused; a host adds it with its own test hooks, method by method.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, ClassVar

import httpx
from registratura.features.cast import REGION, Person
from registratura.features.deeds import Deed
from registratura.features.drivers.host import CannotPlay, HostDriver
from registratura.features.places import Place
from registratura.features.spec.ledger import Happened

from visitor import CERTIFICATES, FLOW, Town, Visitor, code_of, seen, texts_in

# How each place is reached: from which other, and by which event.
WAY = {
    "main_page": ("region", Deed("choose_region")),
    "consent": ("main_page", Deed("register")),
    "sign_in_chosen": ("main_page", Deed("sign_in")),
    "gosuslugi.entry": ("consent", Deed("accept_consent")),
    "declined": ("consent", Deed("decline_consent")),
    "cancelled": ("main_page", Deed("cancel")),
}
CONSENTS = ("accept_consent", "decline_consent")


class Preparations:
    """*Дано*, by the person's own acts."""

    def __init__(self, town: Town) -> None:
        self.town, self.when = town, Acts(town)

    def reached(self, person: Person, place: Place, region: str | None = None) -> None:
        if place.chart not in ("", FLOW) or place.state not in (*WAY, "region"):
            raise CannotPlay("драйвер подготавливает регистрацию только до перехода на Госуслуги")
        who = self.town.visitor(person)
        if place.state == "region":
            who.start()
        else:
            before, deed = WAY[place.state]
            self.reached(person, Place(FLOW, before), region)
            if deed.event == "choose_region":
                self.when.choose_region(person, region or REGION)
            else:
                self.when.act(person, deed)
        assert who.flow["state"] == place.state, f"{person}: вместо {place.state} — {who.flow['state']}"

    def acted(self, person: Person, deed: Deed) -> None:
        self.when.act(person, deed)

    def chose_region(self, person: Person, region: str) -> None:
        self.when.choose_region(person, region)


class Acts:
    """*Когда*."""

    def __init__(self, town: Town) -> None:
        self.town = town

    def act(self, person: Person, deed: Deed) -> None:
        who = self.town.visitor(person)
        if not who.flow:
            raise CannotPlay("драйвер ведёт только регистрацию")
        items = who.flow["screen"]["items"]
        payload: dict[str, Any] = {"via": deed.variant} if deed.event == "go_to_gosuslugi" else {}
        if deed.event in CONSENTS:
            payload = {name: items.get(name, "") for name in ("text_version", "text_sha256")}
        who.send(deed.event, payload)

    def act_twice(self, person: Person, deed: Deed) -> None:
        self.act(person, deed)
        self.repeat_last(person)

    def repeat_last(self, person: Person) -> None:
        self.town.visitor(person).repeat()

    def repeat_with_region(self, person: Person, region: str) -> None:
        who = self.town.visitor(person)
        event, _, key = who.request
        who.request = event, {"region": code_of(region)}, key
        who.repeat()

    def return_to_portal(self, person: Person) -> None:
        self.town.visitor(person).look()

    def start_over(self, person: Person) -> None:
        self.town.visitor(person).start()

    def choose_region(self, person: Person, region: str) -> None:
        self.town.visitor(person).send("choose_region", {"region": code_of(region)})


class Readings:
    """*Тогда*: what the person is shown."""

    def __init__(self, town: Town) -> None:
        self.town = town

    def place(self, person: Person) -> Place:
        flow = self.town.visitor(person).flow
        return Place(flow["flow"], flow["state"])

    def shown(self, person: Person) -> str:
        who = self.town.visitor(person)
        screen = who.flow["screen"]
        captions = [button["caption"] for action in who.flow["actions"] for button in action["buttons"]]
        words = [screen["title"], screen["text"], screen["notice"], *captions, *texts_in(screen["items"])]
        return " ".join(" ".join([*words, *(text for answer in who.answers for text in texts_in(answer.said))]).split())

    def sees(self, person: Person, view: str) -> bool:
        if view != "consent_text":
            raise CannotPlay(f"драйвер этого не видит: {view}")
        items = self.town.visitor(person).flow["screen"]["items"]
        return bool(items["text_version"]) and items["text_sha256"] == sha256(items["consent"].encode()).hexdigest()

    def reasons(self, person: Person) -> tuple[str, ...]:
        return tuple(code for answer in self.town.visitor(person).answers for code in answer.codes)

    def not_allowed(self, person: Person) -> bool:
        return self.town.visitor(person).answers[-1].codes[:1] == ("not_allowed_now",)

    def named_allowed(self, person: Person) -> tuple[str, ...]:
        return tuple(self.town.visitor(person).answers[-1].said.get("allowed", ()))

    def actions(self, person: Person) -> tuple[Deed, ...]:
        flow = self.town.visitor(person).flow
        return tuple(
            Deed(action["name"], button["payload"].get("via", ""))
            for action in flow["actions"]
            if action["available"]
            for button in action["buttons"]
        )

    def answers(self, person: Person) -> tuple[str, ...]:
        return tuple(repr(answer) for answer in self.town.visitor(person).answers)

    def unchanged(self) -> bool:
        """As far as people can see: every flow is what it was."""
        return {key: seen(who) for key, who in self.town.visitors.items() if who.flow} == self.town.before


class HttpDriver(HostDriver):
    """Plays one scenario. `-D url=…` says where the portal is."""

    cannot: ClassVar[Mapping[str, str]] = {
        "U68": "Для этого нужна чья-то законченная регистрация, а её драйвер не готовит."
    }

    def __init__(self, settings: Mapping[str, str]) -> None:
        must_answer(settings["url"])
        self.town = Town(settings["url"])
        super().__init__(Preparations(self.town), Acts(self.town), Readings(self.town))

    def about_to_act(self) -> None:
        self.town.before = {key: seen(who) for key, who in self.town.visitors.items() if who.flow}
        for who in self.town.visitors.values():
            who.answers = who.pressed = ()

    def acted(self) -> None:
        """Each answer names the transition that was taken: that is what the page shows as covered."""
        for key, who in self.town.visitors.items():
            self.fired = (*self.fired, *happened(who, self.town.before.get(key, {}).get("state", "")))
            self.pressed = (*self.pressed, *who.pressed)

    def close(self) -> None:
        for who in self.town.visitors.values():
            who.http.close()


@cache
def must_answer(url: str) -> None:
    """Once, before the first scenario: a portal that is not there would fail all of them."""
    httpx.get(f"{url.rstrip('/')}/api/openapi.json", verify=CERTIFICATES).raise_for_status()


def happened(who: Visitor, state: str) -> Iterator[Happened]:
    """The transitions of the last act, from the state before it."""
    for answer in who.answers:
        if answer.status < httpx.codes.BAD_REQUEST and (transition := answer.said["transition"]):
            now = answer.said["state"]
            event = transition.split("/")[1]
            started = transition.startswith("begin/")
            yield Happened(
                chart=answer.said["flow"],
                source="" if started else state,
                event=event,
                target=now,
                transition=transition,
                refusals=answer.codes,
            )
            state = now
