"""Whether an account's consent is withdrawn: then nothing new of the person is taken (U40)."""

from __future__ import annotations

from registratura.flows.flow import AnyRecord
from registratura.flows.ports import Ask


def consent_withdrawn(account: str | None, ask: Ask) -> bool:
    """Whether it is. A withdrawal that comes in the same moment is noticed."""
    return withdrawal_of(account, ask) is not None


def withdrawal_of(account: str | None, ask: Ask) -> AnyRecord | None:
    """The withdrawal that holds. One that ended in keeping what the law demands holds until the person consents anew.

    What is to be destroyed is destroyed: until then a new consent changes nothing, and after it the person begins anew.
    """
    # It ends what these keep, so they know nothing of it.
    from registratura.flows.consent_withdrawal import ConsentWithdrawal
    from registratura.flows.portal_password import PortalPassword

    # A withdrawal forgets the password: whoever has looked at it notices one that comes in between.
    ask.of_account(account, PortalPassword)
    withdrawals = ask.of_account(account, ConsentWithdrawal)
    if not withdrawals:
        return None
    last = withdrawals[-1]
    return last if last.state == "requested" or not _consented_since(last, ask) else None


def _consented_since(withdrawal: AnyRecord, ask: Ask) -> bool:
    from registratura.flows.registration import Registration

    registrations = ask.of_account(withdrawal.account, Registration)
    # One that was only begun by somebody who is signed in is theirs too, and no consent yet.
    return any(flow.data.accepted and flow.created_at > withdrawal.changed_at for flow in registrations)
