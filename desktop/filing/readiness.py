"""Before signing and filing: everything that a portal, or a clerk, would send the dossier back for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from desktop.filing.desk import Desk
from desktop.filing.dossiers import open_form, procedure
from desktop.filing.enclosing import missing
from desktop.messages import message

if TYPE_CHECKING:
    from desktop.store.records import Component as StoredComponent
    from desktop.store.records import Dossier
    from forms.procedure import Component
    from forms.template import Template


@dataclass(frozen=True)
class PreflightFinding:
    """One thing that stands in the way of signing or filing, or is worth knowing."""

    severity: Literal["error", "warning"]
    code: str
    component: str | None = None
    path: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    vi: str = ""
    en: str = ""

    def words(self, lang: str) -> str:
        """Say it in a sentence."""
        given = self.vi if lang == "vi" else self.en
        return given or message(self.code, self.facts, "vi" if lang == "vi" else "en").text

    def line(self, lang: str) -> str:
        """Say it as a line of a list."""
        mark = {"error": ("Lỗi", "Error"), "warning": ("Cảnh báo", "Warning")}[self.severity][lang != "vi"]
        place = f" [{self.component}{f'/{self.path}' if self.path else ''}]" if self.component else ""
        return f"{mark}{place}: {self.words(lang)}"


@dataclass(frozen=True)
class Preflight:
    """What the checks before signing and filing found."""

    findings: tuple[PreflightFinding, ...]

    @property
    def ok(self) -> bool:
        """Say whether nothing stands in the way."""
        return all(finding.severity != "error" for finding in self.findings)

    def summary(self, lang: str) -> str:
        """Say in one sentence how it stands."""
        errors = sum(finding.severity == "error" for finding in self.findings)
        warnings = len(self.findings) - errors
        if lang == "vi":
            return "Hồ sơ đã sẵn sàng." if self.ok else f"Còn {errors} lỗi và {warnings} cảnh báo."
        return "The dossier is ready." if self.ok else f"{errors} errors and {warnings} warnings left."

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "ok": self.ok,
            "findings": [
                {
                    "severity": f.severity, "code": f.code, "component": f.component, "path": f.path,
                    "message": f.words("vi"), "message_en": f.words("en"),
                }
                for f in self.findings
            ],
        }  # fmt: skip


def preflight(desk: Desk, dossier_id: str) -> Preflight:
    """Look for everything that the portal, or a clerk, would send the dossier back for."""
    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    found: list[PreflightFinding] = []
    filled = {file.component for file in ws.dossiers.files(dossier.id) if file.kind == "attachment"}
    record = procedure(desk, dossier.procedure)
    case = record.case(dossier.case)
    asked = {component.id: component for component in (case.components if case is not None else ())}
    for part in ws.dossiers.components(dossier.id):
        if part.form is not None:
            found += _form_findings(desk, dossier, part)
        elif part.required and part.component not in filled and not _replaced(desk, part, asked.get(part.component)):
            found.append(PreflightFinding("error", "COMPONENT_EMPTY", part.component, facts={"name": part.name}))
    allowed = record.allows()
    if not allowed.submit:
        reason = allowed.reasons.get("submit")
        if reason is not None:
            found.append(PreflightFinding("warning", "PRINT_ONLY", vi=reason.vi, en=reason.en))
    stale = desk.catalogue.stale(dossier.procedure, desk.now())
    if stale is not None and allowed.submit:
        found.append(PreflightFinding("warning", "AGENCY_EXPIRED", facts=stale.to_json()))
    return Preflight(tuple(sorted(found, key=lambda finding: finding.severity != "error")))


def _replaced(desk: Desk, part: StoredComponent, asked: Component | None) -> bool:
    """Say whether the agency looks a paper up itself today: a dossier may be filed after that has ended."""
    return part.replaced_by_data and (asked is None or not asked.replaced_by_data or asked.replaced_on(desk.today()))


def _form_findings(desk: Desk, dossier: Dossier, part: StoredComponent) -> list[PreflightFinding]:
    assert part.form is not None
    form = open_form(desk, part.form)
    found = [
        PreflightFinding(
            problem.severity, problem.code, part.component, problem.path, {}, problem.message.vi, problem.message.en
        )
        for problem in form.check()
    ]
    found += [
        PreflightFinding("error", "FIELD_FILE_MISSING", part.component, path, {"name": entry["name"]})
        for path, entry in missing(desk, form)
    ]
    template = form.template
    owner = _identity(template, form.values)
    code = owner.get("tax_code") or owner.get("personal_id")
    mine = {dossier.client.tax_code} | {
        fact.value for name, fact in desk.workspace.clients.facts(dossier.client).items() if name == "personal_id"
    }
    if code and code not in mine:
        found.append(
            PreflightFinding(
                "error",
                "FORM_OF_ANOTHER_CLIENT",
                part.component,
                facts={"form": code, "client": dossier.client.tax_code, "name": dossier.client.name},
            )
        )
    for notice in template.unconfirmed(form.period, desk.today()):
        found.append(PreflightFinding("warning", notice.code, part.component, vi=notice.text.vi, en=notice.text.en))
    return found


def _identity(template: Template, values: Mapping[str, Any]) -> dict[str, str]:
    """Return for whom a form is, by the fields that its template names."""
    named = template.identity
    return {
        kind: str(values.get(path) or "")
        for kind, path in (("tax_code", named.tax_code), ("personal_id", named.personal_id))
        if path is not None
    }
