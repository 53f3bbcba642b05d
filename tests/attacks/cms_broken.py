"""Signature values that are no CMS, too much of it, or another one than was signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing.cms import tlv
from tests.attacks import pdf_raw as raw
from tests.attacks.pdf_shadow import Keys
from tests.signing import made

ROOM = 120_000
Broken = Callable[[bytes, Keys], bytes]


def host(keys: Keys) -> bytes:
    """Return a signed file with much room for its value."""
    return made.signed(raw.file(raw.objects()), keys.key("anh_duong_ec"), padding=2 * ROOM)


def put(data: bytes, value: bytes) -> bytes:
    """Put another value into the room."""
    layout = made.Layout.of(data)
    room = layout.second - layout.first - 2
    digits = value.hex().encode()[:room].ljust(room, b"0")
    return data[: layout.first + 1] + digits + data[layout.second - 1 :]


def value_of(data: bytes) -> bytes:
    """Return the value itself, without what pads it."""
    layout = made.Layout.of(data)
    return layout.contents[: layout.length]


def _rebuilt(value: bytes, change: Callable[[Any, Any], None]) -> bytes:
    info = cms.ContentInfo.load(value)
    content = info["content"]
    change(content, content["signer_infos"][0])
    fresh = cms.ContentInfo({"content_type": "signed_data", "content": content})
    return bytes(fresh.dump(force=True))


def _resigned(value: bytes, keys: Keys, change: Callable[[Any], None]) -> bytes:
    """Change the signed attributes and sign them with a key of our own, not the victim's."""

    def work(content: Any, one: Any) -> None:
        change(one["signed_attrs"])
        own = ec.generate_private_key(ec.SECP256R1())
        signed = one["signed_attrs"].untag().dump(force=True)
        one["signature"] = own.sign(signed, ec.ECDSA(hashes.SHA256()))
        del content

    return _rebuilt(value, work)


def cut_short(value: bytes, keys: Keys) -> bytes:
    """Half of it."""
    return value[: len(value) // 2]


def longer_than_itself(value: bytes, keys: Keys) -> bytes:
    """Its length says four thousand million."""
    return b"\x30\x84\xff\xff\xff\xff" + value[4:]


def length_of_a_hundred_bytes(value: bytes, keys: Keys) -> bytes:
    """Its length is itself a hundred bytes long."""
    return b"\x30\xe4" + b"\xff" * 100 + value[4:]


def endless(value: bytes, keys: Keys) -> bytes:
    """Of indefinite length and without an end."""
    return b"\x30\x80" + value[4:]


def endless_within_endless(value: bytes, keys: Keys) -> bytes:
    """Thirty thousand times of indefinite length."""
    return b"\x30\x80" * 30_000


def sequences_within_sequences(value: bytes, keys: Keys) -> bytes:
    """Ten thousand deep."""
    inner = b"\x05\x00"
    for _ in range(10_000):
        inner = tlv(0x30, inner)
    return inner[: ROOM - 10]


def sets_for_sequences(value: bytes, keys: Keys) -> bytes:
    """Another tag."""
    return b"\x31" + value[1:]


def negative_version(value: bytes, keys: Keys) -> bytes:
    """Version -1, re-encoded."""
    return value.replace(b"\x02\x01\x01", b"\x02\x01\xff", 1)


def nobody_signed(value: bytes, keys: Keys) -> bytes:
    """No signer at all."""

    def change(content: Any, one: Any) -> None:
        content["signer_infos"] = cms.SignerInfos([])

    return _rebuilt(value, change)


def two_signed(value: bytes, keys: Keys) -> bytes:
    """The same signer twice."""

    def change(content: Any, one: Any) -> None:
        content["signer_infos"] = cms.SignerInfos([one, one.copy()])

    return _rebuilt(value, change)


def ten_signed(value: bytes, keys: Keys) -> bytes:
    """The same signer ten times."""

    def change(content: Any, one: Any) -> None:
        content["signer_infos"] = cms.SignerInfos([one.copy() for _ in range(10)])

    return _rebuilt(value, change)


def signed_content_within(value: bytes, keys: Keys) -> bytes:
    """The content is within the signature, not in the file."""

    def change(content: Any, one: Any) -> None:
        content["encap_content_info"] = {"content_type": "data", "content": b"x"}

    return _rebuilt(value, change)


def no_attributes(value: bytes, keys: Keys) -> bytes:
    """The signed attributes are dropped: the old attack that signs them as content."""

    def change(content: Any, one: Any) -> None:
        one["signed_attrs"] = None

    return _rebuilt(value, change)


def digest_twice(value: bytes, keys: Keys) -> bytes:
    """Two digests, one of them right; signed by somebody else."""

    def change(attributes: Any) -> None:
        attributes.append(cms.CMSAttribute({"type": "message_digest", "values": [b"\0" * 32]}))

    return _resigned(value, keys, change)


def another_key(value: bytes, keys: Keys) -> bytes:
    """The victim's certificate, another's key."""
    return _resigned(value, keys, lambda attributes: None)


def another_time(value: bytes, keys: Keys) -> bytes:
    """A claimed time among the signed attributes, the old signature value."""

    def change(content: Any, one: Any) -> None:
        time = cms.Time({"utc_time": core.UTCTime(datetime(2020, 1, 1, tzinfo=UTC))})
        one["signed_attrs"].append(cms.CMSAttribute({"type": "signing_time", "values": [time]}))

    return _rebuilt(value, change)


def weaker_digest(value: bytes, keys: Keys) -> bytes:
    """It says that the digest is MD5."""

    def change(content: Any, one: Any) -> None:
        one["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": "md5"})

    return _rebuilt(value, change)


