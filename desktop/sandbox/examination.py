"""The examination of a submission: every reason for which it is refused, or what its registration needs.

Runs on the bench. It shares no code with what prepares and files dossiers: it reads, prints again and validates
by `forms` and `signing` alone, and believes nothing that the manifest says before it has been looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from math import ceil
from pathlib import Path
from typing import Any

from desktop.sandbox.models import Manifest, ManifestFile, Reason
from desktop.sandbox.papers import lacks
from desktop.sandbox.words import reason
from forms.definition import Text
from forms.errors import DataError, FormsError
from forms.period import Period, is_day_off
from forms.printing import EmbeddedData, Mark, PageImage, PrintOptions, page_images, print_form, read_back
from forms.template import Edition, Library, Template, TemplateRef, load
from signing.trust import Trust
from signing.validation import FileVerdict, validate

SCALE = 1.5
"""Pixels to a point when pages are compared: the hook of an accent is two pixels high."""
PAGES_AT_ONCE = 6
STAMP_TOLERANCE = 1.5
"""Points that a stamp's frame may reach beyond its place."""
MANIFEST_NAME = "manifest.json"

_HARMLESS = frozenset(
    {
        "LATER_SIGNATURES_ONLY",
        "SIGNED_WHEN_CERTIFICATE_STOOD",
        "FORM_CHANGED_AS_CERTIFIED",
        # Other authorities publish no list here; for the practice authority the list is always at hand.
        "SIGNER_REVOCATION_UNKNOWN",
        "ISSUER_REVOCATION_UNKNOWN",
    }
)
_ABOUT_THE_SIGNER = frozenset(
    {
        "CERTIFICATE_FORGED",
        "CERTIFICATE_OUTSIDE_DATES",
        "CERTIFICATE_REVOKED",
        "CERTIFICATE_USAGE",
        "CHAIN_NOT_CHECKED",
        "CHAIN_OUTSIDE_DATES",
        "EXTENSION_NOT_UNDERSTOOD",
        "ISSUER_REVOKED",
        "KEY_TOO_WEAK",
        "NO_PROOF_OF_TIME",
        "SIGNER_CERTIFICATE_MISSING",
        "SIGNER_CERTIFICATE_UNREADABLE",
        "SIGNER_NOT_TRUSTED",
        "SIGNING_TIME_IN_FUTURE",
        "WEAK_KEY",
        "WRONG_USAGE",
    }
)


def examine(task: dict[str, Any]) -> dict[str, Any]:
    """Examine one submission; the answer has `reasons`, and without any the facts of the registration."""
    case = _Examination(task)
    reasons = [entry.model_dump() for entry in case.reasons()]
    if reasons:
        return {"reasons": reasons}
    return {"reasons": [], **case.facts()}


@dataclass(frozen=True)
class _Filed:
    """A form as filed: its PDF, the data in it, and the template it names."""

    name: str
    pdf: bytes
    data: EmbeddedData
    template: Template


