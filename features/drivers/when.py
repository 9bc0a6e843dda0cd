"""The port of *Когда*: acts, once per scenario.

Refusals and typed errors are outcomes that *Тогда* reads: no act raises for them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from registratura.features.cast import Person
from registratura.features.codes import TypedCode
from registratura.features.deeds import Deed
from registratura.features.faults import Fault


class When(Protocol):
    """Acts as the people and the systems would."""

    # The person, wherever they are.
    def act(self, person: Person, deed: Deed) -> None:
        """Do this, allowed now or not."""

    def act_twice(self, person: Person, deed: Deed) -> None:
        """Do this twice as a double click does: the second time is a retry of the first."""

    def repeat_last(self, person: Person) -> None:
        """Send the last request again, as a browser without an answer does."""

    def repeat_with_region(self, person: Person, region: str) -> None:
        """Send the last request's key again with another region."""

    def return_to_portal(self, person: Person) -> None:
        """Look where one is; nothing is sent."""

    def start_over(self, person: Person) -> None:
        """Come to the portal as if for the first time."""

    def choose_region(self, person: Person, region: str) -> None:
        """Choose the region by its name."""

    # The world outside.
    def fault(self, fault: Fault) -> None:
        """This happens now."""

    def time_passes(self, duration: timedelta) -> None:
        """So much time passes, and what is due is carried out."""

    # Gosuslugi and support.
    def pass_first_stage(self, person: Person, method: str) -> None:
        """Pass the first stage at Gosuslugi by `password` or `other`."""

    def gosuslugi_confirms(self, person: Person) -> None:
        """Gosuslugi answers with the person's verified identity."""

    def gosuslugi_confirms_another(self, person: Person, another: Person) -> None:
        """Gosuslugi answers the person's request with another person's identity."""

    def gosuslugi_answer_elsewhere(self, person: Person, another: Person) -> None:
        """The answer that Gosuslugi gave about the person comes to another one's flow."""

    def gosuslugi_answers(self, person: Person, answer: str) -> None:
        """Gosuslugi answers no, with an account that is not confirmed, or with nothing that can be read."""

    def gosuslugi_answer_spoiled(self, person: Person, flaw: str) -> None:
        """Gosuslugi's answer about the person comes to the portal with this flaw (`words.FLAWS`)."""

    def gosuslugi_answer_brought_by(self, another: Person, person: Person) -> None:
        """Another person's browser opens the answer that Gosuslugi gave to the person's."""

    def support_answers(self, person: Person) -> None:
        """The support of Gosuslugi answers the person's ticket, and the person comes back to the portal."""

    def operator_chooses_card(self, person: Person) -> None:
        """The portal's operator says which of the matching cards is the person's."""

    def destroy_data(self, person: Person, act: str) -> None:
        """The portal's operator destroys the person's data and draws up the act."""

    def keep_data(self, person: Person, law: str) -> None:
        """The portal's operator names the law that obliges to keep part of the person's data."""

    # Cards.
    def edit_card(self, person: Person, field: str, value: str, stale: bool = False) -> None:
        """Change one field of the person's own card; `stale` sends the version that was shown before."""

    def add_card(self, person: Person, relative: Person) -> None:
        """Add the relative's card."""

    def confirm_card(self, person: Person, profile: Person) -> None:
        """Confirm the data of the profile's card."""

    def delete_card(self, person: Person, profile: Person, confirmed: bool) -> None:
        """Delete the profile's card."""

    def come_of_age(self, child: Person) -> None:
        """The child's 18th birthday comes."""

    # Passwords and signing in.
    def set_password(self, person: Person, password: str, repeat: str) -> None:
        """Set the portal's password, in the offer after registration or in the settings."""

    def change_password(self, person: Person, current: str, new: str) -> None:
        """Change the password, the repeat being right."""

    def sign_in_by_password(self, person: Person, password: str, login: str | None = None) -> None:
        """Give login (the person's own if None) and password where they are asked for, opening a sign-in if none is."""

    def sign_in_from_devices(self, person: Person, password: str, devices: int) -> None:
        """Sign in by password from so many devices at once."""

    def enter_cabinet(self, person: Person) -> None:
        """Sign in through Gosuslugi from the start and open the cabinet on the web."""

    # The cabinet.
    def open_cabinet(self, person: Person, channel: str) -> None:
        """Open the cabinet on `web` or `mobile`, signed in or not."""

    def open_section(self, person: Person, section: str) -> None:
        """Open a section, opening the cabinet if it is closed."""

    def open_sections_from(self, person: Person, section: str) -> None:
        """Go from this section to each of the others, and back."""

    def add_clinic(self, person: Person, clinic: str) -> None:
        """List the clinic among one's own."""

    def open_code_entry(self, person: Person, entry: str) -> None:
        """Open the code entry from one of its entry points, signed in or not."""

    # Clinics and codes.
    def clinic_orders(self, clinic: str, person: Person, order: str) -> None:
        """The clinic issues, revokes or reissues the person's code."""

    def clinic_issues_to_nobody(self, clinic: str) -> None:
        """The clinic wants to issue a code, and names no patient."""

    def clinic_moves(self, clinic: str, move: str) -> None:
        """The clinic leaves the portal, or returns."""

    def choose_profile(self, person: Person, profile: Person) -> None:
        """Choose whose card the code is for."""

    def submit_code(self, person: Person, code: TypedCode, times: int = 1) -> None:
        """Submit the code in the open code entry; twice is a retry of the first."""

    def submit_code_everywhere(self, person: Person, code: TypedCode) -> None:
        """Submit the code in every open code entry at once."""

    def deliver(self, clinic: str, person: Person, document: str) -> None:
        """The clinic delivers the document."""

    def withdraw_right(self, person: Person, clinic: str) -> None:
        """Withdraw the clinic's right."""

    # One-time codes.
    def send_one_time_code(self, person: Person) -> None:
        """The portal sends the person a code, in a flow of its own."""

    def submit_one_time_code(self, person: Person, code: TypedCode) -> None:
        """Give the code from the text message to the person's own flow."""

    def guess_one_time_codes(self, person: Person, count: int) -> None:
        """Give so many different wrong codes at once."""