def invented_digest(value: bytes, keys: Keys) -> bytes:
    """It names an algorithm that does not exist."""

    def change(content: Any, one: Any) -> None:
        one["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": "1.2.3.4.5.6"})

    return _rebuilt(value, change)


def another_certificate(value: bytes, keys: Keys) -> bytes:
    """The certificate of a trusted company in place of the signer's."""

    def change(content: Any, one: Any) -> None:
        other = x509.Certificate.load(keys.key("sao_mai").certificate_der)
        content["certificates"] = [cms.CertificateChoices("certificate", other)]
        one["sid"] = cms.SignerIdentifier(
            "issuer_and_serial_number",
            cms.IssuerAndSerialNumber({"issuer": other.issuer, "serial_number": other.serial_number}),
        )

    return _rebuilt(value, change)


def no_certificate(value: bytes, keys: Keys) -> bytes:
    """Nobody's certificate comes with it."""

    def change(content: Any, one: Any) -> None:
        content["certificates"] = None

    return _rebuilt(value, change)


def certificates_that_sign_each_other(value: bytes, keys: Keys) -> bytes:
    """Forty authorities of one name, and the signer's comes last: every path leads to every other."""
    name = keys.issuing.certificate.subject
    own = ec.generate_private_key(ec.SECP256R1())

    def change(content: Any, one: Any) -> None:
        more = []
        for _ in range(40):
            key = ec.generate_private_key(ec.SECP256R1())
            authority = type(keys.issuing)(own, keys.issuing.certificate)
            made_one = authority.issue(name, key.public_key(), authority=True, usages=("key_cert_sign",))
            more.append(
                cms.CertificateChoices("certificate", x509.Certificate.load(made_one.public_bytes(Encoding.DER)))
            )
        signer = keys.key("stranger")
        content["certificates"] = [
            *more,
            cms.CertificateChoices("certificate", x509.Certificate.load(signer.certificate_der)),
        ]
        one["sid"] = cms.SignerIdentifier(
            "issuer_and_serial_number",
            cms.IssuerAndSerialNumber(
                {
                    "issuer": x509.Certificate.load(signer.certificate_der).issuer,
                    "serial_number": signer.certificate.serial_number,
                }
            ),
        )

    return _rebuilt(value, change)


def noise(value: bytes, keys: Keys) -> bytes:
    """Anything."""
    return bytes(range(256)) * 100


BROKEN: dict[str, Broken] = {
    one.__name__: one
    for one in (
        cut_short, longer_than_itself, length_of_a_hundred_bytes, endless, endless_within_endless,
        sequences_within_sequences, sets_for_sequences, negative_version, nobody_signed, two_signed, ten_signed,
        signed_content_within, no_attributes, digest_twice, another_key, another_time, weaker_digest, invented_digest,
        another_certificate, no_certificate, certificates_that_sign_each_other, noise,
    )
}  # fmt: skip


def with_many_certificates(value: bytes, keys: Keys) -> bytes:
    """Add a hundred certificates that nobody needs: unsigned helpers, so that nothing is wrong."""

    def change(content: Any, one: Any) -> None:
        helper = x509.Certificate.load(keys.intermediate_der)
        content["certificates"] = [*content["certificates"], *(cms.CertificateChoices("certificate", helper),) * 100]

    return _rebuilt(value, change)
