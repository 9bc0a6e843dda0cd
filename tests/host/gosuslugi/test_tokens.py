"""U13, U15: no forged token makes a person, and nothing that is no token makes it raise."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import RSAKey
from support.gosuslugi import BASE, MARGARITA, STATE, World, tokens
from support.people import NOW

from registratura.domain.identity import Identity
from registratura.flows.gosuslugi import Denial
from registratura.host.gosuslugi import Confirmed, Denied, GosuslugiConfig, Rejected
from registratura.host.gosuslugi.answers import Stop
from registratura.host.gosuslugi.tokens import Subject, Tokens
from registratura.host.standins.web.gosuslugi_faults import Account, Forgery
from registratura.host.standins.web.gosuslugi_tokens import LIFE, TokenMaker

REASONS = {
    Forgery.ALG_NONE: "token.algorithm",
    Forgery.ALG_HS256: "token.algorithm",
    Forgery.ALG_OTHER: "token.algorithm",
    Forgery.WRONG_KEY: "token.signature",
    Forgery.WRONG_ISSUER: "token.iss",
    Forgery.WRONG_AUDIENCE: "token.aud",
    Forgery.EXPIRED: "token.exp",
    Forgery.NOT_YET: "token.nbf",
    Forgery.OTHER_PERSON: "token.subject",
    Forgery.GARBAGE: "token.format",
}


def test_every_forgery_has_a_reason() -> None:
    assert set(REASONS) == set(Forgery) - {Forgery.NONE}


@pytest.mark.parametrize("forgery", REASONS)
def test_a_forged_id_token_is_rejected(world: World, forgery: Forgery) -> None:
    world.site.faults.id_token = forgery
    assert world.client.answer(world.come_back(), STATE) == Rejected(reason=REASONS[forgery])
    assert not [path for path in world.asked if path.startswith("/rs/")], "data was asked for with it"


@pytest.mark.parametrize("forgery", REASONS)
def test_a_forged_access_token_is_rejected(world: World, forgery: Forgery) -> None:
    world.site.faults.access_token = forgery
    reason = {**REASONS, Forgery.WRONG_AUDIENCE: "token.client_id"}[forgery]
    assert world.client.answer(world.come_back(), STATE) == Rejected(reason=reason)


@pytest.mark.parametrize("account", [Account.ORGANISATION, Account.EMPLOYEE])
def test_an_organisation_is_no_person(world: World, account: Account) -> None:
    world.site.faults.account = account
    assert world.client.answer(world.come_back(), STATE) == Denied(reason=Denial.ORGANISATION)


@pytest.mark.parametrize(("account", "verifying"), [(Account.UNCONFIRMED, False), (Account.VERIFYING, True)])
def test_an_account_that_is_not_confirmed(world: World, account: Account, verifying: bool) -> None:
    world.site.faults.account = account
    answer = world.client.answer(world.come_back(), STATE)
    assert isinstance(answer, Confirmed)
    assert (answer.identity.trusted, answer.identity.verifying) == (False, verifying)


@pytest.mark.parametrize(
    ("late", "reason"),
    [
        (LIFE + timedelta(seconds=29), ""),
        (LIFE + timedelta(seconds=30), "token.exp"),
        (-timedelta(seconds=30), ""),
        (-timedelta(seconds=31), "token.iat"),
    ],
)
def test_clocks_may_differ_by_the_leeway_and_no_more(late: timedelta, reason: str) -> None:
    id_token, access_token = pair(MARGARITA)
    outcome = judge(checking(), id_token, access_token, late)
    assert outcome == (Rejected(reason=reason) if reason else Subject(oid=MARGARITA.oid, trusted=True))


@pytest.mark.parametrize(
    ("claim", "reason"),
    [("exp", "exp"), ("iss", "iss"), ("aud", "aud"), ("sub", "subject"), ("urn:esia:sbj", "")],
)
def test_a_token_without_a_claim(claim: str, reason: str) -> None:
    id_token, access_token = pair(MARGARITA)
    outcome = judge(checking(), signed({**claims_of(id_token), claim: None}), access_token)
    assert outcome == (Rejected(reason=f"token.{reason}") if reason else Denied(reason=Denial.ORGANISATION))


@pytest.mark.parametrize("sub", ["../1000298933", "1000298933/ctts", "", "٣", "9" * 30, True, 1.5, ["1000298933"]])
def test_a_subject_that_is_no_number_is_rejected(sub: Any) -> None:
    """It becomes a part of an address; both tokens agree on it, so that nothing else is wrong."""
    identified, allowed = map(claims_of, pair(MARGARITA))
    about = {name: value for name, value in identified["urn:esia:sbj"].items() if not name.endswith(":oid")}
    id_token = signed({**identified, "sub": sub, "urn:esia:sbj": about})
    assert isinstance(judge(checking(), id_token, signed({**allowed, "urn:esia:sbj_id": None})), Rejected)


def test_tokens_of_two_people_do_not_go_together() -> None:
    mine, _ = pair(MARGARITA)
    _, theirs = pair(MARGARITA.model_copy(update={"oid": "1"}))
    assert judge(checking(), mine, theirs) == Rejected(reason="token.subject")


def test_one_token_cannot_stand_for_the_other() -> None:
    id_token, access_token = pair(MARGARITA)
    assert isinstance(judge(checking(), access_token, id_token), Rejected)


def test_a_new_key_is_taken_beside_the_old_one() -> None:
    id_token, access_token = pair(MARGARITA)
    both = checking(keys=(TokenMaker("").public_pem, tokens().public_pem))
    assert judge(both, id_token, access_token) == Subject(oid=MARGARITA.oid, trusted=True)


@given(st.text(max_size=200) | st.lists(st.text(max_size=60), min_size=3, max_size=3).map(".".join))
def test_no_text_is_a_token_or_makes_it_raise(text: str) -> None:
    assert isinstance(judge(checking(), text, text), Rejected)


@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk", "zip"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("RS256"), st.lists, max_leaves=3
        ),
    )
)
def test_no_header_makes_it_raise(header: dict[str, Any]) -> None:
    parts = [json.dumps(header).encode(), json.dumps(claims_of(pair(MARGARITA)[0])).encode(), b"signature"]
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    assert isinstance(judge(checking(), token, token), Rejected)


def test_a_token_as_deep_as_a_well_is_rejected_even_signed() -> None:
    registry = jws.JWSRegistry(algorithms=["RS256"])
    token = jws.serialize_compact({"alg": "RS256"}, b"[" * 5_000, tokens()._key, registry=registry)
    assert judge(checking(), token, token) == Rejected(reason="token.format")


@pytest.mark.parametrize("algorithms", [("none",), ("HS256",), ("RS256", "none"), ()])
def test_only_signatures_can_be_agreed_on(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"algorithms"):
        config(algorithms=algorithms)


@pytest.mark.parametrize("leeway", [timedelta(seconds=61), timedelta(seconds=-1)])
def test_the_leeway_is_a_minute_at_most(leeway: timedelta) -> None:
    with pytest.raises(ValueError, match="leeway"):
        config(leeway=leeway)


@pytest.mark.parametrize("key", ["", "no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
def test_a_key_that_is_none_is_noticed_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="public key in PEM"):
        Tokens(config(keys=(key,)))


def config(**changes: Any) -> GosuslugiConfig:
    known: dict[str, Any] = {
        "client_id": "PORTAL",
        "redirect_uri": "http://portal.test/",
        "certificate_hash": "",
        "keys": (tokens().public_pem,),
        "issuer": tokens().issuer,
    }
    return GosuslugiConfig.at(BASE, **known | changes)


def checking(**changes: Any) -> Tokens:
    return Tokens(config(**changes))


def judge(
    checks: Tokens, id_token: str, access_token: str, late: timedelta = timedelta(0)
) -> Subject | Rejected | Denied:
    try:
        return checks.subject(id_token, access_token, NOW + late)
    except Stop as stop:
        return stop.answer


def pair(identity: Identity) -> tuple[str, str]:
    return tokens().id_token(identity, "PORTAL", NOW), tokens().access_token(identity, "PORTAL", NOW)


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return found


def signed(claims: dict[str, Any]) -> str:
    """With Gosuslugi's own key; a claim that is None is left out."""
    key: RSAKey = tokens()._key
    registry = jws.JWSRegistry(algorithms=["RS256"])
    return jwt.encode({"alg": "RS256"}, {n: v for n, v in claims.items() if v is not None}, key, registry=registry)
