"""Who somebody is: what Gosuslugi says, what the portal and the clinics know already, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.cabinet import own, relative
from support.people import identity
from support.portal import BORIS, CONSENTS, MARGARITA, PASSWORD, Scene, codes

from registratura.domain.consent import Purpose
from registratura.domain.identity import Identity
from registratura.domain.matching import ClinicCard
from registratura.flows.common import Back, ContactSupport
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.gosuslugi import Denial, SmsNotArriving
from registratura.flows.patient_card import Confirm, Delete, KeepCurrent, TakeNew
from registratura.flows.registration import GoToGosuslugi
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, ForgotPassword, SignIn, SubmitPassword
from registratura.host import Caller, FlowView


def kept(number: int, person: Identity = MARGARITA) -> ClinicCard:
    """A card that a clinic keeps of that person."""
    return ClinicCard(ref=f"card {number}", name=person.name, birth_date=person.birth_date, snils=person.snils)


def signing_in(scene: Scene) -> str:
    return scene.walk(scene.portal.start(SignIn).id, ChooseGosuslugi(), GoToGosuslugi()).id


def signed_in(scene: Scene, person: Identity = MARGARITA) -> FlowView:
    flow = signing_in(scene)
    return scene.portal.gosuslugi.returned(flow, person, f"answer to {flow}")


def cards(scene: Scene, caller: Caller) -> list[Any]:
    """The account's cards, as they are kept."""
    with scene.storage.unit() as unit:
        rows = unit.flows_of(caller.account, "patient_card")
    return [scene.portal.engine.record(row.id) for row in rows]


# ─── Who it is ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_people_of_two_issuers_are_two_people_and_their_answers_two_answers(scene: Scene) -> None:
    """U12, U18."""
    one, other = identity(issuer="http://one/1", oid="23"), identity(issuer="http://one/12", oid="3", phone=None)
    assert scene.at_card(one).account != scene.at_card(other).account
    first = scene.portal.gosuslugi.returned(scene.at_gosuslugi().id, identity(issuer="i", oid="7"), "12")
    second = scene.portal.gosuslugi.returned(scene.at_gosuslugi().id, identity(issuer="i1", oid="8"), "2")
    assert (first.state, second.state) == ("card_review", "card_review")


def test_answers_that_a_host_has_no_names_for_are_each_an_answer_of_its_own(scene: Scene) -> None:
    for person in (MARGARITA, BORIS):
        assert scene.portal.gosuslugi.returned(scene.at_gosuslugi().id, person, "").state == "card_review"


def test_clinics_are_asked_about_who_has_no_card_here_and_about_nobody_else(make_scene: Callable[..., Scene]) -> None:
    asked: list[Identity] = []

    def clinic_cards(person: Identity) -> tuple[ClinicCard, ...]:
        asked.append(person)
        return (kept(1, person),)

    scene = make_scene(clinic_cards=clinic_cards)
    caller = scene.registered()
    assert asked == [MARGARITA]
    assert [card.data.clinic_card for card in cards(scene, caller)] == ["card 1"]
    assert signed_in(scene).state == "signed_in"
    assert asked == [MARGARITA]


def test_who_has_withdrawn_the_consent_is_looked_up_nowhere(make_scene: Callable[..., Scene]) -> None:
    """U40: though the own card was deleted, none is made of what the clinics keep."""
    scene = make_scene(clinic_cards=lambda person: (kept(1, person), kept(2, person)))
    flow = scene.at_card()
    flow = scene.portal.operator.resolve_ambiguity(flow.id, "card 1")
    caller = Caller(account=flow.account)
    relative(scene, caller)
    scene.walk(own(scene, caller), Delete(confirmed=True), caller=caller)
    scene.portal.start(ConsentWithdrawal, caller=caller)
    assert signed_in(scene).state == "signed_in"
    assert sorted(card.state for card in cards(scene, caller)) == ["deleted", "unverified"]


def test_each_of_two_people_whose_card_was_deleted_gets_a_new_one(scene: Scene) -> None:
    for person in (MARGARITA, BORIS):
        caller = scene.registered(person)
        relative(scene, caller)
        scene.walk(own(scene, caller), Delete(confirmed=True), caller=caller)
        assert signed_in(scene, person).state == "signed_in"
        assert sorted(card.state for card in cards(scene, caller)) == ["deleted", "unverified", "unverified"]


def test_a_card_that_is_deleted_again_is_made_again(scene: Scene) -> None:
    caller = scene.registered()
    relative(scene, caller)
    for deleted in (1, 2, 3):
        (card,) = [card for card in cards(scene, caller) if card.state != "deleted" and not card.data.relative]
        scene.walk(card.id, Delete(confirmed=True), caller=caller)
        assert signed_in(scene).state == "signed_in"
        assert sorted(card.state for card in cards(scene, caller)) == [*["deleted"] * deleted, *["unverified"] * 2]


