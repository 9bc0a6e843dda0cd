"""The portal's own password."""

from registratura.flows.portal_password.events import ChangePassword, ForgetPassword, OpenPassword, SetPassword
from registratura.flows.portal_password.flow import PortalPassword, PortalPasswordData

__all__ = ["ChangePassword", "ForgetPassword", "OpenPassword", "PortalPassword", "PortalPasswordData", "SetPassword"]
