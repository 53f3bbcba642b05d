"""Sign a dossier: print, sign and re-read each component that is to be signed, then the manifest over the files.

The manifest is the last thing that is kept; until then the dossier is PREPARED, and signing again starts anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import Desk, confirm_unconfirmed
from desktop.filing.documents import check_certificate, findings_of, validate_data
from desktop.filing.dossiers import open_form
from desktop.filing.enclosing import put_into_dossier
from desktop.filing.errors import PreflightFailed
from desktop.filing.evidence import keep_evidence
from desktop.filing.readiness import preflight
from desktop.filing.remote import signs_together
from desktop.filing.stamping import StampLook, stamp_at

if TYPE_CHECKING:
    from datetime import datetime

    from desktop.store.records import Component as StoredComponent
    from desktop.store.records import Dossier, DossierFile
    from forms.printing import Mark
    from forms.template import Template
    from signing.certificate import Certificate, Role
    from signing.key import SigningKey
    from signing.levels import Proofs
    from signing.stamp import Stamp
    from signing.trust import Trust


@dataclass(frozen=True)
class SignedDossier:
    """What signing a dossier made."""

    dossier: str
    files: tuple[str, ...]
    manifest_sha256: str
    findings: list[dict[str, Any]]


@dataclass(frozen=True)
class SealWish:
    """What a person chose beyond key and role: the level of the PDF signatures, and what is seen of them where."""

    level: str = "B-B"
    """B-B, B-T, B-LT or B-LTA, above B-B with `proofs`. XML for tax and insurance keeps the signature they know."""
    proofs: Proofs | None = None
    look: StampLook | None = None
    """None: text. On attachments no picture ever (Decree 30/2020/NĐ-CP, Appendix I)."""
    places: Mapping[str, Mark] = field(default_factory=dict)
    """Where the stamp stands by the form's template, instead of its layout's mark."""


def sign_dossier(
    desk: Desk,
    dossier_id: str,
    key: SigningKey,
    *,
    role: Role,
    accept_unconfirmed: bool = False,
    accept_questions: bool = False,
    progress: Callable[[int, int], None] | None = None,
    wish: SealWish | None = None,
) -> SignedDossier:
    """Print, sign and re-read every component that is to be signed, then sign the manifest over the signed files.

    Either all of it is kept or nothing. Raises PreflightFailed, SigningRefused, UnconfirmedNotAccepted, and what
    `signing` raises.
    """
    from forms.dossier import Manifest, ManifestClient, ManifestComponent, ManifestFile
    from signing.jws import sign as sign_jws

    wish = wish or SealWish()
    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    report = preflight(desk, dossier_id)
    if not report.ok:
        raise PreflightFailed(tuple(f for f in report.findings if f.severity == "error"))
    facts = ws.clients.facts(dossier.client)
    code = dossier.client.tax_code
    known = facts.get("personal_id")
    personal = known.value if known is not None else (code if len(code) == 12 else None)
    trust = workspace_trust(desk)
    findings = check_certificate(
        desk, key, role=role, tax_code=code, personal_id=personal, name=dossier.client.name,
        trust=trust, accept_questions=accept_questions, level=wish.level, proofs=wish.proofs,
    )  # fmt: skip
    parts = ws.dossiers.components(dossier.id)
    later: list[_Step] = []
    for number, part in enumerate(parts):
        if progress is not None:
            progress(number, len(parts) + 1)
        steps: list[_Step] = []
        if part.form is not None:
            steps += _form_steps(desk, dossier, part, key.certificate, role, accept_unconfirmed, wish)
        if part.sign:
            steps += _attachment_steps(desk, dossier, part, key.certificate, role, wish)
        if signs_together(key) > 1:
            later += steps  # a remote service asks the person once for all of them
        else:
            for step in steps:
                step.keep(step.sign(key))
    if later:
        _together(later, key)
    revision = ws.dossiers.revision(dossier.id)
    files = ws.dossiers.files(dossier.id)
    manifest = Manifest(
        dossier=dossier.id,
        revision=revision.number,
        key=revision.key,
        procedure=dossier.procedure,
        case=dossier.case,
        period=dossier.period,
        client=ManifestClient(code, personal, dossier.client.name),
        role=str(role),
        delivery=dossier.delivery,
        created=desk.now().isoformat(),
        components=tuple(
            ManifestComponent(
                component=part.component,
                files=tuple(
                    ManifestFile(
                        name=file.name,
                        sha256=file.sha256,
                        size=file.size,
                        media_type=file.media_type,
                        kind=file.kind,
                        template=file.template,
                        version=file.version,
                        sha256_before_signing=file.sha256_before_signing,
                    )
                    for file in files
                    if file.component == part.component
                ),
            )
            for part in parts
        ),
        supplements=dossier.code,
    )
    token = sign_jws(manifest.to_json(), key, typ="hoso-manifest+jws")
    ws.dossiers.set_delivery(dossier.id, dossier.delivery, role=str(role))
    with ws.transaction():
        keep_evidence(desk, dossier.id, key, findings, trust, str(role))
        ws.dossiers.mark_signed(dossier.id, token)
    return SignedDossier(
        dossier.id,
        tuple(file.name for file in files),
        hashlib.sha256(token.encode("ascii")).hexdigest(),
        findings_of(findings),
    )


def verdicts_of(desk: Desk, dossier_id: str) -> list[tuple[str, str]]:
    """Judge every signed file of a dossier as anyone would who is given it: name and verdict, offline."""
    from signing.trust import Trust

    ws = desk.workspace
    trust = workspace_trust(desk) or Trust()
    return [
        (file.name, str(validate_data(desk, file.name, ws.files.read(file.sha256), trust).verdict))
        for file in ws.dossiers.files(dossier_id)
        if file.sha256_before_signing is not None
    ]


@dataclass(frozen=True)
class _Step:
    """One file of a dossier: how it is signed, and how it is then kept."""

    sign: Callable[[SigningKey], bytes | None]
    keep: Callable[[bytes | None], None]


def _together(steps: list[_Step], key: SigningKey) -> None:
    from signing.remote import together

    made = together(key, [step.sign for step in steps])
    for one in made:
        if isinstance(one, Exception):
            raise one
    for step, signed in zip(steps, made, strict=True):
        assert not isinstance(signed, Exception)
        step.keep(signed)


def _form_steps(
    desk: Desk,
    dossier: Dossier,
    part: StoredComponent,
    certificate: Certificate,
    role: Role,
    accepted: bool,
    wish: SealWish,
) -> list[_Step]:
    """Print a form, to be signed at its layout's mark, and write its tax XML where the receiver takes one."""
    from forms.printing import PrintOptions, print_form
    from forms.xml import XmlLayoutLacksField, file_name, layout_for
    from forms.xml import write as write_xml
    from signing.xml import sign_xml

    assert part.form is not None
    ws = desk.workspace
    form = open_form(desk, part.form)
    put_into_dossier(desk, dossier, part, form)
    template = form.template
    confirm_unconfirmed(form, "sign", desk.today(), accepted=accepted)
    markup = None
    if template.xml is not None:
        try:
            markup = write_xml(template, form.period, form.values)
            confirm_unconfirmed(form, "xml", desk.today(), accepted=accepted)
        except XmlLayoutLacksField:
            markup = None  # the electronic layout has no place for it: the signed PDF goes alone
    period = str(form.period) if form.period else None
    options = PrintOptions(timestamp=desk.timestamp(), practice=desk.practice, dossier=dossier.id)
    printed = desk.workers.run(print_form, template.ref, period, form.values, options)

    def keep(signed: bytes | None, name: str, data: bytes, media_type: str, kind: str) -> None:
        sha256 = ws.files.put(data, name, media_type)
        file = ws.dossiers.attach(
            dossier.id, part.component, name, sha256, kind=kind, template=template.id, version=template.version
        )
        if signed is not None:
            ws.dossiers.replace_signed(dossier.id, file.id, ws.files.put(signed, file.name, media_type))

    at = desk.now()

    def signed_pdf(key: SigningKey) -> bytes | None:
        if not part.sign:
            return None
        mark = wish.places.get(template.id) or (printed.signatures[-1] if printed.signatures else None)
        if mark is not None and mark.page > printed.pages:
            mark = replace(mark, page=printed.pages)  # placed on a longer print of the same template
        stamp = stamp_at(mark, certificate, at, role, wish.look) if mark is not None else None
        return _sign_at_level(printed.pdf, key, stamp, at, wish)

    name = f"{_file_stem(template, dossier)}.pdf"
    steps = [
        _Step(signed_pdf, partial(keep, name=name, data=printed.pdf, media_type="application/pdf", kind="form")),
    ]
    if markup is not None:
        layout = layout_for(template, form.period)
        assert layout.signed_id is not None
        signed_xml = partial(
            sign_xml,
            markup,
            reference_id=layout.signed_id,
            id_attribute=layout.id_attribute,
            place=layout.signature_place or "CKyDTu",
            at=at,
        )
        name = file_name(template, form.period, form.values)
        kept = partial(keep, name=name, data=markup, media_type="application/xml", kind="xml")
        steps.append(_Step(signed_xml, kept))
    return steps


