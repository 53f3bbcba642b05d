"""The evidence of a dossier on paper: what went out, what came back, when, by whom it was signed, what the check says.

One PDF/A that carries the receipt and the signed manifest as they are, so that another program can judge them again.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import Desk
from desktop.filing.documents import validate_data
from desktop.filing.following import status_view
from desktop.filing.sealing import workspace_trust
from desktop.messages import message

if TYPE_CHECKING:
    from desktop.messages import Language
    from desktop.store.records import Dossier, Receipt

EVENTS = {
    "created": ("Lập hồ sơ", "Dossier made"),
    "signed": ("Ký hồ sơ", "Dossier signed"),
    "exported": ("Xuất hồ sơ", "Dossier exported"),
    "submitted": ("Cổng nhận hồ sơ", "Registered by the portal"),
    "refused": ("Cổng từ chối", "Refused by the portal"),
    "enqueued": ("Xếp vào hộp gửi", "Put into the outbox"),
    "code_entered": ("Nhập mã hồ sơ", "Code entered by hand"),
}
ACTS = {"send": ("Gửi đi", "Sent"), "ask": ("Hỏi cổng", "Portal asked")}
OUTCOMES = {
    "registered": ("cổng đã tiếp nhận", "registered"),
    "refused": ("cổng từ chối", "refused"),
    "uncertain": ("chưa rõ kết quả", "uncertain"),
    "not yet": ("chưa xong", "not yet"),
}


def print_evidence(desk: Desk, dossier_id: str, lang: Language = "vi") -> bytes:
    """Print the evidence of a dossier as it stands in the workspace; nothing is asked of anybody.

    Every signed file is judged anew, offline. Raises DossierNotFound, and what printing raises.
    """
    from forms.printing import Attachment, print_page

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    revision = ws.dossiers.revision(dossier.id)
    receipt = ws.outbox.receipt_of(dossier.id)
    kept = []
    if receipt is not None:
        kept.append(Attachment("bien-nhan.jws", receipt.data, "application/jose", "Biên nhận của cổng"))
    if revision.manifest is not None:
        manifest = revision.manifest.encode("ascii")
        kept.append(Attachment("ban-ke.jws", manifest, "application/jose", "Bản kê đã ký"))
    printed = desk.workers.run(
        print_page, "evidence", evidence_facts(desk, dossier, lang), timeout=60,
        named={"timestamp": desk.timestamp(), "lang": lang, "practice": desk.practice, "attachments": tuple(kept)},
    )  # fmt: skip
    return printed.pdf


def evidence_facts(desk: Desk, dossier: Dossier, lang: Language) -> dict[str, Any]:
    """Return what the page of evidence says, as plain data."""
    ws = desk.workspace
    view = status_view(desk, dossier.id)
    revision = ws.dossiers.revision(dossier.id)
    receipt = ws.outbox.receipt_of(dossier.id)
    items = ws.outbox.of_dossier(dossier.id)
    files = ws.dossiers.files(dossier.id)
    found: dict[str, Any] = {
        "dossier": dossier.id,
        "procedure": {"code": dossier.procedure, "name": dossier.procedure_name},
        "client": {"name": dossier.client.name, "tax_code": dossier.client.tax_code},
        "code": dossier.code,
        "received": _iso(dossier.received),
        "due": _iso(dossier.due),
        "state": view.raw or None,
        "key": items[-1].key if items else None,
        "made": desk.now().isoformat(),
        "files": [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in files],
        "signatures": _signatures(desk, dossier, lang),
        "evidence": _happened(desk, dossier, receipt, lang),
        "history": [{"at": _iso(step["at"]), "raw": step["raw"], "status": step["note"]} for step in view.history],
    }
    if revision.manifest is not None:
        found["manifest_sha256"] = hashlib.sha256(revision.manifest.encode("ascii")).hexdigest()
    if receipt is not None:
        found["receipt"] = dict(view.receipt or {})
    if dossier.portal is not None:
        from desktop.errors import RecordNotFound

        try:
            portal = ws.portals.get(dossier.portal)
        except RecordNotFound:
            found["portal"] = {"name": dossier.portal}
        else:
            found["portal"] = {"name": {"vi": portal.name_vi, "en": portal.name_en}}
    return found


def _signatures(desk: Desk, dossier: Dossier, lang: Language) -> list[dict[str, Any]]:
    from signing.trust import Trust

    ws = desk.workspace
    trust = workspace_trust(desk) or Trust()
    rows: list[dict[str, Any]] = []
    for file in ws.dossiers.files(dossier.id):
        if file.sha256_before_signing is None:
            continue
        judged = validate_data(desk, file.name, ws.files.read(file.sha256), trust)
        for one in judged.signatures:
            told = one.to_json()
            who = told["signer"] or {}
            rows.append(
                {
                    "file": file.name,
                    "signer": who.get("common_name") or who.get("organization"),
                    "tax_code": who.get("tax_code"),
                    "issuer": who.get("issuer"),
                    "serial": who.get("serial"),
                    "signing_time": told["signing_time"],
                    "time_stamp": told["time_stamp"],
                    "level": told["level"],
                    "verdict": told["verdict"],
                    "reasons": [message(code, {}, lang).sentence for code in told["reasons"]],
                }
            )
    return rows


def _happened(desk: Desk, dossier: Dossier, receipt: Receipt | None, lang: Language) -> list[dict[str, Any]]:
    """Return what was done with the dossier and what came back, in the order of time."""
    ws = desk.workspace
    pick = 0 if lang == "vi" else 1
    rows: list[dict[str, Any]] = []
    for event in ws.dossiers.events(dossier.id):
        if event.kind in EVENTS:
            rows.append({"at": event.at.isoformat(), "kind": EVENTS[event.kind][pick]})
    for item in ws.outbox.of_dossier(dossier.id):
        for tried in ws.outbox.attempts(item.key):
            how = OUTCOMES.get(tried.outcome or "", (tried.outcome or "", tried.outcome or ""))[pick]
            note = ", ".join(part for part in (how, item.key) if part)
            rows.append({"at": tried.started.isoformat(), "kind": ACTS.get(tried.act, ("", ""))[pick], "note": note})
    if receipt is not None:
        digest = hashlib.sha256(receipt.data).hexdigest()
        rows.append(
            {
                "at": receipt.saved.isoformat(), "kind": ("Biên nhận", "Receipt")[pick], "name": "bien-nhan.jws",
                "note": receipt.code, "sha256": digest,
            }
        )  # fmt: skip
    for letter in ws.letters.list(dossier.id):
        kind = ("Yêu cầu bổ sung", "More papers wanted") if letter.kind == "supplement" else ("Thông báo", "Message")
        rows.append({"at": letter.at.isoformat(), "kind": kind[pick], "note": letter.text})
    for result in ws.results.list(dossier.id):
        if result.issued is not None:
            row = {"at": result.issued.isoformat(), "kind": ("Kết quả", "Result")[pick], "name": result.name}
            rows.append(row | ({"sha256": result.sha256} if result.sha256 else {}))
    return sorted(rows, key=lambda row: str(row["at"]))


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
