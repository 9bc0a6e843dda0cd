"""Registration walked at random, beside a model written from the specification's chart."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from support.leg_machine import LEG_FACTS, PEOPLE, WAYS, LegMachine, clinic_cards
from support.machine import deaths, seldom, walk
from support.portal import CONSENTS
from support.registration_model import (
    ENDS,
    PASSWORDS,
    PERSONS,
    POLICY,
    REFUSALS,
    TRANSITIONS,
    WRONG_POLICY,
    CardModel,
)

from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.domain.identity import Identity
from registratura.flows.registration import (
    AcceptConsent,
    ChangeRegion,
    ChooseRegion,
    CloseConsent,
    ConfirmCard,
    ConfirmLater,
    CorrectCard,
    DeclineConsent,
    Register,
    Registration,
    ReloadFromGosuslugi,
    SetPassword,
    SignIn,
    SkipPassword,
)

TEXT = CONSENTS[Purpose.PERSONAL_DATA]
PAGES = ["region", "main_page", "consent"]
POLICIES = st.lists(st.sampled_from([POLICY, WRONG_POLICY]), min_size=1, max_size=3)
STARTS = st.one_of(
    st.sampled_from([*PAGES, "password_offer"]), st.sampled_from(list(WAYS)), st.sampled_from(list(PEOPLE))
)


class RegistrationMachine(LegMachine):
    """One registration after another on one portal."""

    flow_type = Registration
    persons = PERSONS
    facts = LEG_FACTS
    times: ClassVar = {state: frozenset({"expire"}) for state in PERSONS.keys() - ENDS}
    life = timedelta(hours=24)
    more_settings: ClassVar = {"served_regions": {"74", "63"}, "clinic_cards": clinic_cards}

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, str] = {}
        self.cards: dict[str, CardModel] = {}
        self.mine: str | None = None

    @initialize(where=STARTS)
    def open_the_portal(self, where: str) -> None:
        self.begin_anew(where, None)

    @precondition(lambda self: self.state in ENDS or self.state == "unconfirmed_account")
    @rule(where=STARTS, death=deaths)
    def begin_anew(self, where: str, death: Any) -> None:
        """A new registration, led on to where the walk is to begin."""
        self.mine, self.at_sms = None, False
        start = self.scene.portal.start
        self.begin(self.dying(lambda key: start(Registration, caller=self.caller, idempotency_key=key), death))
        self.go_to(where, death)

    def go_to(self, where: str, death: Any) -> None:
        pages = [*PAGES, "gosuslugi.entry"]
        for page in pages[1 : 1 + pages.index(where) if where in pages else None]:
            if page == "main_page":
                self.send(ChooseRegion(region="74"), page)
            elif page == "consent":
                self.send(Register(), page)
            else:
                self.answer(AcceptConsent, page, False, death)
        if where in WAYS:
            self.go_on_to(where)
        elif where not in PAGES:
            self.comes_back_as(where if where in PEOPLE else "margarita", death)
            if where == "password_offer" and self.state == "card_review":
                self.send(ConfirmLater(), where)

    def after_its_life(self) -> str:
        """Once the account exists, nothing is lost by waiting (U60)."""
        waits = (self.at_gosuslugi or self.state == "unconfirmed_account") and self.mine is not None
        return "registered" if waits or self.state in ("card_review", "password_offer") else "expired"

    # ─── Region and consent ──────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.state == "region")
    @rule(tries=st.lists(st.sampled_from(["74", "63", "77", "77", "00", "74 "]), min_size=2, max_size=4), death=deaths)
    def choose_region(self, tries: list[str], death: Any) -> None:
        for region in tries:
            why = () if region in ("74", "63") else ("region.closed",) if region == "77" else ("region.unknown",)
            if self.state == "region":
                self.send(ChooseRegion(region=region), None if why else "main_page", refused=why, death=death)

    @precondition(lambda self: self.state in ("main_page", "consent"))
    @rule(death=deaths, really=seldom(3))
    def change_region(self, death: Any, really: bool) -> None:
        if really:
            self.send(ChangeRegion(), "region", death=death)

    @precondition(lambda self: self.state == "main_page")
    @rule(death=deaths)
    def register(self, death: Any) -> None:
        self.send(Register(), "consent", death=death)

    @precondition(lambda self: self.state == "main_page")
    @rule(death=deaths, really=seldom())
    def sign_in(self, death: Any, really: bool) -> None:
        if really:
            self.send(SignIn(), "sign_in_chosen", death=death)

    @precondition(lambda self: self.state == "consent")
    @rule(death=deaths, really=seldom(3))
    def close_the_window(self, death: Any, really: bool) -> None:
        if really:
            self.send(CloseConsent(), "main_page", death=death)

    @precondition(lambda self: self.state == "consent")
    @rule(stale=seldom(), death=deaths)
    def accept(self, stale: bool, death: Any) -> None:
        self.answer(AcceptConsent, "gosuslugi.entry", stale, death)

    @precondition(lambda self: self.state == "consent")
    @rule(stale=seldom(2), death=deaths, really=seldom(3))
    def decline(self, stale: bool, death: Any, really: bool) -> None:
        if really:
            self.answer(DeclineConsent, "declined", stale, death)

    def answer(self, event: type[AcceptConsent] | type[DeclineConsent], to: str, stale: bool, death: Any) -> None:
        sha = "0" * 64 if stale else TEXT.sha256
        why = ("consent.stale",) if stale else ()
        made = event(text_version=TEXT.version, text_sha256=sha)
        self.send(made, None if stale else to, refused=why, death=death)

    def identified(self, who: Identity, repeated: bool) -> tuple[str, tuple[str, ...]]:
        known = self.accounts.get(who.oid)
        used = ("gosuslugi.answer_used",) if repeated else ()
        other = ("gosuslugi.another_person",) if self.mine and who.oid != self.mine else ()
        if not who.trusted:
            return "unconfirmed_account", (*used, *other)
        if known and who.oid != self.mine:
            return "already_registered", (*used, *other)
        several = known is None and who.oid == "5"
        return "ambiguous_card" if several else "card_review", (*used, *other)

    def resolved(self) -> str:
        return "already_registered" if "5" in self.accounts else "card_review"

    def after_an_answer(self, who: Identity, view: Any, refused: bool) -> None:
        if refused or self.state not in ("card_review", "already_registered"):
            return
        if who.oid not in self.accounts:
            assert view.account not in self.accounts.values()
            self.accounts[who.oid] = view.account
            self.cards[who.oid] = CardModel(last=who.name.last, born=who.birth_date is not None)
        assert view.account == self.accounts[who.oid]
        self.mine = who.oid
        card = self.cards[who.oid]
        if self.state == "card_review" and card.last != who.name.last:
            card.last, card.revision = who.name.last, card.revision + 1

    @precondition(lambda self: self.state == "ambiguous_card" and "5" not in self.accounts)
    @rule()
    def the_person_registers_elsewhere_meanwhile(self) -> None:
        other = self.scene.at_card(PEOPLE["two cards"])
        self.effects["AlarmAmbiguousCard"] += 1
        resolved = self.scene.portal.operator.resolve_ambiguity(other.id, "b")
        assert resolved.account is not None
        self.accounts["5"], self.cards["5"] = resolved.account, CardModel(last="Синицына")

    # ─── The card and the password ───────────────────────────────────────────────────────────────────────────────────

    @property
    def card(self) -> CardModel:
        assert self.mine is not None
        return self.cards[self.mine]

    @precondition(lambda self: self.state == "card_review")
    @rule(policies=POLICIES, behind=seldom(), death=deaths)
    def type_the_policy(self, policies: list[str], behind: bool, death: Any) -> None:
        for policy in policies:
            if self.state == "card_review":
                self.type_this_policy(policy, behind, death)

    def type_this_policy(self, policy: str, behind: bool, death: Any) -> None:
        card, verified = self.card, self.mine == "1000298933"
        why = ()
        if behind:
            why = ("card.stale",)
        elif policy == (POLICY if verified else card.policy):
            why = ("card.no_changes",)
        elif verified:
            why = ("card.field_verified",)
        elif policy == WRONG_POLICY:
            why = ("card.field_invalid",)
        event = CorrectCard(changes={FieldName.POLICY: policy}, revision=card.revision - behind)
        self.send(event, refused=why, death=death)
        if not why:
            card.policy, card.revision = policy, card.revision + 1

    @precondition(lambda self: self.state == "card_review" and not self.card.born)
    @rule(death=deaths)
    def type_the_birth_date(self, death: Any) -> None:
        self.send(CorrectCard(changes={FieldName.BIRTH_DATE: "05.05.1985"}, revision=self.card.revision), death=death)
        self.card.born, self.card.revision = True, self.card.revision + 1

    @precondition(lambda self: self.state == "card_review")
    @rule(death=deaths)
    def look_at_gosuslugi_again(self, death: Any) -> None:
        self.send(ReloadFromGosuslugi(), "gosuslugi.entry", death=death)

    @precondition(lambda self: self.state == "card_review" and self.mine == PEOPLE["not confirmed"].oid)
    @rule()
    def gosuslugi_takes_its_word_back_and_the_person_leaves_it_at_that(self) -> None:
        """Chance alone hardly finds so long a way (U60)."""
        self.send(ReloadFromGosuslugi(), "gosuslugi.entry")
        self.set_out("button", None)
        self.comes_back_as("not confirmed", None)
        self.turn(self.expires - self.now)

    @precondition(lambda self: self.state == "card_review")
    @rule(death=deaths)
    def confirm_the_card(self, death: Any) -> None:
        why = () if self.card.born else ("card.required_invalid",)
        self.send(ConfirmCard(), None if why else "password_offer", refused=why, death=death)

    @precondition(lambda self: self.state == "card_review")
    @rule(death=deaths)
    def check_it_later(self, death: Any) -> None:
        self.send(ConfirmLater(), "password_offer", death=death)

    @precondition(lambda self: self.state == "password_offer")
    @rule(tries=st.lists(st.sampled_from(list(PASSWORDS)), min_size=1, max_size=4), death=deaths)
    def set_a_password(self, tries: list[tuple[str, str]], death: Any) -> None:
        for password in tries:
            if self.state == "password_offer":
                self.set_this_password(password, death)

    def set_this_password(self, password: tuple[str, str], death: Any) -> None:
        why = PASSWORDS[password]
        event = SetPassword(password=password[0], repeat=password[1])
        self.send(event, None if why else "registered", refused=why, death=death)

    @precondition(lambda self: self.state == "password_offer" and self.mine == "1000298933")
    @rule(own=st.sampled_from(["9001234567", "12082000", "11223344595"]))
    def set_what_others_know(self, own: str) -> None:
        self.send(SetPassword(password=own, repeat=own), refused=("password.personal",))

    @precondition(lambda self: self.state == "password_offer")
    @rule(death=deaths, really=seldom())
    def skip_the_password(self, death: Any, really: bool) -> None:
        if really:
            self.send(SkipPassword(), "registered", death=death)

    @precondition(lambda self: self.persons[self.state])
    @rule(wrong=st.sampled_from([("choose_region", {"region": 74}), ("choose_region", {}), ("register", {"x": 1})]))
    def send_nonsense(self, wrong: tuple[str, dict[str, Any]]) -> None:
        self.invalid(*wrong)

    def look_back(self) -> None:
        super().look_back()
        rows = [self.rows(flow_id) for flow_id in self.scene.storage.flow_ids(limit=1000)]
        own = {
            name: [row.account for row, _, _ in rows if row.flow == name]
            for name in ("patient_card", "portal_password")
        }
        for accounts in own.values():
            assert sorted(accounts) == sorted(self.accounts.values()), "one card and one password for each person"
        consents = [[json.loads(e.entry) for e in evidence] for row, _, evidence in rows if row.flow == "registration"]
        bound = {chain[-1]["account"] for chain in consents if [e["kind"] for e in chain] == ["accepted", "bound"]}
        assert bound == set(self.accounts.values()), "no card without a consent"
        for row, log, evidence in rows:
            if row.state == "declined":
                assert log[-1].transition == "consent/decline_consent/declined"
                assert [json.loads(entry.entry)["kind"] for entry in evidence] == ["declined"]
                assert row.account is None


def test_registration_is_what_the_model_says() -> None:
    walk(RegistrationMachine, 280)
    assert RegistrationMachine.reached == TRANSITIONS
    assert set(RegistrationMachine.refused) == REFUSALS