def _attachment_steps(
    desk: Desk, dossier: Dossier, part: StoredComponent, certificate: Certificate, role: Role, wish: SealWish
) -> list[_Step]:
    """Sign each scan of a component that asks for it: top right of page 1, no picture (Decree 30/2020, Appendix I)."""
    from forms.printing import Mark, page_sizes

    ws = desk.workspace

    def step(file: DossierFile) -> _Step:
        data = ws.files.read(file.sha256_before_signing or file.sha256)

        def sign(key: SigningKey) -> bytes | None:
            width, height = desk.workers.run(page_sizes, data)[0]
            at = desk.now()
            box = Mark("", 1, width - 220, height - 62, 205, 48)
            look = wish.look if wish.look is not None and wish.look.kind == "decree" else None
            if look is not None:  # a picture has no place on an attachment
                look = replace(look, picture=None)
            return _sign_at_level(data, key, stamp_at(box, certificate, at, role, look), at, wish)

        def keep(signed: bytes | None) -> None:
            assert signed is not None
            ws.dossiers.replace_signed(dossier.id, file.id, ws.files.put(signed, file.name, "application/pdf"))

        return _Step(sign, keep)

    files = ws.dossiers.files(dossier.id)
    return [step(file) for file in files if file.component == part.component and file.kind == "attachment"]


def _sign_at_level(data: bytes, key: SigningKey, stamp: Stamp | None, at: datetime, wish: SealWish) -> bytes | None:
    if wish.level == "B-B":
        from signing.pdf import sign_pdf

        return sign_pdf(data, None, key, stamp=stamp, at=at).data
    from signing.levels import Level, sign

    return sign(data, None, key, level=Level(wish.level), proofs=wish.proofs, stamp=stamp, at=at).data


def _file_stem(template: Template, dossier: Dossier) -> str:
    short = "".join(c if c.isalnum() else "_" for c in template.short)
    return "_".join(filter(None, (short, dossier.period, dossier.client.tax_code)))


def workspace_trust(desk: Desk) -> Trust | None:
    """Return what this workspace trusts: the anchors that the user added, and a practice portal's in practice."""
    from signing.trust import Trust

    anchors = desk.workspace.trust.list()
    trusted = Trust.of(
        [anchor.der for anchor in anchors if anchor.kind != "crl"],
        crls=[anchor.der for anchor in anchors if anchor.kind == "crl"],
    )
    return trusted if anchors else None
