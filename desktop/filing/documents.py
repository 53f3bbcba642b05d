"""Sign one file and validate one file: the two acts that need no workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import ZONE, Desk, confirm_unconfirmed
from desktop.filing.errors import NotAMoment, SigningRefused, UnsupportedFile, XmlIdMissing
from desktop.filing.stamping import StampLook, field_mark, stamp_at

if TYPE_CHECKING:
    from forms.printing import Printed
    from signing.certificate import Certificate, Finding, Role
    from signing.errors import SigningError
    from signing.key import SigningKey
    from signing.levels import Proofs
    from signing.pdf import SignedPdf
    from signing.trust import Trust
    from signing.validation import FileVerdict


@dataclass(frozen=True)
class SignRequest:
    """What a person chose for signing."""

    role: Role
    client_code: str | None = None
    """Tax code or personal number of the one signed for; None: the signer is only shown."""
    trust: Trust | None = None
    field: str | None = None
    place: tuple[int, tuple[float, float, float, float]] | None = None
    """Page (from 1) and box in points."""
    stamp: bool = True
    look: StampLook | None = None
    """Of the visible signature; None: text."""
    xml_id: str | None = None
    accept_unconfirmed: bool = False
    accept_questions: bool = False
    apart: bool = False
    """Open, write and read the document again in a worker process, as large batches do; the key stays here."""
    level: str = "B-B"
    """B-B, B-T, B-LT or B-LTA; above B-B with `proofs`."""
    proofs: Proofs | None = None
    """What all files of a batch share (filing.proofs_for)."""
    pss: bool = False
    """RSASSA-PSS in XML and containers instead of PKCS#1 v1.5, where the key can and the receiver takes it."""
    xades: bool = False
    """Sign XML by XAdES at B-B too; otherwise it gets the signature that tax and insurance receivers know."""


@dataclass(frozen=True)
class SignedDocument:
    """A file that was signed and read again."""

    data: bytes = field(repr=False)
    signer: Certificate
    signing_time: datetime
    kind: str
    visible: bool
    findings: tuple[Finding, ...]
    level: str = "B-B"

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "kind": self.kind,
            "level": self.level,
            "visible": self.visible,
            "signing_time": self.signing_time,
            "signer": {
                "common_name": self.signer.common_name,
                "organization": self.signer.organization,
                "tax_code": self.signer.tax_code,
                "personal_id": self.signer.personal_id,
                "issuer": self.signer.issuer,
                "serial": self.signer.serial,
                "valid_from": self.signer.valid_from,
                "valid_to": self.signer.valid_to,
            },
            "findings": [
                {"code": finding.code, "severity": finding.severity, **finding.facts} for finding in self.findings
            ],
        }


def check_certificate(
    desk: Desk,
    key: SigningKey,
    *,
    role: Role,
    tax_code: str | None = None,
    personal_id: str | None = None,
    name: str | None = None,
    trust: Trust | None = None,
    accept_questions: bool = False,
    level: str = "B-B",
    proofs: Proofs | None = None,
) -> tuple[Finding, ...]:
    """Check a certificate before it signs (KS-01, KS-02) and return what is worth knowing.

    Above B-B the authorities are asked about it, and what cannot be found out stops the levels that embed it.

    Raises SigningRefused for an error, and for a question that nobody said yes to.
    """
    from signing.certificate import Party, check_before_signing

    party = Party(tax_code, personal_id, name) if tax_code or personal_id else None
    findings = check_before_signing(
        key.certificate, at=desk.now(), role=role, party=party, trust=trust, chain=key.chain
    )
    if proofs is not None and level != "B-B" and not any(finding.severity == "error" for finding in findings):
        from signing.levels import Level

        # What was found out by asking stands in the place of what could only be guessed.
        guessed = ("CHAIN_UNKNOWN", "REVOCATION_UNKNOWN")
        findings = [finding for finding in findings if finding.code not in guessed]
        findings += proofs.findings(key, Level(level), desk.now())
    stopping = [
        finding
        for finding in findings
        if finding.severity == "error" or (finding.severity == "question" and not accept_questions)
    ]
    if stopping:
        from desktop.messages import message
        from forms.definition import Text

        first = stopping[0]
        vi, en = (message(first.code, first.facts, lang) for lang in ("vi", "en"))
        raise SigningRefused(tuple(stopping), Text(vi.sentence, en.sentence), Text(vi.remedy, en.remedy))
    return tuple(findings)