class _Examination:
    def __init__(self, task: dict[str, Any]) -> None:
        self._task = task
        self._manifest = Manifest.model_validate(task["manifest"])
        self._files = {sha256: Path(path) for sha256, path in task["files"].items()}
        self._now = datetime.fromisoformat(task["now"])
        self._today = date.fromisoformat(task["today"])
        pems = [pem.encode() for pem in [*task["anchors"], task["intermediates"]]]
        self._trust = Trust.of(pems, crls=[task["crls"].encode()])
        self._procedure: dict[str, Any] | None = task["procedure"]
        self._library = Library(_edition(entry) for entry in task["templates"])
        self._case: dict[str, Any] = {}
        self._roles: set[str] = set()

    # --- the whole ------------------------------------------------------------------------------------

    def reasons(self) -> Iterator[Reason]:
        """Find every reason, from the outside in."""
        if self._procedure is None or not self._find_case():
            yield reason(
                "PROCEDURE_UNKNOWN",
                field="procedure" if self._procedure is None else "case",
                facts={"procedure": self._manifest.procedure},
            )
            return
        yield from self._level()
        yield from self._components()
        token = self._task["manifest_jws"].encode()
        yield from self._signatures(validate(token, name=MANIFEST_NAME, **self._how()), None, MANIFEST_NAME)
        for component in self._manifest.components:
            known = self._component(component.component)
            if known is None:
                yield reason("COMPONENT_UNKNOWN", component=component.component)
                continue
            yield from self._files_of(known, component.component, component.files)

    def facts(self) -> dict[str, Any]:
        """Return what a registration needs to know of the procedure."""
        assert self._procedure is not None
        allowed = self._allowed()
        due = self._due()
        return {
            "procedure_name": self._procedure["name"],
            "level": self._procedure.get("level"),
            "pay_online": allowed.pay_online,
            "result_online": allowed.result_online,
            "fee": self._fee(),
            "due": due.isoformat() if due else None,
        }

    # --- the procedure --------------------------------------------------------------------------------

    def _find_case(self) -> bool:
        assert self._procedure is not None
        cases = self._procedure.get("cases") or []
        wanted = self._manifest.case
        if not wanted and len(cases) == 1:
            self._case = cases[0]
            return True
        for case in cases:
            if wanted and wanted in (case.get("id"), case.get("name")):
                self._case = case
                return True
        return False

    def _component(self, wanted: str) -> dict[str, Any] | None:
        for component in self._case.get("components") or []:
            if component.get("id") == wanted:
                found: dict[str, Any] = component
                return found
        return None

    def _allowed(self) -> Any:
        from forms.procedure import Procedure

        return Procedure.from_json(self._procedure).allows()

    def _level(self) -> Iterator[Reason]:
        allowed = self._allowed()
        if not allowed.submit:
            yield reason("LEVEL_FORBIDS", field="procedure", facts={"procedure": self._manifest.procedure})
        elif self._manifest.delivery == "online" and not allowed.result_online:
            yield reason("LEVEL_FORBIDS", field="delivery", facts={"procedure": self._manifest.procedure})

    def _components(self) -> Iterator[Reason]:
        """Ask for what the case requires; a form counts only when it is filled from the right template."""
        for component in self._case.get("components") or []:
            files = [
                file
                for given in self._manifest.components
                if given.component == component["id"]
                for file in given.files
            ]
            template = component.get("template")
            if template:
                complete = any(file.kind == "form" and file.template == template for file in files)
            else:
                complete = bool(files)
            until = component.get("replaced_until")
            replaced = component.get("replaced_by_data") and (not until or self._today.isoformat() <= str(until))
            if component.get("required") and not replaced and not complete:
                yield reason("COMPONENT_MISSING", component=component["id"], facts={"name": component["name"]})

    def _fee(self) -> tuple[str, int] | None:
        assert self._procedure is not None
        channels = sorted(self._procedure.get("channels") or [], key=lambda channel: channel.get("method") != "online")
        for channel in channels[:1]:
            for fee in channel.get("fees") or []:
                if fee.get("amount"):
                    return fee.get("text") or "Phí, lệ phí", int(fee["amount"])
        return None

    def _due(self) -> date | None:
        """Return the appointment day, where the record states a time."""
        assert self._procedure is not None
        for channel in self._procedure.get("channels") or []:
            time = channel.get("time")
            if channel.get("method") == "online" and isinstance(time, int) and time > 0:
                return due_day(self._today, time, str(channel.get("unit", "")))
        return None

    # --- files ----------------------------------------------------------------------------------------

    def _files_of(self, known: Mapping[str, Any], name: str, files: list[ManifestFile]) -> Iterator[Reason]:
        forms: list[_Filed] = []
        for file in files:
            path = self._files[file.sha256]
            verdict = validate(path, name=file.name, **self._how())
            if verdict.verdict == "unreadable" or (file.media_type == "application/pdf" and verdict.kind != "pdf"):
                yield reason("FILE_UNREADABLE", component=name, file=file.name)
                continue
            if known.get("sign") or verdict.signatures:
                yield from self._signatures(verdict, name, file.name)
            if file.kind == "form":
                yield from self._form(name, file, path.read_bytes(), forms)
            elif file.kind == "attachment" and file.media_type == "application/pdf":
                try:
                    page_images(path.read_bytes(), scale=0.2, pages=[1])
                except FormsError:
                    yield reason("FILE_UNREADABLE", component=name, file=file.name)
        for file in files:
            if file.kind == "xml":
                yield from self._xml(name, file, forms)

    def _how(self) -> dict[str, Any]:
        return {"trust": self._trust, "at": self._now, "offline": True, "time_limit": 25.0}

    def _signatures(self, verdict: FileVerdict, component: str | None, name: str) -> Iterator[Reason]:
        """Accept a file only when each of its signatures is whole, trusted and by the right person."""
        signatures = [one for one in verdict.signatures if one.kind == "signature"]
        if not signatures:
            yield reason("SIGNATURE_BROKEN", component=component, file=name)
            return
        about_file = set(verdict.reasons) - _HARMLESS
        for one in signatures:
            signer = one.signer.common_name if one.signer else "?"
            reasons = (set(one.reasons) | about_file) - _HARMLESS
            place: dict[str, Any] = {"component": component, "file": name, "field": one.name}
            untrusted = one.trust != "trusted" or one.revocation == "revoked" or bool(reasons & _ABOUT_THE_SIGNER)
            broken = (
                one.integrity != "intact"
                or one.changes_after in ("forbidden", "unknown")
                or bool(reasons - _ABOUT_THE_SIGNER)
            )
            if broken and "CERTIFICATE_FORGED" not in reasons:
                yield reason("SIGNATURE_BROKEN", **place)
            elif untrusted:
                yield reason("SIGNER_UNTRUSTED", **place, facts={"signer": signer})
            elif one.signer is None or not fits(
                self._manifest.role,
                (one.signer.tax_code, one.signer.personal_id),
                (self._manifest.client.tax_code, self._manifest.client.personal_id),
            ):
                yield self._other_client(place, signer)

    def _other_client(self, place: Mapping[str, Any], signer: str | None) -> Reason:
        client = self._manifest.client
        facts = {"signer": signer or "?", "client": client.name or client.tax_code or client.personal_id}
        return reason("SIGNER_OTHER_CLIENT", **place, facts=facts)

    # --- forms ----------------------------------------------------------------------------------------

    def _form(self, component: str, file: ManifestFile, pdf: bytes, forms: list[_Filed]) -> Iterator[Reason]:
        place: dict[str, Any] = {"component": component, "file": file.name}
        try:
            data = read_back(pdf)
        except FormsError:
            yield reason("FILE_UNREADABLE", **place)
            return
        if (data.template, data.version) != (file.template, file.version):
            yield reason("DATA_NOT_WHAT_IS_PRINTED", **place, field="template")
            return
        template = self._open_version(data)
        if template is None or data.period != (self._manifest.period if template.period_kinds else data.period):
            facts = {"version": data.version, "period": data.period or self._today}
            yield reason("TEMPLATE_CLOSED", **place, facts=facts)
            return
        if data.print.get("draft"):
            yield reason("DRAFT_FILED", **place)
            return
        found = _Filed(file.name, pdf, data, template)
        forms.append(found)
        yield from self._beside(found, place)
        if not is_what_is_printed(pdf, template.ref, data):
            yield reason("DATA_NOT_WHAT_IS_PRINTED", **place)
            return
        yield from self._identity(found, place)
        yield from self._problems(found, place)

    def _beside(self, filed: _Filed, place: Mapping[str, Any]) -> Iterator[Reason]:
        """Hold the XML that is attached to the form, and the papers that it names, against its data."""
        from forms.xml import XmlNotTheData, check_attached

        try:
            check_attached(filed.template, filed.data)
        except XmlNotTheData as error:
            yield reason("XML_NOT_THE_DATA", **place, field=error.field or None, facts={"label": error.label})
        definition = filed.template.definition
        listed = [file for _, file in self._manifest.files]
        for path, name, lack in lacks(definition, filed.data.values, self._files, listed):
            code = "FIELD_FILE_NOT_FILED" if lack == "absent" else "FIELD_FILE_OTHER"
            field = definition.fields[re.sub(r"\[[0-9]+\]", "", path)]
            yield reason(
                code, **place, field=path, facts={"label": Text(field.title("vi"), field.title("en")), "name": name}
            )

    def _open_version(self, data: EmbeddedData) -> Template | None:
        """Return the template if this version is the one for the period today."""
        try:
            period = Period.parse(data.period) if data.period else None
            ref = self._library.choose(data.template, period, self._today)
            return load(ref) if ref.version == data.version else None
        except FormsError:
            return None

    def _identity(self, filed: _Filed, place: Mapping[str, Any]) -> Iterator[Reason]:
        """Compare for whom the form is with for whom the dossier is."""
        client = self._manifest.client
        for path, number in (
            (filed.template.identity.tax_code, client.tax_code),
            (filed.template.identity.personal_id, client.personal_id),
        ):
            written = filed.data.values.get(path) if path else None
            if path and written and number and _number(str(written)) != _number(number):
                yield self._other_client({**place, "field": path}, str(written))
        roles = {role for signer in filed.template.signers for role in signer.roles}
        if roles and self._manifest.role not in roles:
            yield self._other_client({**place, "field": "role"}, self._manifest.role)

    def _problems(self, filed: _Filed, place: Mapping[str, Any]) -> Iterator[Reason]:
        """Check the form by its template's rules, as the agency's own system would."""
        from forms.form import Form

        period = Period.parse(filed.data.period) if filed.data.period else None
        try:
            form = Form.load(filed.template, period, filed.data.values, today=self._today)
        except DataError:
            yield reason("FILE_UNREADABLE", **place)
            return
        for problem in form.check():
            if problem.severity == "error":
                facts = {"problem": problem.message}
                yield reason("FORM_HAS_ERRORS", **place, field=problem.path, facts=facts)

    def _xml(self, component: str, file: ManifestFile, forms: list[_Filed]) -> Iterator[Reason]:
        """Hold signed XML against the form beside it: what it says must be what the page says."""
        from forms import xml

        place: dict[str, Any] = {"component": component, "file": file.name}
        try:
            data = xml.read(self._files[file.sha256].read_bytes(), self._library)
        except FormsError:
            yield reason("FILE_UNREADABLE", **place)
            return
        beside = next((one for one in forms if one.data.template == data.template), None)
        if beside is None:
            yield reason("COMPONENT_MISSING", component=component, file=file.name, facts={"name": file.name})
            return
        if beside.data.period != data.period:
            yield reason("DATA_NOT_WHAT_IS_PRINTED", **place, field="period")
            return
        for path, value in data.values.items():
            if not same_value(value, beside.data.values.get(path)):
                yield reason("DATA_NOT_WHAT_IS_PRINTED", **place, field=path)


