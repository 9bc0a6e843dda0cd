"""Sign-in walked at random, beside a model written from the specification's chart."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from support.faults import DiskFull, fails, meddling
from support.guesses import Guesses
from support.leg_machine import BACK, LEG, LEG_FACTS, PEOPLE, WAYS, LegMachine, clinic_cards, leg_transitions
from support.machine import deaths, table, walk
from support.portal import AT_HOME, CONSENTS, PASSWORD, Scene

from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.domain.identity import Identity
from registratura.flows.patient_card import AddRelative, Delete, PatientCard
from registratura.flows.registration import ConfirmLater, SkipPassword
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, ForgotPassword, SignIn, SubmitPassword
from registratura.host import Caller

PERSONS = LEG | table("""
    method:          choose_gosuslugi choose_password cancel
    gosuslugi.entry: go_to_gosuslugi back cancel
    password:        submit_password forgot_password back cancel
    locked:          choose_gosuslugi forgot_password back cancel
    signed_in:
    not_registered:
    expired:
    cancelled:
""")
ENDS = {"signed_in", "not_registered", "expired", "cancelled"}
OPEN = ("method", "gosuslugi", "password", "locked", "unconfirmed_account", "ambiguous_card")
ANSWERS = ("unconfirmed_account", "not_registered", "ambiguous_card", "signed_in")
TRANSITIONS = leg_transitions(ANSWERS) | {
    "begin/begin_sign_in/method",
    "method/choose_password/password",
    *(f"{state}/choose_gosuslugi/gosuslugi.entry" for state in ("method", "locked")),
    *(f"{state}/forgot_password/gosuslugi.entry" for state in ("password", "locked")),
    *(f"{state}/back/method" for state in ("password", "locked", "gosuslugi.entry")),
    "password/submit_password/refused",
    "password/submit_password/signed_in",
    "password/attempts_exhausted/locked",
    "locked/lock_ended/password",
    "ambiguous_card/ambiguity_resolved/signed_in",
    *(f"{state}/cancel/cancelled" for state in OPEN),
    *(f"{state}/expire/expired" for state in OPEN),
}
REFUSALS = {"sign_in.failed", "attempts.exhausted", "gosuslugi.answer_used"}
LOGINS = {
    "margarita@example.org": "margarita",
    " MARGARITA@Example.org": "margarita",
    "+7 900 123-45-67": "margarita",
    "8 900 123 45 67": "margarita",
    "+7(912)7654321": "boris",
    "nobody@example.org": "nobody",
}
TEXT = CONSENTS[Purpose.PERSONAL_DATA]
HALF_A_MINUTE = timedelta(seconds=30)
ASKED = ["not confirmed", "being confirmed", "two cards"]
CHILD = {FieldName.LAST_NAME: "Синицын", FieldName.FIRST_NAME: "Лев", FieldName.BIRTH_DATE: "12.05.2019"}


STARTS = st.one_of(
    st.sampled_from(["method", "password", "locked"]), st.sampled_from(list(WAYS)), st.sampled_from(ASKED)
)


class SignInMachine(LegMachine):
    """One sign-in after another, of people who have registered before: one with a password, one without."""

    flow_type = SignIn
    persons = PERSONS
    facts: ClassVar = LEG_FACTS | {"password": frozenset({"attempts_exhausted"})}
    times: ClassVar = {state: frozenset({"expire"}) for state in PERSONS.keys() - ENDS} | {
        "locked": frozenset({"expire", "lock_ended"})
    }
    life = timedelta(hours=1)
    ways_back: ClassVar = BACK | {"gosuslugi.entry": "method", "password": "method", "locked": "method"}
    more_settings: ClassVar = {"clinic_cards": clinic_cards}

    def __init__(self) -> None:
        super().__init__()
        self.guesses: dict[str, Guesses] = defaultdict(Guesses)
        self.lock_ends: datetime | None = None
        self.has_password = True
        self.has_card = False
        self.forgot = False

    @classmethod
    def prepare(cls, scene: Scene) -> None:
        super().prepare(scene)
        scene.registered()
        boris = scene.at_card(PEOPLE["boris"])
        scene.walk(boris.id, ConfirmLater(), SkipPassword(), caller=AT_HOME)
        olga = scene.portal.operator.resolve_ambiguity(scene.at_card(PEOPLE["two cards"]).id, "a")
        caller = Caller(account=olga.account, session="olga's")
        (own,) = [scene.flow_of(caller, "patient_card")]
        relative = AddRelative(fields=CHILD, text_version=TEXT.version, text_sha256=TEXT.sha256)
        scene.portal.start(PatientCard, relative, caller=caller)
        scene.walk(own, Delete(confirmed=True), caller=caller)

    @initialize(where=STARTS)
    def come(self, where: str) -> None:
        self.begin_anew(where, None)

    @precondition(lambda self: self.state in ENDS or self.state == "unconfirmed_account")
    @rule(where=STARTS, death=deaths)
    def begin_anew(self, where: str, death: Any) -> None:
        """A new sign-in, led on to where the walk is to begin."""
        self.forgot, self.at_sms, self.lock_ends = False, False, None
        start = self.scene.portal.start
        self.begin(self.dying(lambda key: start(SignIn, caller=self.caller, idempotency_key=key), death))
        if where in ("password", "locked"):
            self.choose_the_password(None)
        elif where != "method":
            self.choose_gosuslugi(None)
        if where == "locked":
            self.guess_again_and_again(5)
        elif where in WAYS:
            self.go_on_to(where)
        elif where in PEOPLE:
            self.comes_back_as(where, death)

    def time_is_over(self) -> None:
        ends = self.lock_ends
        if self.state == "locked" and ends and self.now >= ends and ends < self.expires:
            self.state, self.version = "password", self.version + 1
        super().time_is_over()

    # ─── By password ─────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.state in ("method", "locked"))
    @rule(death=deaths)
    def choose_gosuslugi(self, death: Any) -> None:
        self.send(ChooseGosuslugi(), "gosuslugi.entry", death=death)
        self.forgot = False

    @precondition(lambda self: self.state == "method")
    @rule(death=deaths)
    def choose_the_password(self, death: Any) -> None:
        self.send(ChoosePassword(), "password", death=death)

    @precondition(lambda self: self.state in ("password", "locked"))
    @rule(death=deaths)
    def forget_the_password(self, death: Any) -> None:
        self.send(ForgotPassword(), "gosuslugi.entry", death=death)
        self.forgot = True

    @precondition(lambda self: self.state == "password")
    @rule(login=st.sampled_from(list(LOGINS)), right=st.booleans(), death=deaths)
    def submit(self, login: str, right: bool, death: Any) -> None:
        whose = LOGINS[login]
        guesses = self.guesses[whose]
        judged = guesses.take(self.now)
        event = SubmitPassword(login=login, password=PASSWORD if right else "Wrong123")
        if judged and right and whose == "margarita" and self.has_password:
            self.send(event, "signed_in", death=death)
            guesses.forgive()
            return
        if judged:
            guesses.miss(self.now)
        why = "sign_in.failed" if judged else "attempts.exhausted"
        over = guesses.locked(self.now)
        self.send(event, "locked" if over else None, refused=(why,), steps=1 + over, death=death)
        self.lock_ends = guesses.locked_until

    @precondition(lambda self: self.state == "password")
    @rule(login=st.sampled_from([login for login, whose in LOGINS.items() if whose == "margarita"]), death=deaths)
    def submit_the_right_one(self, login: str, death: Any) -> None:
        self.submit(login, True, death)

    @precondition(lambda self: self.state == "password")
    @rule(guess=st.sampled_from(range(5, 8)), late=st.booleans())
    def guess_again_and_again(self, guess: int, late: bool = False) -> None:
        if late and self.now < self.expires - HALF_A_MINUTE:
            self.turn(self.expires - HALF_A_MINUTE - self.now)
        for _ in range(guess):
            if self.state == "password":
                self.submit("margarita@example.org", False, None)
        if late:
            self.turn(HALF_A_MINUTE)

    @precondition(lambda self: self.state == "password")
    @rule(login=st.sampled_from(list(LOGINS)), right=st.booleans())
    def a_guess_that_is_lost(self, login: str, right: bool) -> None:
        """The process dies and nobody asks again: the guess stays counted."""
        event, before = SubmitPassword(login=login, password=PASSWORD if right else "Wrong123"), self.rows(self.flow)
        with meddling(self.scene.storage, write=fails), pytest.raises(DiskFull):
            self.portal_send(event, f"key {next(self.keys)}")
        self.guesses[LOGINS[login]].take(self.now)
        assert self.rows(self.flow) == before

    @precondition(lambda self: self.state == "password" and not self.guesses["margarita"].locked(self.now))
    @rule()
    def the_sixth_even_if_it_is_right(self) -> None:
        """The one before it was lost, so that no wrong answer has locked the account yet (U26)."""
        login = "margarita@example.org"
        while self.state == "password" and self.guesses["margarita"].used < 4:
            self.submit(login, False, None)
        self.a_guess_that_is_lost(login, False)
        self.submit(login, True, None)

    @precondition(lambda self: self.state == "password")
    @rule(length=st.sampled_from([1025, 2000]))
    def submit_nonsense(self, length: int) -> None:
        self.invalid("submit_password", {"login": "nobody@example.org", "password": "x" * length})

    # ─── By Gosuslugi ────────────────────────────────────────────────────────────────────────────────────────────────

    def identified(self, who: Identity, repeated: bool) -> tuple[str, tuple[str, ...]]:
        used = ("gosuslugi.answer_used",) if repeated else ()
        if not who.trusted:
            return "unconfirmed_account", used
        if who.oid not in {PEOPLE[name].oid for name in ("margarita", "boris", "two cards")}:
            return "not_registered", used
        several = who.oid == PEOPLE["two cards"].oid and not self.has_card
        return "ambiguous_card" if several else "signed_in", used

    def resolved(self) -> str:
        return "signed_in"

    def after_an_answer(self, who: Identity, view: Any, refused: bool) -> None:
        if self.state == "signed_in" and not refused:
            self.has_card = self.has_card or who.oid == PEOPLE["two cards"].oid
            self.has_password = self.has_password and not (self.forgot and who.oid == PEOPLE["margarita"].oid)

    def look_back(self) -> None:
        """Signing in opens nothing: as many accounts, cards and passwords as before, but for the card made anew."""
        super().look_back()
        rows = [self.rows(flow_id)[0] for flow_id in self.scene.storage.flow_ids(limit=1000)]
        assert len({row.account for row in rows if row.flow == "patient_card"}) == 3
        assert sum(row.flow == "portal_password" for row in rows) == 3
        assert sum(row.flow == "patient_card" for row in rows) == 4 + self.has_card


def test_sign_in_is_what_the_model_says() -> None:
    walk(SignInMachine, 120)
    assert SignInMachine.reached == TRANSITIONS
    assert set(SignInMachine.refused) == REFUSALS