def sign_document(desk: Desk, name: str, data: bytes, key: SigningKey, request: SignRequest) -> SignedDocument:
    """Sign a PDF or an XML file after checking the certificate.

    A PDF that this program printed is signed at the place that its layout marks; another only where the request says
    so, else invisibly.
    Raises SigningRefused, UnconfirmedNotAccepted, UnsupportedFile, and what `signing` raises.
    """
    return _sign(desk, name, data, key, request, _checked(desk, key, request))


def sign_documents(
    desk: Desk, documents: Sequence[tuple[str, bytes]], key: SigningKey, request: SignRequest
) -> list[SignedDocument | Exception]:
    """Sign files of a batch as `sign_document` does, asking the key once for as many as can be.

    What became of each stands in its place; an error without a code is a fault of the program and is raised. After an
    error that stops a batch no further one is signed.
    """
    try:
        findings = _checked(desk, key, request)
    except Exception as error:
        if not hasattr(error, "code"):
            raise
        return [error] * len(documents)
    outcomes: dict[int, SignedDocument | Exception] = {}
    simple = [number for number, (_, data) in enumerate(documents) if _invisibly_apart(data, key, request)]
    if len(simple) > 1:
        outcomes.update(
            zip(simple, _sign_apart(desk, [documents[one][1] for one in simple], key, request, findings), strict=True)
        )
    stop = next((one for one in outcomes.values() if getattr(one, "stops_batch", False)), None)
    for number, (name, data) in enumerate(documents):
        if number in outcomes and not isinstance(outcomes[number], _Alone):
            continue
        try:
            outcomes[number] = stop or _sign(desk, name, data, key, request, findings)
        except Exception as error:
            if not hasattr(error, "code"):
                raise
            outcomes[number] = error
            stop = error if getattr(error, "stops_batch", False) else None
    return [outcomes[number] for number in range(len(documents))]


class _Alone(Exception):
    """Stand for what became of a document that must be tried by itself."""


def _invisibly_apart(data: bytes, key: SigningKey, request: SignRequest) -> bool:
    """Say whether a file is a PDF that gets an invisible signature at level B-B in a worker, whatever it holds."""
    stamped = request.stamp and (request.place is not None or (request.field is None and b"Typst" in data))
    apart = request.apart and request.level == "B-B" and key.kind != "remote"
    return apart and not stamped and b"%PDF-" in data[:1024] and b"Typst" not in data


def _sign_apart(
    desk: Desk, documents: Sequence[bytes], key: SigningKey, request: SignRequest, findings: tuple[Finding, ...]
) -> list[SignedDocument | Exception]:
    """Sign PDFs together: drafted and finished in workers, with one question to the key between the two.

    While the key signs, no worker waits for it.
    """
    from desktop.workers import WorkerCrashed, WorkerKilled
    from signing.apart import KeyFacts, begin_pdfs_apart, finish_pdfs_apart
    from signing.cms import to_be_signed
    from signing.key import digest_for, sign_several
    from signing.pdf import Begun

    facts = KeyFacts.of(key)
    outcomes: list[SignedDocument | Exception] = [_Alone()] * len(documents)
    ended: SigningError | None = None
    try:
        begun: dict[int, Begun] = {}
        for number, one in enumerate(desk.workers.run(begin_pdfs_apart, documents, facts, request.field, desk.now())):
            if isinstance(one, Begun):
                begun[number] = one
            elif one is not None:
                outcomes[number] = one
        if not begun:
            return outcomes
        asked = [to_be_signed(one.attributes) for one in begun.values()]
        values, ended = sign_several(key, asked, digest_for(key))
        valued = list(begun.items())[: len(values)]
        if valued:
            sources = [documents[number] for number, _ in valued]
            made = desk.workers.run(finish_pdfs_apart, sources, [one for _, one in valued], values, facts)
            for (number, _), signed in zip(valued, made, strict=True):
                outcomes[number] = signed if isinstance(signed, Exception) else _document(signed, findings)
    except (WorkerCrashed, WorkerKilled):
        pass  # one of them is at fault, and the others must not suffer for it: each is tried alone
    # What is wrong with one value says nothing about the next, unless it stops everything.
    if ended is not None and getattr(ended, "stops_batch", False):
        outcomes = [ended if isinstance(one, _Alone) else one for one in outcomes]
    return outcomes


