"""Measure signing XML and containers with a key that is kept: what is written is read again within the time.

A tax return of 200 lines is signed as its receivers expect it, by XAdES, and in an ASiC-E container; a kept RSA-2048
key in memory. Processor time of this process, the median of many.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from signing.asice import File, sign_asice
from signing.pkcs12 import FileKey, load
from signing.xml import sign_xades, sign_xml
from tests.bench.rows import Row

LIMIT = 5.0
"""Milliseconds, the reading again included."""
_ROUNDS = 100


def document(lines: int = 200) -> bytes:
    """Return a return of so many lines."""
    rows = "".join(
        f"<dong><ten>Ánh Dương số {number}</ten><tien>{number * 1000}</tien></dong>" for number in range(lines)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><HSoThueDTu xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue">'
        f'<HSoKhaiThue id="ID_1">{rows}</HSoKhaiThue><CKyDTu></CKyDTu></HSoThueDTu>'
    ).encode()


def kept_key() -> FileKey:
    """Return an RSA-2048 key in memory."""
    private = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CÔNG TY TNHH ÁNH DƯƠNG")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(private, hashes.SHA256())
    )
    data = pkcs12.serialize_key_and_certificates(b"k", private, certificate, None, BestAvailableEncryption(b"x"))
    return load(data, "x")[0]


def measured(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median processor time of each in milliseconds, taken in turns: other programs disturb all alike."""
    taken: dict[str, list[float]] = {what: [] for what in ways}
    for _ in range(_ROUNDS):
        for what, work in ways.items():
            start = time.process_time()
            work()
            taken[what].append((time.process_time() - start) * 1000)
    return {what: statistics.median(times[2:]) for what, times in taken.items()}


def xml_signing() -> list[Row]:
    """Measure the three ways."""
    key, data = kept_key(), document()
    files = [File("tờ khai.xml", data), File("tờ khai.pdf", bytes(100_000))]
    found = measured(
        {
            "the bare RSA signature": lambda: key.sign(data),
            "a tax return's signature": lambda: sign_xml(data, key, reference_id="ID_1"),
            "XAdES B-B over an element": lambda: sign_xades(data, key, reference_id="ID_1", place="CKyDTu"),
            "ASiC-E of two files": lambda: sign_asice(files, io.BytesIO(), key),
        }
    )
    bare = found.pop("the bare RSA signature")
    note = f"{len(data)} bytes; the bare RSA signature takes {bare:.2f} ms"
    return [Row(f"{what}, read again", taken, LIMIT, "limit", note=note) for what, taken in found.items()]