def fits(role: str, signer: tuple[str | None, str | None], client: tuple[str | None, str | None]) -> bool:
    """Say whether a certificate of these numbers may sign for this client in this role (TT 89/2026 Đ.10)."""
    tax_code, personal_id = (_number(number) for number in signer)
    ours = {_number(number) for number in client} - {""}
    if role == "self":
        return bool({tax_code, personal_id} & ours)
    if role == "legal_representative":
        # The person's own certificate, or the company's; a portal cannot know who represents whom.
        return tax_code in ours or (not tax_code and bool(personal_id))
    return bool(tax_code)  # an agent, or who files on behalf, signs as the organisation that it is


def is_what_is_printed(pdf: bytes, ref: TemplateRef, data: EmbeddedData) -> bool:
    """Say whether a signed form shows what printing its attached data shows, and nothing else but stamps.

    The printed bytes must be the file's first revision, and each page must look the same outside the places
    for signatures: a revision between the print and the signature could have changed the page.
    """
    how = data.print
    try:
        options = PrintOptions(
            timestamp=_whole(how["timestamp"]),
            practice=bool(how.get("practice")),
            dossier=how.get("dossier"),
        )
        printed = print_form(ref, data.period, data.values, options)
    except (FormsError, KeyError, TypeError, ValueError):
        return False
    if not pdf.startswith(printed.pdf) and not _same_text(pdf, printed.pdf):
        return False
    try:
        for first in range(1, printed.pages + 1, PAGES_AT_ONCE):
            numbers = list(range(first, min(first + PAGES_AT_ONCE, printed.pages + 1)))
            filed = page_images(pdf, scale=SCALE, pages=numbers)
            ours = page_images(printed.pdf, scale=SCALE, pages=numbers)
            if len(filed) != len(ours) or not all(
                _same_page(one, other, printed.signatures) for one, other in zip(filed, ours, strict=True)
            ):
                return False
        return not page_images(pdf, scale=0.1, pages=[printed.pages + 1])
    except FormsError:
        return False


