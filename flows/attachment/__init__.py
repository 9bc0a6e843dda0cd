"""Attachment to a clinic, on the patient's side."""

from registratura.flows.attachment.events import BeginAttachment, ChooseProfile, Entry, SubmitCode
from registratura.flows.attachment.flow import Attachment, AttachmentData

__all__ = ["Attachment", "AttachmentData", "BeginAttachment", "ChooseProfile", "Entry", "SubmitCode"]
