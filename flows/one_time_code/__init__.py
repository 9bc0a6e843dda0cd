"""A one-time code by SMS, for stand-ins and for hosts that confirm a telephone themselves."""

from registratura.flows.one_time_code.flow import (
    OneTimeCode,
    OneTimeCodeData,
    Resend,
    SendOneTimeCode,
    SubmitOneTimeCode,
)

__all__ = ["OneTimeCode", "OneTimeCodeData", "Resend", "SendOneTimeCode", "SubmitOneTimeCode"]
