"""ASiC-E containers for the tests of judging, made by hand: XAdES by templates, the ZIP byte by byte.

Nothing here uses the product, so that what it judges has not been written by it, and every field of both formats can
be made to lie.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from pyhanko_certvalidator.registry import SimpleCertificateStore

MEDIA_TYPE = b"application/vnd.etsi.asic-e+zip"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
ASIC = "http://uri.etsi.org/02918/v1.2.1#"
C14N = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA1 = DS + "sha1"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = DS + "rsa-sha1"
TYPES = {".pdf": "application/pdf", ".xml": "text/xml"}


def media_type(name: str) -> str:
    return TYPES.get(name[-4:], "application/octet-stream")


# signatures


@dataclass(frozen=True)
class Ref:
    """One reference as it is written; `digest` over `data`."""

    uri: str
    data: bytes
    identity: str
    transforms: str = ""
    media_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Xades:
    """A signature to be made, and every way in which it may be made wrong."""

    refs: tuple[Ref, ...]
    identity: str = "S1"
    signing_time: str = field(default_factory=lambda: f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    properties_reference: bool = True
    properties_type: str = PROPERTIES
    certificate_digest: bytes | None = None
    digest: str = SHA256
    method: str = RSA_SHA256
    target: str | None = None
    before: str = ""
    """Markup at the beginning of the signature's first Object, before the properties."""
    objects: str = ""
    """Markup behind the properties' Object."""
    unsigned: str = ""
    certificates: tuple[bytes, ...] | None = None
    stamp: Callable[[bytes], bytes] | None = None
    c14n: str = C14N


def refs(files: Sequence[tuple[str, bytes]]) -> tuple[Ref, ...]:
    return tuple(
        Ref(quote(name), data, f"r{number}", media_type=media_type(name)) for number, (name, data) in enumerate(files)
    )


def signature(made: Xades, key: Any) -> bytes:
    """Write a file of signatures with one signature in it."""
    return signatures(signature_markup(made, key))


def signatures(*markup: str, beside: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<asic:XAdESSignatures xmlns:asic="{ASIC}">'
        + "".join(markup)
        + beside
        + "</asic:XAdESSignatures>"
    ).encode()