def _checked(desk: Desk, key: SigningKey, request: SignRequest) -> tuple[Finding, ...]:
    code = request.client_code
    personal = code if code is not None and len(code) == 12 else None
    return check_certificate(
        desk,
        key,
        role=request.role,
        tax_code=code,
        personal_id=personal,
        trust=request.trust,
        accept_questions=request.accept_questions,
        level=request.level,
        proofs=request.proofs,
    )


def _sign(
    desk: Desk, name: str, data: bytes, key: SigningKey, request: SignRequest, findings: tuple[Finding, ...]
) -> SignedDocument:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in data[:1024]:
        return _sign_pdf(desk, data, key, request, findings)
    if head.startswith(b"<"):
        return _sign_xml(desk, data, key, request, findings)
    raise UnsupportedFile(name)


def _own_print(desk: Desk, data: bytes, request: SignRequest) -> Printed | None:
    """Print the file's own data again: if the bytes are the same, the layout's marks hold for the file."""
    from forms.errors import FormsError
    from forms.form import Form
    from forms.period import Period
    from forms.printing import PrintOptions, print_form, read_back
    from forms.template import load

    if b"Typst" not in data:  # what we print names its maker in the metadata, which PDF/A wants in plain
        return None
    try:
        found = desk.workers.run(read_back, data, timeout=30)
        ref = desk.library.get(found.template, found.version)
        period = Period.parse(found.period) if found.period else None
        form = Form.load(load(ref), period, found.values)
        options = PrintOptions(**found.print)
        printed: Printed = desk.workers.run(print_form, ref, found.period, found.values, options)
    except (FormsError, TypeError):
        return None
    if printed.pdf != data:
        return None
    confirm_unconfirmed(form, "sign", desk.today(), accepted=request.accept_unconfirmed)
    return printed


def _sign_pdf(
    desk: Desk, data: bytes, key: SigningKey, request: SignRequest, findings: tuple[Finding, ...]
) -> SignedDocument:
    from forms.printing import Mark
    from signing.pdf import sign_pdf

    own = _own_print(desk, data, request)
    at = desk.now()
    stamp = None
    if request.stamp and request.place is not None:
        page, box = request.place
        stamp = stamp_at(Mark("", page, *box), key.certificate, at, request.role, request.look)
    elif request.stamp and request.field is None and own is not None and own.signatures:
        stamp = stamp_at(own.signatures[-1], key.certificate, at, request.role, request.look)
    elif request.stamp and request.field is not None and (mark := field_mark(desk, data, request.field)) is not None:
        stamp = stamp_at(mark, key.certificate, at, request.role, request.look)
    # Remote keys gather the hashes of many documents, and would wait for more than there are workers.
    if request.level == "B-B" and request.apart and stamp is None and key.kind != "remote":
        from signing.apart import KeyFacts, sign_pdf_apart

        signed = desk.workers.run(
            sign_pdf_apart, data, KeyFacts.of(key), request.field, at, ask=lambda asked: key.sign(*asked)
        )
    elif request.level == "B-B":
        signed = sign_pdf(data, None, key, field=request.field, stamp=stamp, at=at)
    else:
        from signing.levels import Level, sign

        wanted = Level(request.level)
        signed = sign(data, None, key, level=wanted, proofs=request.proofs, field=request.field, stamp=stamp, at=at)
    return _document(signed, findings)


def _document(signed: SignedPdf, findings: tuple[Finding, ...]) -> SignedDocument:
    assert signed.data is not None
    facts = signed.facts
    return SignedDocument(
        signed.data, facts.certificate, facts.signing_time, "pdf", facts.visible, findings, facts.level
    )


