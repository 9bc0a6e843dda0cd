"""The port of *Дано*: prepares. A driver may take any short cut that leaves what the person's own acts would leave."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from registratura.features.cast import Person
from registratura.features.deeds import Deed
from registratura.features.faults import Fault
from registratura.features.places import Place


class Given(Protocol):
    """Prepares. A step that needs an earlier one (an account, a clinic right) prepares that too."""

    # Where the person is.
    def reached(self, person: Person, place: Place, region: str | None = None) -> None:
        """A new flow of the place's chart (registration where several share it) stands at the place.

        `region` is the one chosen on the way, the usual one if None.
        """

    def reached_signed_in(self, person: Person, place: Place) -> None:
        """A new registration, begun without leaving the cabinet, stands at the place."""

    def reached_signing_in(self, person: Person, place: Place) -> None:
        """A new sign-in stands at the place. It registers nobody."""

    def reached_again(self, person: Person, place: Place) -> None:
        """The person, who checks their card, reads Gosuslugi's data anew, and stands at this place of Gosuslugi."""

    def registered_elsewhere(self, person: Person) -> None:
        """The person, of whom several cards are known, has registered on another device meanwhile."""

    def registered(self, person: Person, card_checked: bool = True) -> None:
        """The person has finished a registration and is signed out."""

    def signed_in(self, person: Person) -> None:
        """The person, registered, has signed in through Gosuslugi; the cabinet is closed."""

    def in_cabinet(self, person: Person, channel: str = "web") -> None:
        """The person, registered, has signed in and opened the cabinet."""

    def signed_in_elsewhere(self, person: Person) -> None:
        """The person has a session on a second device too."""

    def session_ended(self, person: Person) -> None:
        """The person's session is over; what was open in it stays."""

    def opened_section(self, person: Person, section: str) -> None:
        """The person is in this section of the open cabinet."""

    def acted(self, person: Person, deed: Deed) -> None:
        """The person has done this where they are."""

    def chose_region(self, person: Person, region: str) -> None:
        """The person has sent this region, and the request can be repeated."""

    # The world outside.
    def fault(self, fault: Fault) -> None:
        """From now on, or for the next act, this goes wrong."""

    def passed(self, duration: timedelta) -> None:
        """This much time has passed, and what was due has been carried out."""

    def consent_renewed(self, purpose: str) -> None:
        """A new version of the consent text for the purpose is in force."""

    def alarm_after(self, count: int) -> None:
        """The host wants an alarm when so many wrong attachment codes came within an hour, from anybody."""

    def hardened_passwords(self) -> None:
        """The host has chosen the hardened password policy."""

    def data_destroyed(self, person: Person, act: str) -> None:
        """The operator has destroyed the person's data and drawn up the act."""

    # Gosuslugi.
    def gosuslugi_answered(self, person: Person, answer: str) -> None:
        """Gosuslugi has given this answer about the person."""

    def gosuslugi_confirmed(self, person: Person) -> None:
        """Gosuslugi has answered with the person's verified identity."""

    def first_stage_passed(self, person: Person, method: str) -> None:
        """The person has passed the first stage at Gosuslugi by `password` or `other`."""

    def help_opened_and_closed(self, person: Person, times: int) -> None:
        """The person has been to the sign-in help and back this many times."""

    def gosuslugi_lacks(self, person: Person, field: str) -> None:
        """Gosuslugi knows nothing for this field."""

    def gosuslugi_says(self, person: Person, field: str, value: str) -> None:
        """Gosuslugi now has this value for the field."""

    def gosuslugi_has_wrong(self, person: Person, field: str) -> None:
        """What Gosuslugi has for the field fails its check digit."""

    def gosuslugi_has_unverified(self, person: Person, field: str) -> None:
        """What Gosuslugi has for the field is not verified there."""

    def clinic_cards(self, person: Person, count: int) -> None:
        """So many cards that clinics keep match the person."""

    # Cards and passwords.
    def added_card(self, person: Person, relative: Person) -> None:
        """The person, in the cabinet, has added the relative's card."""

    def confirmed_card(self, person: Person, profile: Person) -> None:
        """The person has confirmed the data of the profile's card."""

    def deleted_card(self, person: Person, profile: Person) -> None:
        """The person has deleted the profile's card."""

    def card_edited(self, person: Person, field: str, value: str) -> None:
        """The person has changed the field of their own card, accepted or not."""

    def edited_elsewhere(self, person: Person, field: str, value: str) -> None:
        """Two devices show the same version of the card, and the first has changed the field."""

    def came_of_age(self, child: Person) -> None:
        """It is the child's 18th birthday, or later."""

    def password_set(self, person: Person, password: str) -> None:
        """The person, registered, has this password of the portal and is in the cabinet."""

    def password_tried(self, person: Person, password: str) -> None:
        """The person has tried to set this password where they are, accepted or not."""

    def password_locked(self, person: Person, times: int) -> None:
        """Signing in by password is locked for the n-th time in a row, and the person sees it."""

    def guessed_wrong(self, person: Person, times: int, secret: str, elsewhere: bool = False) -> None:
        """The person has given a wrong password, current password, attachment code or one-time code so many times.

        They stand where it is typed; with `elsewhere` they did so in another window, and where they are is unchanged.
        """

    # Clinics.
    def clinic_ordered(self, clinic: str, person: Person, order: str) -> None:
        """The clinic has issued, revoked or reissued the person's code."""

    def clinic_left(self, clinic: str) -> None:
        """The clinic has left the portal."""

    def code_entry_opened(self, person: Person, profile: Person | None = None) -> None:
        """The person, in the cabinet, has opened the code entry, for the profile's card (their own if None)."""

    def code_entry_opened_twice(self, person: Person) -> None:
        """The code entry is open on the web and in the mobile app."""

    def attached(self, person: Person, clinic: str, profile: Person | None = None) -> None:
        """The person is in the cabinet, and the profile (their own if None) is attached to the clinic by a code."""

    def delivered(self, clinic: str, person: Person, document: str) -> None:
        """The clinic, attached if it was not, has delivered the document."""

    def right_withdrawn(self, person: Person, clinic: str) -> None:
        """The person has withdrawn the clinic's right."""

    # One-time codes.
    def one_time_code_sent(self, person: Person) -> None:
        """A flow of chart 10 has sent the person a code."""

    def one_time_code_resent(self, person: Person) -> None:
        """A minute later a second code was sent."""

    def one_time_code_passed(self, person: Person) -> None:
        """The person has given the right code."""

    def one_time_codes_sent(self, person: Person, count: int) -> None:
        """So many codes were sent, a minute apart."""
