"""Gosuslugi by its real protocol: the client that a portal needs.

    authorisation_url(state) → the person signs in there → answer(what the browser brought back, the state we gave it)

Who stands behind the answer is known only when its tokens have been checked. An answer is a value, never an exception:
`Confirmed` (a person), `Denied` (a verified no, or none could be had) or `Rejected` (not verifiable: a security event).
"""

from registratura.host.gosuslugi.answers import Answer, Confirmed, Denied, Rejected
from registratura.host.gosuslugi.client import GosuslugiClient
from registratura.host.gosuslugi.config import GosuslugiConfig
from registratura.host.gosuslugi.progress import Progress, read_progress, write_progress
from registratura.host.gosuslugi.signer import RsaSigner, Signer
from registratura.host.gosuslugi.wire import open_http

__all__ = [
    "Answer",
    "Confirmed",
    "Denied",
    "GosuslugiClient",
    "GosuslugiConfig",
    "Progress",
    "Rejected",
    "RsaSigner",
    "Signer",
    "open_http",
    "read_progress",
    "write_progress",
]