def _same_text(filed: bytes, printed: bytes) -> bool:
    """Compare the texts of two files that differ in bytes, where the printing library can read text."""
    import forms.printing

    read = getattr(forms.printing, "page_texts", None)
    return read is not None and bool(read(filed) == read(printed))


def _same_page(filed: PageImage, printed: PageImage, places: tuple[Mark, ...]) -> bool:
    """Compare two images of a page outside the places for signatures."""
    if (filed.width, filed.height) != (printed.width, printed.height):
        return False
    if filed.rgb == printed.rgb:
        return True
    boxes = [
        (
            int((mark.x - STAMP_TOLERANCE) * SCALE),
            ceil((mark.x + mark.width + STAMP_TOLERANCE) * SCALE),
            int(filed.height - (mark.y + mark.height + STAMP_TOLERANCE) * SCALE),
            ceil(filed.height - (mark.y - STAMP_TOLERANCE) * SCALE),
        )
        for mark in places
        if mark.page == filed.page
    ]
    stride = filed.width * 3
    for row in range(filed.height):
        one = filed.rgb[row * stride : (row + 1) * stride]
        other = printed.rgb[row * stride : (row + 1) * stride]
        if one == other:
            continue
        position = 0
        for left, right in sorted((box[0], box[1]) for box in boxes if box[2] <= row <= box[3]):
            if one[position : max(left, 0) * 3] != other[position : max(left, 0) * 3]:
                return False
            position = max(position, right * 3)
        if one[position:] != other[position:]:
            return False
    return True


