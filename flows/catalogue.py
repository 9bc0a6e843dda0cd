"""All declared flows. A version that was released stays here beside the newer ones: docs/versions.md."""

from __future__ import annotations

from registratura.flows.attachment import Attachment
from registratura.flows.attachment_code import AttachmentCode
from registratura.flows.cabinet import Cabinet
from registratura.flows.clinic_right import ClinicRight
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.one_time_code import OneTimeCode
from registratura.flows.patient_card import PatientCard
from registratura.flows.portal_password import PortalPassword
from registratura.flows.registration import Registration
from registratura.flows.sign_in import SignIn
from registratura.flows.versions import Catalogue

FLOWS = Catalogue(
    *(Registration, SignIn, Cabinet, PatientCard, PortalPassword),
    *(AttachmentCode, Attachment, ClinicRight, ConsentWithdrawal, OneTimeCode),
)
