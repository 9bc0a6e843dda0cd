"""What may go wrong at the stand-in Gosuslugi, on demand: from its page, or from a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from registratura.domain.identity import Identity


class Forgery(StrEnum):
    """What is wrong with a token (U13)."""

    NONE = ""
    ALG_NONE = "alg_none"
    ALG_HS256 = "alg_hs256"
    ALG_OTHER = "alg_other"
    WRONG_KEY = "wrong_key"
    WRONG_ISSUER = "wrong_iss"
    WRONG_AUDIENCE = "wrong_aud"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    OTHER_PERSON = "other_person"
    GARBAGE = "garbage"


class Trouble(StrEnum):
    """How it does not answer (U9)."""

    NONE = ""
    SLOW = "slow"
    DOWN = "down"
    HTML = "html"


class Place(StrEnum):
    """Where it does not answer."""

    SIGN_IN = "sign_in"
    TOKEN = "token"
    PERSON = "person"


class Account(StrEnum):
    """What the person's account is, instead of what it is."""

    OWN = ""
    UNCONFIRMED = "unconfirmed"
    VERIFYING = "verifying"
    ORGANISATION = "organisation"
    EMPLOYEE = "employee"


_ACCOUNTS: Mapping[Account, Mapping[str, Any]] = {
    Account.OWN: {},
    Account.UNCONFIRMED: {"trusted": False},
    Account.VERIFYING: {"trusted": False, "verifying": True},
    Account.ORGANISATION: {"kind": "organisation"},
    Account.EMPLOYEE: {"kind": "employee"},
}

ERROR_CODES = (
    *("007002", "007003", "007004", "007006", "007007", "007008", "007011", "007013", "007014", "007015"),
    *("007019", "007023", "007038", "007046", "007053", "007055", "008010"),
)

MISSING = (
    *("firstName", "lastName", "middleName", "birthDate", "gender", "snils", "trusted"),
    *("MBT", "EML", "MDCL_PLCY", "RF_PASSPORT", "id_token", "access_token", "state"),
)


@dataclass(slots=True)
class Faults:
    """What is wrong just now; nothing, at first.

    `answer_error` comes back instead of a code, `token_error` instead of tokens. `missing` names what is left out of
    person data and token answers. `slow_seconds` is how long a slow answer takes.
    """

    answer_error: str = ""
    token_error: str = ""
    id_token: Forgery = Forgery.NONE
    access_token: Forgery = Forgery.NONE
    trouble: Trouble = Trouble.NONE
    trouble_at: Place = Place.TOKEN
    account: Account = Account.OWN
    missing: frozenset[str] = frozenset()
    slow_seconds: int = 20

    def clear(self) -> None:
        """Nothing is wrong any more."""
        self.take(Faults())

    def take(self, other: Faults) -> None:
        """Be as the other says."""
        for field in fields(self):
            setattr(self, field.name, getattr(other, field.name))

    def at(self, place: Place) -> Trouble:
        """What is wrong with answers there."""
        return self.trouble if self.trouble_at is place else Trouble.NONE

    def seen(self, identity: Identity) -> Identity:
        """The person as the account now looks."""
        return identity.model_copy(update=dict(_ACCOUNTS[self.account]))


def faults_from(form: Mapping[str, str], missing: Iterable[str]) -> Faults:
    """The faults that a form names. What nobody knows is no fault."""
    return Faults(
        answer_error=_one_of(ERROR_CODES, form.get("answer_error")),
        token_error=_one_of(ERROR_CODES, form.get("token_error")),
        id_token=Forgery(_one_of(tuple(Forgery), form.get("id_token"))),
        access_token=Forgery(_one_of(tuple(Forgery), form.get("access_token"))),
        trouble=Trouble(_one_of(tuple(Trouble), form.get("trouble"))),
        trouble_at=Place(_one_of(tuple(Place), form.get("trouble_at")) or Place.TOKEN),
        account=Account(_one_of(tuple(Account), form.get("account"))),
        missing=frozenset(missing) & frozenset(MISSING),
    )


def _one_of(known: tuple[str, ...], text: str | None) -> str:
    return text if text in known else ""
