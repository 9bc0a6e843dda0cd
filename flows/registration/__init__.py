"""Registration at the portal."""

from registratura.flows.common import Back, Cancel, ContactSupport, Expire
from registratura.flows.gosuslugi import (
    AmbiguityResolved,
    CannotSignIn,
    FirstStagePassed,
    GoToGosuslugi,
    IdentityConfirmed,
    IdentityDenied,
    Retry,
    SmsNotArriving,
)
from registratura.flows.portal_password import SetPassword
from registratura.flows.registration.data import RegistrationData
from registratura.flows.registration.events import (
    AcceptConsent,
    BeginRegistration,
    ChangeRegion,
    ChooseRegion,
    CloseConsent,
    ConfirmCard,
    ConfirmLater,
    CorrectCard,
    DeclineConsent,
    Register,
    ReloadFromGosuslugi,
    SignIn,
    SkipPassword,
)
from registratura.flows.registration.flow import Registration

__all__ = [
    "AcceptConsent",
    "AmbiguityResolved",
    "Back",
    "BeginRegistration",
    "Cancel",
    "CannotSignIn",
    "ChangeRegion",
    "ChooseRegion",
    "CloseConsent",
    "ConfirmCard",
    "ConfirmLater",
    "ContactSupport",
    "CorrectCard",
    "DeclineConsent",
    "Expire",
    "FirstStagePassed",
    "GoToGosuslugi",
    "IdentityConfirmed",
    "IdentityDenied",
    "Register",
    "Registration",
    "RegistrationData",
    "ReloadFromGosuslugi",
    "Retry",
    "SetPassword",
    "SignIn",
    "SkipPassword",
    "SmsNotArriving",
]