def signature_markup(made: Xades, key: Any) -> str:
    """Write one ds:Signature; digests and value are put in after the whole has been parsed in its place."""
    name = "sha1" if made.digest == SHA1 else "sha256"

    def digested(data: bytes) -> str:
        return base64.b64encode(hashlib.new(name, data).digest()).decode()

    def reference(one: Ref) -> str:
        return (
            f'<ds:Reference Id="{one.identity}" URI={quoteattr(one.uri)}>{one.transforms}'
            f'<ds:DigestMethod Algorithm="{made.digest}"/><ds:DigestValue>{digested(one.data)}</ds:DigestValue>'
            "</ds:Reference>"
        )

    listed = "".join(map(reference, made.refs))
    if made.properties_reference:
        kind = f' Type="{made.properties_type}"' if made.properties_type else ""
        listed += (
            f'<ds:Reference{kind} URI="#{made.identity}-SP"><ds:Transforms><ds:Transform Algorithm="{made.c14n}"/>'
            f'</ds:Transforms><ds:DigestMethod Algorithm="{made.digest}"/><ds:DigestValue>SP</ds:DigestValue>'
            "</ds:Reference>"
        )
    held = made.certificates if made.certificates is not None else (key.certificate_der, *key.chain_der[:1])
    named = made.certificate_digest or hashlib.new(name, key.certificate_der).digest()
    formats = "".join(
        f'<xades:DataObjectFormat ObjectReference="#{one.identity}"><xades:MimeType>{one.media_type}</xades:MimeType>'
        "</xades:DataObjectFormat>"
        for one in made.refs
    )
    text = f"""<ds:Signature xmlns:ds="{DS}" Id="{made.identity}"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{made.c14n}"/><ds:SignatureMethod Algorithm="{made.method}"/>{
        listed
    }</ds:SignedInfo>
<ds:SignatureValue Id="{made.identity}-SV">SV</ds:SignatureValue><ds:KeyInfo><ds:X509Data>{
        "".join(f"<ds:X509Certificate>{base64.b64encode(one).decode()}</ds:X509Certificate>" for one in held)
    }</ds:X509Data></ds:KeyInfo><ds:Object>{made.before}<xades:QualifyingProperties xmlns:xades="{XADES}" Target="{
        "#" + made.identity if made.target is None else made.target
    }"><xades:SignedProperties Id="{made.identity}-SP"><xades:SignedSignatureProperties><xades:SigningTime>{
        escape(made.signing_time)
    }</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="{
        made.digest
    }"/><ds:DigestValue>{base64.b64encode(named).decode()}</ds:DigestValue></xades:CertDigest></xades:Cert>
</xades:SigningCertificateV2></xades:SignedSignatureProperties><xades:SignedDataObjectProperties>{formats}
</xades:SignedDataObjectProperties></xades:SignedProperties>{made.unsigned}</xades:QualifyingProperties></ds:Object>{
        made.objects
    }</ds:Signature>"""
    root = etree.fromstring(signatures(text))
    (one,) = root
    if made.properties_reference:
        properties = next(
            each for each in one.iter(f"{{{XADES}}}SignedProperties") if each.get("Id") == f"{made.identity}-SP"
        )
        places = one.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference/{{{DS}}}DigestValue")
        places[-1].text = digested(canonical(properties, made.c14n))
    algorithm = hashes.SHA1() if made.method == RSA_SHA1 else hashes.SHA256()
    value = key.private_key.sign(canonical(one[0], made.c14n), padding.PKCS1v15(), algorithm)
    one[1].text = base64.b64encode(value).decode()
    if made.stamp is not None:
        token = made.stamp(canonical(one[1], made.c14n))
        qualifying = next(one.iter(f"{{{XADES}}}QualifyingProperties"))
        qualifying.append(
            etree.fromstring(
                f'<xades:UnsignedProperties xmlns:xades="{XADES}" xmlns:ds="{DS}"><xades:UnsignedSignatureProperties>'
                f'<xades:SignatureTimeStamp Id="T"><ds:CanonicalizationMethod Algorithm="{made.c14n}"/>'
                f"<xades:EncapsulatedTimeStamp>{base64.b64encode(token).decode()}</xades:EncapsulatedTimeStamp>"
                "</xades:SignatureTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
            )
        )
    return etree.tostring(one, encoding="unicode", with_tail=False)


def canonical(element: etree._Element, method: str = C14N) -> bytes:
    """Canonical XML of an element in its place (1.0 and 1.1 agree without xml: attributes)."""
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(alone, method="c14n", exclusive=method == EXCLUSIVE)


