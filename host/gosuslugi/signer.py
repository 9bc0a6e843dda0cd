"""Who signs for the portal.

Production takes only GOST signatures, made by certified means: a host brings a signer of its own. RSA is for tests and
the stand-in.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Protocol, Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_BITS = 2048


class Signer(Protocol):
    """Makes a detached signature over a text, in base64url."""

    def sign(self, text: str) -> str:
        """The signature of the text's UTF-8 bytes."""
        ...


class RsaSigner(Signer):
    """RSASSA-PKCS1-v1_5 with SHA-256."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """A signer with a key of its own that lives as long as the process."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS))

    def sign(self, text: str) -> str:
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return base64.urlsafe_b64encode(signature).decode().rstrip("=")

    @property
    def public_pem(self) -> str:
        """What the other side checks the signatures with."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()

    @property
    def certificate_hash(self) -> str:
        """What stands for a certificate's hash while there is no certificate."""
        return hashlib.sha256(self.public_pem.encode()).hexdigest().upper()
