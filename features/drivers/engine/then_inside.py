"""*Тогда* in process, behind the door: cards, passwords, clinics and codes."""

from __future__ import annotations

from collections.abc import Mapping

from registratura.domain.card import CardField as KnownField
from registratura.domain.card import FieldName, FieldSource
from registratura.features.cast import CAST, Person
from registratura.features.codes import TypedCode
from registratura.features.drivers.engine.pages import codes_in
from registratura.features.drivers.engine.people import Visitor, secret_of
from registratura.features.drivers.engine.stops import ALL
from registratura.features.drivers.engine.typed import issued_code
from registratura.features.drivers.engine.when_inside import InsideActs
from registratura.features.drivers.engine.world import World
from registratura.features.drivers.then import CardField
from registratura.flows.effects import StartExport
from registratura.flows.errors import UnknownFlow
from registratura.flows.flow import AnyRecord
from registratura.host import FlowView

JUDGED = "one_time_code.wrong"


class InsideReadings:
    """Cards, passwords, clinics and codes."""

    def __init__(self, world: World) -> None:
        self.world = world

    # Cards.
    def card_state(self, profile: Person) -> str:
        card = self.world.card_of(profile)
        return card.state if card else "none"

    def card_field(self, profile: Person, field: str) -> CardField:
        known = self.fields(profile)[FieldName(field)]
        return CardField(known.value or "", known.status.value)

    def card_is_from_gosuslugi(self, profile: Person) -> bool:
        fields = self.fields(profile)
        told = {
            FieldName.LAST_NAME: profile.surname,
            FieldName.FIRST_NAME: profile.first_name,
            FieldName.MIDDLE_NAME: profile.patronymic,
            FieldName.BIRTH_DATE: profile.birth_date.isoformat(),
            FieldName.GENDER: profile.gender,
            FieldName.SNILS: profile.snils,
            FieldName.POLICY: profile.oms,
            FieldName.PHONE: profile.phone,
            FieldName.EMAIL: profile.email,
        }
        sources = {field.source for field in fields.values()}
        return sources == {FieldSource.GOSUSLUGI} and {name: field.value for name, field in fields.items()} == told

    def fields(self, profile: Person) -> Mapping[FieldName, KnownField]:
        """The fields of the profile's card, with where each is from and how sure it is."""
        card = self._card(profile).data.card
        return {name: card.field(name) for name in FieldName}

    def card_is_clinics(self, profile: Person) -> bool:
        return self._card(profile).data.clinic_card in [card.ref for card in self.world.clinic_cards]

    def cards(self, person: Person) -> tuple[Person, ...]:
        """As another device shows them."""
        shown = self._elsewhere(person, "cards").screen.items["cards"].values()
        names = {card["fields"]["first_name"]["value"] for card in shown}
        return tuple(known for known in CAST if known.first_name in names)

    # Passwords and sessions.
    def password_works(self, person: Person, password: str) -> bool:
        """Tried in a browser of its own."""
        acts, browser = InsideActs(self.world), Visitor(person, secret_of(f"{person.key}-tries"))
        view = acts.sign_in_anew(browser, password)
        return view.state == "signed_in"

    def has_password(self, person: Person) -> bool:
        return any(password.state == "present" for password in self._of(person, "portal_password"))

    def password_is_nowhere(self, person: Person) -> bool:
        passwords = self.world.visitor(person).secrets
        kept = self.world.storage.bytes() + repr([record.data.model_dump() for record in self._everything()]).encode()
        return bool(passwords) and not any(password.encode() in kept for password in passwords)

    def session_elsewhere(self, person: Person) -> bool:
        who = self.world.visitor(person)
        if not who.elsewhere:
            return False
        try:
            self.world.line.get(Visitor(person, who.elsewhere, account=who.own), self._card(person).id)
        except UnknownFlow:
            return False
        return True

    def signed_in_count(self, person: Person) -> int:
        views = [answer.view for answer in self.world.visitor(person).answers]
        return len([view for view in views if view and view.state == "signed_in"])

    # Clinics.
    def listed_clinics(self, person: Person) -> tuple[str, ...]:
        """As another device shows them."""
        clinics = self._elsewhere(person, "clinics").screen.items["clinics"]
        return tuple(clinic["title"] for clinic in clinics.values())

    def rights(self, person: Person) -> tuple[tuple[str, str], ...]:
        rights = self.world.rights_of(person)
        return tuple((self.world.clinic_title(r.data.clinic), r.state) for r in rights if r.state != "withdrawn")

    def code(self, person: Person, which: TypedCode) -> str | None:
        issued = issued_code(self.world, person, which)
        return issued.code if issued else None

    def code_state(self, person: Person, which: TypedCode) -> str:
        issued = issued_code(self.world, person, which)
        assert issued is not None, f"{person}: кода нет"
        return self._state(issued.id)

    def clinic_warned(self, clinic: str, person: Person) -> bool:
        issued = issued_code(self.world, person, TypedCode("own"))
        return issued is not None and issued.id in self.world.desks[self.world.clinic_id(clinic)].warnings

    def attempts_left(self, person: Person) -> int:
        policy = self.world.portal.parts.settings.attempts["code.profile"]
        card = self._card(person).id
        with self.world.portal.engine.asking() as ask:
            counted = ask.unit.attempts(ask.digest("attempts", f"code.profile:{card}"))
        return policy.limit - (counted.count if counted else 0)

    def documents(self, person: Person) -> tuple[str, ...]:
        """As another device shows them."""
        shown = self._elsewhere(person, "record").screen.items["documents"]
        return tuple(document["title"] for document in shown)

    def exports(self, clinic: str) -> tuple[int, int]:
        key = self.world.clinic_id(clinic)
        rows = [row for row in self.world.storage.effects(limit=ALL) if row.kind == StartExport.kind()]
        mine = [row.status for row in rows if f'"{key}"' in row.payload]
        return mine.count("pending"), mine.count("done")

    # One-time codes.
    def one_time_code_state(self) -> str:
        return self._state(self.world.one_time_code)

    def judged_guesses(self) -> int:
        """An answer says whether it was judged; what came too late was not even listened to."""
        codes = [codes_in(answer) for who in self.world.visitors.values() for answer in who.answers]
        return len([code for code in codes if JUDGED in code])

    def _card(self, profile: Person) -> AnyRecord:
        card = self.world.card_of(profile)
        assert card is not None, f"{profile}: карты нет"
        return card

    def _of(self, person: Person, chart: str) -> list[AnyRecord]:
        """The person's own flows of that chart."""
        own = self.world.visitor(person).own
        return [record for record in self.world.records(chart) if own is not None and record.account == own]

    def _everything(self) -> list[AnyRecord]:
        return [
            record for chart in {row.flow for row in self.world.storage.flows()} for record in self.world.records(chart)
        ]

    def _state(self, flow: str) -> str:
        return next(row.state for row in self.world.storage.flows() if row.id == flow)

    def _elsewhere(self, person: Person, section: str) -> FlowView:
        """A section as the person sees it on a device that nobody has touched."""
        device = Visitor(person, secret_of(f"{person.key}-looks"), account=self.world.visitor(person).own)
        acts = InsideActs(self.world)
        view = acts.look_into(device, section)
        self.world.has_seen(view.screen.id)
        return view
