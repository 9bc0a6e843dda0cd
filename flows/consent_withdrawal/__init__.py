"""Withdrawal of the consent to processing personal data."""

from registratura.flows.consent_withdrawal.flow import (
    ConsentWithdrawal,
    ConsentWithdrawalData,
    DataDestroyed,
    LawObligesToKeep,
    RequestWithdrawal,
    TermEnded,
)

__all__ = [
    "ConsentWithdrawal",
    "ConsentWithdrawalData",
    "DataDestroyed",
    "LawObligesToKeep",
    "RequestWithdrawal",
    "TermEnded",
]
