"""The port of *Тогда*: reads, and changes nothing. It returns plain data; the step compares."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple, Protocol

from registratura.features.cast import Person
from registratura.features.codes import TypedCode
from registratura.features.deeds import Deed
from registratura.features.places import Place


class Balance(NamedTuple):
    """What the portal has of a person."""

    accounts: int
    cards: int


class CardField(NamedTuple):
    """A field of a card: the value as it is shown, empty if there is none, and its status."""

    value: str
    status: str


class Then(Protocol):
    """Reads what people are shown, and what is stored."""

    # What the person sees.
    def place(self, person: Person) -> Place:
        """Where the flow that the person acted in last stands."""

    def section(self, person: Person) -> str:
        """The section of the cabinet the person is in; `closed` when it is closed."""

    def sections(self, person: Person) -> tuple[str, ...]:
        """The sections of the cabinet that the last act led to, in their order."""

    def shown(self, person: Person) -> str:
        """All the text the person is shown now, with refusals, titles and buttons, one space between words."""

    def sees(self, person: Person, view: str) -> bool:
        """Whether the person is shown this (`words.VIEWS`)."""

    def reasons(self, person: Person) -> tuple[str, ...]:
        """The codes of the refusals, errors and notices that the last act brought."""

    def clinic_reasons(self, clinic: str) -> tuple[str, ...]:
        """The codes of the refusals that the clinic's last delivery brought."""

    def not_allowed(self, person: Person) -> bool:
        """Whether the last act was answered with "not allowed now"."""

    def named_allowed(self, person: Person) -> tuple[str, ...]:
        """The events that this answer named as allowed."""

    def actions(self, person: Person) -> tuple[Deed, ...]:
        """What the person may do now, refusals known without a payload apart."""

    def answers(self, person: Person) -> tuple[str, ...]:
        """The answers to the requests of the last act, each as a text to compare."""

    # What is stored.
    def security_events(self) -> int:
        """How many answers of Gosuslugi were written down as not to be believed."""

    def unchanged(self) -> bool:
        """Whether every stored flow is byte for byte what it was before the act."""

    def balance(self, person: Person) -> Balance:
        """How many accounts and own cards the portal has of the person."""

    def evidence(self) -> tuple[tuple[str, str], ...]:
        """Every (decision, purpose) in the book of consents, oldest first."""

    def evidence_keeps_text(self) -> bool:
        """Whether each evidence names the version and digest of the text that was shown."""

    def evidence_is_impersonal(self) -> bool:
        """Whether no evidence names or points to a person."""

    def consented_for(self, subject: Person) -> Person | None:
        """Who consented in the newest evidence about the subject; None if the subject did."""

    def sms_sent(self, person: Person) -> int:
        """How many text messages with a code the last act sent to the person."""

    def alarms(self) -> tuple[str, ...]:
        """What the operators were told, the oldest first (`words.ALARMS`)."""

    # Cards.
    def card_state(self, profile: Person) -> str:
        """The state of the profile's card."""

    def card_field(self, profile: Person, field: str) -> CardField:
        """A field of the profile's card."""

    def card_is_from_gosuslugi(self, profile: Person) -> bool:
        """Whether every filled field of the card came from Gosuslugi and says the same."""

    def card_is_clinics(self, profile: Person) -> bool:
        """Whether the card says which of the clinics' cards it continues."""

    def cards(self, person: Person) -> tuple[Person, ...]:
        """Whose cards the person can see, their own among them."""

    # Passwords and sessions.
    def password_works(self, person: Person, password: str) -> bool:
        """Whether a sign-in by this password would succeed, tried beside the scenario."""

    def has_password(self, person: Person) -> bool:
        """Whether a password of the portal is set."""

    def password_is_nowhere(self, person: Person) -> bool:
        """Whether the password that was set stands nowhere in the storage in clear."""

    def session_elsewhere(self, person: Person) -> bool:
        """Whether the session on the second device lives."""

    def signed_in_count(self, person: Person) -> int:
        """How many of the sign-ins of the last act succeeded."""

    # Clinics.
    def listed_clinics(self, person: Person) -> tuple[str, ...]:
        """The clinics the person has listed."""

    def rights(self, person: Person) -> tuple[tuple[str, str], ...]:
        """Every (clinic, state) of the person's clinic rights that are not withdrawn."""

    def code(self, person: Person, which: TypedCode) -> str | None:
        """The digits of the person's newest or previous attachment code, as the clinic gave them; None if none."""

    def code_state(self, person: Person, which: TypedCode) -> str:
        """The state of that code."""

    def clinic_warned(self, clinic: str, person: Person) -> bool:
        """Whether the clinic was told that somebody else tried the person's code."""

    def attempts_left(self, person: Person) -> int:
        """How many wrong codes the person may still give."""

    def documents(self, person: Person) -> tuple[str, ...]:
        """The documents in the person's medical record."""

    def exports(self, clinic: str) -> tuple[int, int]:
        """How many exports from the clinic wait for another try, and how many have begun."""

    # Withdrawal and one-time codes.
    def processing_stopped(self, person: Person) -> bool:
        """Whether the processing of the person's data has stopped."""

    def withdrawal(self, person: Person) -> tuple[str, str]:
        """The state of the person's withdrawal of consent, and the act or law named; empty if none yet."""

    def erasure_within(self, person: Person) -> timedelta:
        """The time from now until the person's data must be gone."""

    def one_time_code_state(self) -> str:
        """The state of the flow of chart 10 that was acted in last."""

    def judged_guesses(self) -> int:
        """How many of the last act's guesses were judged."""
