"""Signing in to the personal cabinet."""

from registratura.flows.sign_in.events import (
    BeginSignIn,
    ChooseGosuslugi,
    ChoosePassword,
    ForgotPassword,
    SubmitPassword,
)
from registratura.flows.sign_in.flow import SignIn, SignInData

__all__ = [
    "BeginSignIn",
    "ChooseGosuslugi",
    "ChoosePassword",
    "ForgotPassword",
    "SignIn",
    "SignInData",
    "SubmitPassword",
]
