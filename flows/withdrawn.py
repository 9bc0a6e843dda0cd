"""Whether an account's consent is withdrawn: then nothing new of the person is taken (U40)."""

from __future__ import annotations

from registratura.flows.ports import Ask


def consent_withdrawn(account: str, ask: Ask) -> bool:
    """Whether it is. A withdrawal that comes in the same moment is noticed."""
    # It ends what these keep, so they know nothing of it.
    from registratura.flows.consent_withdrawal import ConsentWithdrawal
    from registratura.flows.portal_password import PortalPassword

    # A withdrawal forgets the password: whoever has looked at it notices one that comes in between.
    ask.of_account(account, PortalPassword)
    return any(withdrawal.state == "requested" for withdrawal in ask.of_account(account, ConsentWithdrawal))