def test_the_clinics_card_goes_into_the_card_that_is_made_anew(make_scene: Callable[..., Scene]) -> None:
    found: list[ClinicCard] = []
    scene = make_scene(clinic_cards=lambda person: tuple(found))
    caller = scene.registered()
    relative(scene, caller)
    scene.walk(own(scene, caller), Delete(confirmed=True), caller=caller)
    found.append(kept(7))
    assert signed_in(scene).state == "signed_in"
    (card,) = [card for card in cards(scene, caller) if card.state != "deleted" and not card.data.relative]
    assert (card.data.clinic_card, card.subject, card.account) == ("card 7", caller.account, caller.account)


def test_support_names_the_card_to_who_signs_in_and_has_none(make_scene: Callable[..., Scene]) -> None:
    """U19."""
    found: list[ClinicCard] = []
    scene = make_scene(clinic_cards=lambda person: tuple(found))
    caller = scene.registered()
    relative(scene, caller)
    scene.walk(own(scene, caller), Delete(confirmed=True), caller=caller)
    found += [kept(1), kept(2)]
    waiting = signed_in(scene)
    assert (waiting.state, waiting.account, waiting.subject) == ("ambiguous_card", None, caller.account)
    assert [row.kind for row in scene.storage.effects()][-1:] == ["AlarmAmbiguousCard"]
    data = scene.portal.engine.record(waiting.id).data
    assert (data.identity, data.matches) == (MARGARITA, ("card 1", "card 2"))
    view = scene.portal.operator.resolve_ambiguity(waiting.id, "card 2")
    assert (view.state, view.account, view.subject) == ("signed_in", caller.account, caller.account)
    data = scene.portal.engine.record(waiting.id).data
    assert (data.identity, data.matches) == (None, ()), "it is not kept longer than it is needed"
    assert "card 2" in [card.data.clinic_card for card in cards(scene, caller)]


# ─── What is new ─────────────────────────────────────────────────────────────────────────────────────────────────────

RENAMED = identity(email="new@example.org", snils=None)


def test_news_that_were_not_wanted_are_not_told_again_until_there_are_others(scene: Scene) -> None:
    """U20."""
    caller = scene.registered()
    card = own(scene, caller)
    assert (signed_in(scene).state, scene.state(card)) == ("signed_in", "confirmed")
    changed = identity(name={"last": "Новикова", "first": "Маргарита", "middle": "Викторовна"})
    signed_in(scene, changed)
    assert scene.state(card) == "differs"
    assert scene.portal.get(card).screen.items["differs"] == ("last_name",)
    scene.walk(card, KeepCurrent(), caller=caller)
    signed_in(scene, changed)
    assert scene.state(card) == "confirmed"
    again = identity(name={"last": "Петрова", "first": "Маргарита", "middle": "Викторовна"})
    signed_in(scene, again)
    before = scene.portal.get(card).screen.items["revision"]
    items = scene.walk(card, TakeNew(), caller=caller).screen.items
    assert (items["fields"]["last_name"]["value"], items["revision"], items["differs"]) == ("Петрова", before + 1, ())
    data = scene.portal.engine.record(card).data
    assert (data.news, data.kept) == (None, None)


def test_a_card_that_nobody_has_checked_takes_what_is_new_at_once(scene: Scene) -> None:
    flow = scene.at_card()
    caller = Caller(account=flow.account)
    card = own(scene, caller)
    signed_in(scene, identity(name={"last": "Новикова", "first": "Маргарита", "middle": "Викторовна"}))
    items = scene.portal.get(card).screen.items
    assert (items["fields"]["last_name"]["value"], items["differs"]) == ("Новикова", ())
    assert scene.walk(card, Confirm(), caller=caller).state == "confirmed"


# ─── Signing in ──────────────────────────────────────────────────────────────────────────────────────────────────────


def by_password(scene: Scene, password: str, login: str = "margarita@example.org") -> FlowView:
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword())
    return scene.portal.send(flow.id, SubmitPassword(login=login, password=password))


def test_who_has_forgotten_the_password_comes_in_through_gosuslugi_and_has_none(scene: Scene) -> None:
    """U36."""
    caller = scene.registered()
    assert by_password(scene, PASSWORD).account == caller.account
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword(), ForgotPassword(), GoToGosuslugi())
    assert scene.portal.gosuslugi.returned(flow.id, MARGARITA, "forgot").state == "signed_in"
    assert scene.state(scene.flow_of(caller, "portal_password")) == "absent"
    assert codes(by_password(scene, PASSWORD)) == ["sign_in.failed"]