def _sign_xml(
    desk: Desk, data: bytes, key: SigningKey, request: SignRequest, findings: tuple[Finding, ...]
) -> SignedDocument:
    from forms.errors import FormsError
    from forms.form import Form
    from forms.period import Period
    from forms.template import load
    from forms.xml import layout_for, read
    from signing.xml import sign_xml

    reference, place, attribute = request.xml_id, "CKyDTu", "id"
    try:
        found = read(data, desk.library)
        period = Period.parse(found.period) if found.period else None
        template = load(desk.library.get(found.template, found.version))
        layout = layout_for(template, period)
        reference = reference or layout.signed_id
        place, attribute = layout.signature_place or place, layout.id_attribute
        confirm_unconfirmed(Form(template, period, {}), "xml", desk.today(), accepted=request.accept_unconfirmed)
    except FormsError:
        pass  # an XML of another maker: signed as it is, at the id that the person names
    at = desk.now()
    if request.xades or request.level != "B-B":
        kept = place if place.encode() in data else None
        made = _sign_xades(data, key, request, reference, attribute, kept, at)
        return SignedDocument(made, key.certificate, at, "xml", False, findings, request.level)
    if reference is None:
        raise XmlIdMissing()
    signed = sign_xml(data, key, reference_id=reference, id_attribute=attribute, place=place, at=at, pss=request.pss)
    return SignedDocument(signed, key.certificate, at, "xml", False, findings)


def confirm_printed(desk: Desk, data: bytes, request: SignRequest) -> None:
    """Ask for the word on what is unconfirmed in a file of this program's own making; others pass.

    Raises UnconfirmedNotAccepted.
    """
    from forms.errors import FormsError
    from forms.form import Form
    from forms.period import Period
    from forms.template import load
    from forms.xml import read

    if b"%PDF-" in data[:1024]:
        _own_print(desk, data, request)
    elif data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        try:
            found = read(data, desk.library)
            period = Period.parse(found.period) if found.period else None
            template = load(desk.library.get(found.template, found.version))
        except FormsError:
            return
        confirm_unconfirmed(Form(template, period, {}), "xml", desk.today(), accepted=request.accept_unconfirmed)


def _sign_xades(
    data: bytes,
    key: SigningKey,
    request: SignRequest,
    reference: str | None,
    attribute: str,
    place: str | None,
    at: datetime,
) -> bytes:
    """Sign XML by XAdES B-B or B-T, the highest level of XML that is made here; without an id the whole document."""
    from signing.errors import LevelForPdfOnly, TimeStampServerMissing
    from signing.levels import Level
    from signing.xml.xades import sign_xades

    stamp = None
    if request.level not in ("B-B", "B-T"):
        raise LevelForPdfOnly(request.level, "XML")
    if request.level == "B-T":
        if request.proofs is None or request.proofs.server is None:
            raise TimeStampServerMissing
        stamp = request.proofs.stamper(Level.B_T)
    return sign_xades(
        data,
        key,
        reference_id=reference,
        id_attribute=attribute,
        place=place,
        at=at,
        pss=request.pss,
        time_stamp=stamp,
    )


def moment_of(text: str | None, today: date | None = None) -> datetime | None:
    """Read a time in ISO 8601, or with `today` a time of day; a time without a zone is Việt Nam's."""
    if text is None:
        return None
    try:
        if today is not None and len(text.strip()) <= len("HH:MM"):
            moment = datetime.combine(today, time.fromisoformat(text.strip().zfill(len("HH:MM"))))
        else:
            moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotAMoment(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def validate_file(desk: Desk, file: Path, trust: Trust, at: datetime | None, *, offline: bool = True) -> FileVerdict:
    """Validate the signatures of one file in a worker, within 30 seconds, whatever the file holds."""
    return _validated(desk, file, str(file), trust, at, offline)


def validate_data(desk: Desk, name: str, data: bytes, trust: Trust, at: datetime | None = None) -> FileVerdict:
    """Validate bytes that came from elsewhere (a result, an attachment)."""
    return _validated(desk, data, name, trust, at, True)


def _validated(
    desk: Desk, source: Path | bytes, name: str, trust: Trust, at: datetime | None, offline: bool
) -> FileVerdict:
    from desktop.workers import WorkerCrashed, WorkerKilled
    from signing.validation import FileVerdict, Verdict, validate

    named = {"name": name, "trust": trust, "at": at, "offline": offline}
    try:
        verdict: FileVerdict = desk.workers.run(validate, source, named=named, timeout=28)
        return verdict
    except (WorkerKilled, WorkerCrashed) as error:
        # Native code that hangs or dies on a file says nothing about its signatures: a doubt, never a verdict.
        return FileVerdict(name, "other", Verdict.INDETERMINATE, (), (error.code,))


def findings_of(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Write findings about a certificate as plain data."""
    return [{"code": finding.code, "severity": finding.severity, **finding.facts} for finding in findings]
