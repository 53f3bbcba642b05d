"""Keys at a remote service, with the face of every signing key.

Each value that comes back is verified by the certificate over the hash before it is given away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from signing.certificate import Certificate, verify_value
from signing.errors import CertificateUnreadable, DigestRefused, SchemeNotOffered, SigningError
from signing.key import CURVE_BYTES, Digest, der_ecdsa
from signing.remote.confirm import ConfirmService
from signing.remote.csc import CscService
from signing.remote.errors import (
    RemoteError,
    RemoteKeyDisabled,
    RemoteKeyMissing,
    RemoteKeyNotChosen,
    RemoteSignatureWrong,
    RemoteUnsupported,
)
from signing.remote.person import Pace, Person
from signing.remote.service import KINDS, Credential, Hashed, Profile, Service

_HASHES: dict[str, type[hashes.SHA256] | type[hashes.SHA384] | type[hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class RemoteSession:
    """One account at a service, from its list of keys to the last signature of a batch.

    Nothing is sent before `keys` is asked for. What the person typed is forgotten at `close`.
    """

    def __init__(self, profile: Profile, person: Person | None = None, *, pace: Pace | None = None) -> None:
        if profile.kind not in KINDS:
            raise RemoteUnsupported(profile.name, str(profile.kind))
        self.profile = profile
        made = ConfirmService if profile.kind == "confirm" else CscService
        self._service: Service = made(profile, person or Person(), pace or Pace())
        self._credentials: tuple[Credential, ...] | None = None

    @property
    def keys(self) -> tuple[RemoteKey, ...]:
        """List the keys that can sign; the service is asked once. Raises RemoteError."""
        return tuple(
            RemoteKey(one.certificate, one.chain, self, one.id)
            for one in self._listed()
            if not one.status and not one.certificate.authority
        )

    def key(self, fingerprint: str | None = None) -> RemoteKey:
        """Return the account's one key, or that of a certificate.

        Raises RemoteKeyMissing, RemoteKeyNotChosen, RemoteKeyDisabled, and what asking raises.
        """
        name = self.profile.name
        listed = [one for one in self._listed() if not one.certificate.authority]
        if fingerprint is not None:
            listed = [one for one in listed if one.certificate.fingerprint == fingerprint]
        usable = [key for key in self.keys if any(key.credential == one.id for one in listed)]
        if not usable and listed:
            raise RemoteKeyDisabled(name, listed[0].status)
        if not usable:
            raise RemoteKeyMissing(name, fingerprint or self.profile.credential)
        if len(usable) > 1:
            raise RemoteKeyNotChosen(name, tuple(one.certificate.fingerprint for one in usable))
        return usable[0]

    def most(self, key: RemoteKey) -> int:
        """Return how many hashes one authorization covers."""
        return self._credential(key).most

    def sign_hashes(
        self, key: RemoteKey, wanted: Sequence[Hashed], digest: Digest, *, pss: bool = False
    ) -> list[bytes | SigningError]:
        """Have hashes signed, as many under one authorization as the service allows.

        Returns for each hash its verified value (RSASSA-PKCS1-v1_5, with `pss` RSASSA-PSS, or ECDSA as DER), or why
        there is none (RemoteError, SchemeNotOffered). After a failure nothing further is asked for: the rest has the
        same reason.
        """
        credential = self._credential(key)
        different = list({one.value: one for one in wanted}.values())
        values: dict[bytes, bytes | SigningError] = {}
        failure: SigningError | None = None
        for start in range(0, len(different), credential.most):
            group = different[start : start + credential.most]
            if failure is None:
                try:
                    made = self._service.sign(credential, group, digest, pss=pss)
                    for one, value in zip(group, made, strict=True):
                        values[one.value] = self._verified(credential.certificate, value, one.value, digest, pss)
                    continue
                except (RemoteError, SchemeNotOffered) as error:
                    failure = error
            for one in group:
                values[one.value] = failure
        return [values[one.value] for one in wanted]

    def close(self) -> None:
        """Forget what the person typed."""
        self._service.forget()

    def __enter__(self) -> RemoteSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listed(self) -> tuple[Credential, ...]:
        if self._credentials is None:
            self._credentials = tuple(self._service.credentials())
        return self._credentials

    def _credential(self, key: RemoteKey) -> Credential:
        return next(one for one in self._listed() if one.id == key.credential)

    def _verified(self, certificate: Certificate, value: bytes, hashed: bytes, digest: Digest, pss: bool) -> bytes:
        prehashed = cast(hashes.HashAlgorithm, Prehashed(_HASHES[digest]()))
        if pss:
            public, made = x509.load_der_x509_certificate(certificate.der).public_key(), _HASHES[digest]()
            try:
                assert isinstance(public, rsa.RSAPublicKey)  # no other key is said to sign by PSS
                public.verify(value, hashed, padding.PSS(padding.MGF1(made), made.digest_size), prehashed)
            except InvalidSignature as error:
                raise RemoteSignatureWrong(self.profile.name) from error
            return value
        forms = [value]
        size = CURVE_BYTES.get(certificate.key_type)
        if size is not None and len(value) == 2 * size:
            forms.append(der_ecdsa(value))  # the interfaces leave open which of the two forms is meant
        for form in forms:
            try:
                verify_value(certificate.der, form, hashed, prehashed)
            except (InvalidSignature, CertificateUnreadable, ValueError):
                continue
            return form
        raise RemoteSignatureWrong(self.profile.name)


@dataclass(frozen=True)
class RemoteKey:
    """A private key at a remote service; it has the face of every signing key."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    session: RemoteSession = field(repr=False, compare=False)
    credential: str = field(repr=False)
    kind: Literal["remote"] = "remote"

    @property
    def most(self) -> int:
        """Return how many documents one authorization covers; see `together`."""
        return self.session.most(self)

    def sign(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Sign by PKCS#1 v1.5 or ECDSA; only the hash leaves. Raises DigestRefused, RemoteError."""
        return self._value(data, digest, pss=False)

    def sign_pss(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Sign by RSASSA-PSS, where the service says that this key does; see PssKey.

        Raises SchemeNotOffered, DigestRefused, RemoteError.
        """
        if not self.certificate.key_type.startswith("RSA-"):
            raise SchemeNotOffered(self.certificate.key_type, self.kind)
        return self._value(data, digest, pss=True)

    def _value(self, data: bytes, digest: Digest, *, pss: bool) -> bytes:
        (value,) = self.session.sign_hashes(self, [hashed(data, digest)], digest, pss=pss)
        if isinstance(value, SigningError):
            raise value
        return value

    def __reduce__(self) -> str:
        raise TypeError("a remote key never leaves its process")


def hashed(data: bytes, digest: Digest) -> Hashed:
    """Hash what is to be signed; its first byte tells the kind of document for the phone's list.

    A PDF's signed attributes begin as a SET, canonical XML with its first tag; a JWS with the letters of its header.
    """
    if digest not in _HASHES:
        raise DigestRefused(digest)
    value = hashlib.new(digest, data).digest()
    return Hashed(value, "pdf" if data[:1] == b"\x31" else "xml" if data[:1] == b"<" else "json")