def test_who_signs_in_through_gosuslugi_keeps_the_password(scene: Scene) -> None:
    scene.registered()
    signed_in(scene)
    assert by_password(scene, PASSWORD).state == "signed_in"


def test_who_chooses_gosuslugi_after_all_has_not_forgotten_the_password(scene: Scene) -> None:
    scene.registered()
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword(), ForgotPassword(), Back())
    scene.walk(flow.id, ChooseGosuslugi(), GoToGosuslugi())
    assert scene.portal.gosuslugi.returned(flow.id, MARGARITA, "1").state == "signed_in"
    assert by_password(scene, PASSWORD).state == "signed_in"


@pytest.mark.parametrize(("verifying", "notice"), [(True, "account_verifying"), (False, "account_unconfirmed")])
def test_an_unconfirmed_account_lets_nobody_in_and_is_told_what_it_lacks(
    scene: Scene, verifying: bool, notice: str
) -> None:
    """U14."""
    scene.registered()
    view = signed_in(scene, identity(trusted=False, verifying=verifying))
    assert (view.state, view.account, view.screen.items) == ("unconfirmed_account", None, {"notice": notice})


def test_guesses_at_a_login_that_reads_like_an_account_lock_nobody_out(scene: Scene) -> None:
    caller = scene.registered()
    assert [by_password(scene, "wrong", f"account:{caller.account}").state for _ in range(5)][-1] == "locked"
    assert by_password(scene, PASSWORD).state == "signed_in"


def test_a_right_password_forgives_the_wrong_ones_before_it(scene: Scene) -> None:
    scene.registered()
    for _ in range(2):
        ends = [by_password(scene, password).state for password in (*["wrong"] * 4, PASSWORD)]
        assert ends == [*["password"] * 4, "signed_in"]


@pytest.mark.parametrize("login", ["margarita@example.org", "nobody@example.org"])
def test_a_lock_says_until_when_and_says_it_of_unknown_logins_too(scene: Scene, login: str) -> None:
    """U33, U34."""
    scene.registered()
    other = scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id
    ends = [by_password(scene, "wrong", login) for _ in range(5)]
    assert [end.state for end in ends] == [*["password"] * 4, "locked"]
    until = ends[-1].screen.items["until"]
    refused = scene.portal.send(other, SubmitPassword(login=login, password=PASSWORD))
    assert [(refusal.code, refusal.retry_at) for refusal in refused.refusals] == [("attempts.exhausted", until)]
    assert (refused.state, refused.screen.items) == ("locked", {"until": until})
    scene.clock.now = until
    assert scene.state(other) == "password"


def test_why_the_person_came_back_is_told_until_they_set_out_again(scene: Scene) -> None:
    flow = signing_in(scene)
    view = scene.portal.gosuslugi.denied(flow, Denial.OUTAGE)
    assert (view.state, view.screen.items) == ("gosuslugi.entry", {"notice": "gosuslugi.outage"})
    assert scene.walk(flow, GoToGosuslugi(via="link")).screen.items == {}
    data = scene.portal.engine.record(flow).data
    assert (data.denied, data.via, data.at_sms) == (None, "link", False)


def test_back_from_the_help_with_the_sms_leads_where_the_person_was(scene: Scene) -> None:
    flow = signing_in(scene)
    assert scene.walk(flow, SmsNotArriving(), Back()).state == "gosuslugi.first_stage"
    scene.portal.gosuslugi.progress(flow, "password")
    assert scene.walk(flow, SmsNotArriving(), ContactSupport(), Back(), Back()).state == "gosuslugi.sms_code"
    scene.portal.gosuslugi.denied(flow, Denial.CANCELLED)
    assert scene.walk(flow, GoToGosuslugi(), SmsNotArriving(), Back()).state == "gosuslugi.first_stage"


def test_the_consent_that_is_withdrawn_is_the_one_that_was_given(make_scene: Callable[..., Scene]) -> None:
    """Whatever the text is by now."""
    texts = dict(CONSENTS)
    scene = make_scene(consents=texts)
    accepted = texts[Purpose.PERSONAL_DATA]
    caller = scene.registered()
    texts[Purpose.PERSONAL_DATA] = accepted.model_copy(update={"version": "2", "text": "Новый текст"})
    withdrawal = scene.portal.start(ConsentWithdrawal, caller=caller)
    with scene.storage.unit() as unit:
        (entry,) = [row.entry for row in unit.evidence(withdrawal.id)]
    for said in (
        f'"account":"{caller.account}"',
        f'"subject":"{caller.account}"',
        f'"text_sha256":"{accepted.sha256}"',
        '"text_version":"1"',
        '"button":"request_withdrawal"',
        '"kind":"withdrawn"',
    ):
        assert said in entry