def stamper(pki: Any, *, at: Any = None, tsa: str = "tsa") -> Callable[[bytes], bytes]:
    """Return a function that stamps content by pyHanko's own time-stamper, with the session's authority."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign import timestamps

    authority = pki.key(tsa)
    private = authority.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    server = timestamps.DummyTimeStamper(
        tsa_cert=x509.Certificate.load(authority.certificate_der),
        tsa_key=keys.PrivateKeyInfo.load(private),
        certs_to_embed=SimpleCertificateStore.from_certs([x509.Certificate.load(one) for one in authority.chain_der]),
        fixed_dt=at,
    )

    def stamp(content: bytes) -> bytes:
        import asyncio

        return bytes(asyncio.run(server.async_timestamp(hashlib.sha256(content).digest(), "sha256")).dump())

    return stamp


def manifest(files: Sequence[tuple[str, str]]) -> bytes:
    """Write META-INF/manifest.xml of (name, media type)."""
    entries = "".join(
        f"<m:file-entry m:full-path={quoteattr(name)} m:media-type={quoteattr(kind)}/>"
        for name, kind in (("/", MEDIA_TYPE.decode()), *files)
    )
    namespace = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return f'<?xml version="1.0"?><m:manifest xmlns:m="{namespace}" m:version="1.2">{entries}</m:manifest>'.encode()


# the ZIP


@dataclass(frozen=True)
class Part:
    """One entry of a ZIP, and what its headers say; None: the truth."""

    name: str
    data: bytes
    deflate: bool = False
    packed: bytes | None = None
    flags: int | None = None
    method: int | None = None
    crc: int | None = None
    size: int | None = None
    extra: bytes = b""
    local: dict[str, Any] = field(default_factory=dict)
    """What the local header says otherwise: name, size, packed_size, crc, method, flags, extra."""
    descriptor: bool = False
    raw_name: bytes | None = None
    external: int = 0o100644 << 16
    gap: bytes = b""
    """Bytes before this entry."""
    listed: bool = True
    """It stands in the directory."""
    header: int | None = None
    """Where the directory says that it begins."""


def zipped(
    parts: Sequence[Part],
    *,
    before: bytes = b"",
    after: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
    between: bytes = b"",
    end: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """Write a ZIP byte by byte."""
    out = bytearray(before)
    directory = bytearray()
    for part in parts:
        out += part.gap
        raw = part.raw_name if part.raw_name is not None else part.name.encode()
        packed = part.packed
        if packed is None:
            packed = _deflated(part.data) if part.deflate else part.data
        flags = part.flags if part.flags is not None else (0x800 if not raw.isascii() else 0)
        flags |= 8 if part.descriptor else 0
        method = part.method if part.method is not None else (8 if part.deflate else 0)
        crc = part.crc if part.crc is not None else zlib.crc32(part.data)
        size = part.size if part.size is not None else len(part.data)
        at = part.header if part.header is not None else len(out)
        said = {
            "name": raw,
            "flags": flags,
            "method": method,
            "crc": 0 if part.descriptor else crc,
            "packed_size": 0 if part.descriptor else len(packed),
            "size": 0 if part.descriptor else size,
            "extra": part.extra,
            **part.local,
        }
        out += struct.pack(
            "<4s5H3L2H",
            *(b"PK\x03\x04", 20, said["flags"], said["method"], 0, 0x21, said["crc"]),
            *(said["packed_size"], said["size"], len(said["name"]), len(said["extra"])),
        )
        out += said["name"] + said["extra"] + packed
        if part.descriptor:
            out += b"PK\x07\x08" + struct.pack("<3L", crc, len(packed), size)
        if part.listed:
            directory += struct.pack(
                "<4s6H3L5H2L",
                *(b"PK\x01\x02", 0x0314, 20, flags, method, 0, 0x21, crc, len(packed), size),
                *(len(raw), len(part.extra), 0, 0, 0, part.external, at),
            )
            directory += raw + part.extra
    out += between
    start = len(out)
    number = count if count is not None else sum(part.listed for part in parts)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(directory), start, len(comment))
    return bytes(out + directory) + (end(last) if end else last) + comment + after


def _deflated(data: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packing.compress(data) + packing.flush()


def parts_of(files: Sequence[tuple[str, bytes]], *signed: bytes, manifest_: bytes | None = None) -> list[Part]:
    """Return the entries of a good container."""
    listed = manifest_ if manifest_ is not None else manifest([(name, media_type(name)) for name, _ in files])
    return [
        Part("mimetype", MEDIA_TYPE),
        *(Part(name, data) for name, data in files),
        Part("META-INF/manifest.xml", listed),
        *(Part(f"META-INF/signatures{number}.xml", one) for number, one in enumerate(signed)),
    ]


def altered(parts: Sequence[Part], name: str, /, **changes: Any) -> list[Part]:
    """Return the entries with one of them changed."""
    assert any(part.name == name for part in parts)
    return [replace(part, **changes) if part.name == name else part for part in parts]
