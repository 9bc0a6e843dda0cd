"""The attachment code, on the clinic's side."""

from registratura.flows.attachment_code.events import Activate, Issue, Reissue, Revoke
from registratura.flows.attachment_code.flow import AttachmentCode, AttachmentCodeData

__all__ = ["Activate", "AttachmentCode", "AttachmentCodeData", "Issue", "Reissue", "Revoke"]
