"""U16: every gap is allowed, nothing is corrected, and only what is confirmed becomes a login (U59)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gosuslugi import MARGARITA, PASSPORT, STATE, World
from support.people import WRONG_SNILS

from registratura.domain.identity import DocumentStatus, Identity, IdentityDocument, PersonName, Policy
from registratura.flows.gosuslugi import Denial
from registratura.host.gosuslugi import Confirmed, Denied
from registratura.host.gosuslugi.person import identity_of
from registratura.host.standins.web.gosuslugi_person import contacts_json, documents_json, person_json

NAME = {"lastName": "Алексеева", "firstName": "Маргарита"}
GAPS = {
    "middleName": {"name": PersonName(last="Алексеева", first="Маргарита")},
    "birthDate": {"birth_date": None},
    "gender": {"gender": None},
    "snils": {"snils": None},
    "trusted": {},
    "MBT": {"phone": None},
    "EML": {"email": None},
    "MDCL_PLCY": {"policy": None},
    "RF_PASSPORT": {"documents": ()},
}


@pytest.mark.parametrize("field", GAPS)
def test_a_gap_is_a_gap(world: World, field: str) -> None:
    world.site.faults.missing = frozenset({field})
    answer = world.client.answer(world.come_back(), STATE)
    assert isinstance(answer, Confirmed)
    assert answer.identity == MARGARITA.model_copy(update=GAPS[field])


def test_nothing_but_a_name(world: World) -> None:
    world.site.faults.missing = frozenset(GAPS)
    answer = world.client.answer(world.come_back(), STATE)
    assert isinstance(answer, Confirmed)
    assert answer.identity == Identity(
        issuer=MARGARITA.issuer, oid=MARGARITA.oid, trusted=True, name=PersonName(last="Алексеева", first="Маргарита")
    )


@pytest.mark.parametrize("field", ["lastName", "firstName"])
def test_without_a_name_there_is_nobody_to_register(world: World, field: str) -> None:
    world.site.faults.missing = frozenset({field})
    assert world.client.answer(world.come_back(), STATE) == Denied(reason=Denial.CONFIGURATION, alarm=True)


def test_an_unconfirmed_account_may_not_even_have_a_name() -> None:
    world = World(MARGARITA.model_copy(update={"trusted": False}))
    world.site.faults.missing = frozenset({"lastName"})
    assert world.client.answer(world.come_back(), STATE) == Denied(reason=Denial.UNCONFIRMED)


@pytest.mark.parametrize("kind", ["MBT", "EML"])
@pytest.mark.parametrize("status", ["NOT_VERIFIED", "VERIFYING", "verified", None, True])
def test_an_unconfirmed_contact_is_none(kind: str, status: object) -> None:
    found = told(NAME, contacts=[{"type": kind, "vrfStu": status, "value": "+7(900)1234567"}])
    assert (found.phone, found.email) == (None, None)


def test_the_confirmed_one_of_several_is_taken() -> None:
    contacts = [
        {"type": "MBT", "vrfStu": "NOT_VERIFIED", "value": "+7(900)0000001"},
        {"type": "PHN", "vrfStu": "VERIFIED", "value": "+7(351)0000002"},
        {"type": "MBT", "vrfStu": "VERIFIED", "value": "+7(900)0000003"},
    ]
    assert told(NAME, contacts=contacts).phone == "+7(900)0000003"


@pytest.mark.parametrize("snils", [WRONG_SNILS, "112-233-445 95", "нет"])
def test_a_number_is_kept_as_it_came(snils: str) -> None:
    """U17: the card warns."""
    assert told({**NAME, "snils": snils}).snils == snils


@pytest.mark.parametrize("middle", ["-", "нет данных.", "", "  ", None, 7, "Виктоpовна"])
def test_what_is_no_patronymic_is_none(middle: object) -> None:
    assert told({**NAME, "middleName": middle}).name.middle is None


@pytest.mark.parametrize("born", ["12.08.2000", "2000-08-12"])
def test_a_birth_date(born: str) -> None:
    assert told({**NAME, "birthDate": born}).birth_date == date(2000, 8, 12)


@pytest.mark.parametrize("born", ["31.02.2000", "12/08/2000", "١٢.٠٨.٢٠٠٠", 20000812, None])
def test_what_is_no_birth_date_is_none(born: object) -> None:
    assert told({**NAME, "birthDate": born}).birth_date is None


@pytest.mark.parametrize(
    ("trusted", "confirmed", "both"),
    [(True, True, True), (False, True, False), (True, False, False), ("true", True, False), (1, True, False)],
)
def test_trusted_is_whom_token_and_data_both_trust(trusted: object, confirmed: bool, both: bool) -> None:
    assert identity_of("i", "1", confirmed, {**NAME, "trusted": trusted}, {}, {}).trusted is both


def test_an_old_policy_has_a_series() -> None:
    paper = {"type": "MDCL_PLCY", "vrfStu": "NOT_VERIFIED", "series": "АБ", "number": "123456"}
    expected = Policy(number="АБ 123456", kind="old", status=DocumentStatus.NOT_VERIFIED)
    assert told(NAME, documents=[paper]).policy == expected


def test_a_paper_says_whether_it_is_verified() -> None:
    papers = [{"type": "RF_PASSPORT", "series": "7501", "number": "123456"}, {"type": "", "number": "1"}, "paper"]
    assert told(NAME, documents=papers).documents == (
        PASSPORT.model_copy(update={"status": DocumentStatus.NOT_VERIFIED}),
    )


@pytest.mark.parametrize("status", [401, 404])
def test_who_may_not_see_a_person_is_told_nothing(world: World, status: int) -> None:
    world.come_back()
    path, token = (f"/rs/prns/{MARGARITA.oid}", "another") if status == 401 else ("/rs/unknown", "")
    assert world.http.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == status


some_text = st.text(alphabet="АБВабвё", min_size=1, max_size=9)
people = st.builds(
    Identity,
    issuer=st.just("i"),
    oid=st.just("1"),
    trusted=st.booleans(),
    verifying=st.booleans(),
    name=st.builds(PersonName, last=some_text, first=some_text, middle=st.none() | some_text),
    birth_date=st.none() | st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    gender=st.none() | st.sampled_from(["M", "F"]),
    snils=st.none() | some_text,
    phone=st.none() | st.from_regex(r"\+79[0-9]{9}", fullmatch=True),
    email=st.none() | some_text,
    policy=st.none()
    | st.builds(Policy, number=some_text, status=st.sampled_from(DocumentStatus))
    | st.builds(Policy, number=st.just("АБ 12"), kind=st.just("old")),
    documents=st.lists(
        st.builds(
            IdentityDocument,
            kind=st.sampled_from(["RF_PASSPORT", "RF_BRTH_CERT"]),
            status=st.sampled_from(DocumentStatus),
            number=st.none() | some_text,
        ),
        max_size=3,
    ).map(tuple),
)


@given(people)
def test_what_one_side_tells_the_other_understands(identity: Identity) -> None:
    """The telephone is written as Gosuslugi writes it."""
    told_of = person_json(identity), contacts_json(identity), documents_json(identity)
    phone = identity.phone and f"+7({identity.phone[2:5]}){identity.phone[5:]}"
    expected = identity.model_copy(update={"phone": phone})
    assert identity_of("i", "1", identity.trusted, *told_of) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("lastName", "firstName", "middleName", "birthDate", "gender", "snils", "trusted", "verifying")
WORDS = ("MBT", "EML", "MDCL_PLCY", "RF_PASSPORT", "VERIFIED")
PARTS = ("type", "vrfStu", "value", "number", "series")


elements = st.dictionaries(st.sampled_from(PARTS), json_values | st.sampled_from(WORDS))


@given(
    person=st.dictionaries(st.sampled_from(FIELDS), json_values),
    elements=st.lists(json_values | elements, max_size=4) | json_values,
)
def test_no_data_makes_it_raise(person: dict[str, Any], elements: Any) -> None:
    found = identity_of("i", "1", True, {**person, **NAME}, {"elements": elements}, {"elements": elements})
    assert found.name.last == "Алексеева"


def told(person: dict[str, Any], contacts: Any = (), documents: Any = ()) -> Identity:
    return identity_of("i", "1", True, person, {"elements": list(contacts)}, {"elements": list(documents)})