def same_value(one: Any, other: Any) -> bool:
    """Compare a value read from XML with the form's own: nothing, zero and "" are one; numbers by value."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            all(same_value(row.get(name), beside.get(name)) for name in row)
            for row, beside in zip(one, other, strict=True)
        )
    if one == other or (one in _NOTHING and other in _NOTHING):
        return True
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return " ".join(str(one).split()) == " ".join(str(other).split())


_NOTHING: tuple[Any, ...] = (None, "", 0, False)


def due_day(today: date, count: int, unit: str) -> date | None:
    """Return the day on which a time limit that begins today ends."""
    unit = unit.casefold().replace(" ", "_")
    if "hour" in unit or "giờ" in unit:
        count, unit = ceil(count / 8), "working_day"
    if "month" in unit or "tháng" in unit:
        count, unit = 30 * count, "day"
    count = min(count, 1000)
    day = today
    if "working" in unit or "làm_việc" in unit:
        while count > 0:
            day += timedelta(days=1)
            count -= not is_day_off(day)
        return day
    day += timedelta(days=count)
    while is_day_off(day):
        day += timedelta(days=1)
    return day


def _edition(entry: dict[str, Any]) -> Edition:
    ref = TemplateRef(entry["id"], entry["version"], Path(entry["path"]), entry["sha256"])
    ends = entry.get("effective_to")
    return Edition(ref, date.fromisoformat(entry["effective_from"]), date.fromisoformat(ends) if ends else None)


def _number(text: str | None) -> str:
    return (text or "").replace("-", "").replace(" ", "")


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 40:
        raise ValueError("timestamp")
    return value
