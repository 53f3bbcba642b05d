"""Look a template over before it is published: its examples, and what its author may have overlooked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forms import strict_json
from forms.errors import FormsError
from forms.form import Form
from forms.identifiers import Finding
from forms.period import Period
from forms.template.package import Example, Template, open_folder

if TYPE_CHECKING:
    from forms.printing import Printed, PrintOptions


@dataclass(frozen=True)
class ExampleResult:
    """Say whether an example came out as its author expects, and where it did not."""

    name: str
    ok: bool
    differences: tuple[str, ...] = ()


def run_examples(template: Template) -> list[ExampleResult]:
    """Fill the form with each example and compare values, problems and whether an XML can be made."""
    results = []
    for example in template.examples:
        differences = tuple(_differences(template, example))
        results.append(ExampleResult(example.name, not differences, differences))
    return results


def examples_of(folder: Path) -> list[ExampleResult]:
    """Run the examples of a folder or ZIP; for those of strangers, in a worker process under limits."""
    return run_examples(open_folder(folder))


def preview(folder: Path, period: str | None, options: PrintOptions) -> Printed | None:
    """Print the complete example of a folder or ZIP, calculated; None where it has none."""
    from forms.printing import print_form  # loads templates itself

    template = open_folder(folder)
    example = template.example
    if example is None:
        return None
    chosen = period or example.period
    form = Form.load(template, Period.parse(chosen) if chosen else None, example.data)
    return print_form(template.ref, chosen, form.values, options)


def _differences(template: Template, example: Example) -> Iterator[str]:
    period = Period.parse(example.period) if example.period else None
    try:
        form = Form.load(template, period, example.data)
    except FormsError as error:
        yield error.code
        return
    values = form.values
    for name, expected in example.values.items():
        if values.get(name) != expected:
            yield f"{name}: {values.get(name)!r} instead of {expected!r}"
    codes = sorted({problem.code for problem in form.check()})
    if example.problems is not None and codes != sorted(set(example.problems)):
        yield f"problems: {codes} instead of {sorted(set(example.problems))}"
    if example.complete and form.errors:
        yield f"problems: {sorted({problem.code for problem in form.errors})} in a complete example"
    if example.xml is not None and "xml" in template.outputs and example.xml != _has_xml(template, period, values):
        yield f"xml: {not example.xml} instead of {example.xml}"


def _has_xml(template: Template, period: Period | None, values: dict[str, Any]) -> bool:
    from forms import xml  # reads templates itself

    try:
        xml.write(template, period, values)
    except FormsError:
        return False
    return True


def lint(folder: Path) -> list[Finding]:
    """Return what is wrong with the template in a folder: errors that refuse it, warnings for its author.

    The layout is compiled on the way: for a folder from strangers, run this in a worker process with a time limit.
    """
    try:
        template = open_folder(folder)
    except FormsError as error:
        return [Finding(error.code, "error", error.facts)]
    found = [*_names(template), *_words(template)]
    found += [
        Finding("LINT_EXAMPLE", "error", {"where": f"examples/{result.name}.json", "detail": difference})
        for result in run_examples(template)
        for difference in result.differences
    ]
    if template.example is None:
        found.append(Finding("LINT_NO_COMPLETE_EXAMPLE", "error", {"where": "examples/"}))
    return found


def _names(template: Template) -> Iterator[Finding]:
    """Print the complete example and see what is on the page: every field, and a place for every signature."""
    if "xml" in template.outputs and template.xml is None:
        yield Finding("LINT_NO_XML", "error", {"where": "template.json", "detail": "outputs"})
    if template.effective_to is not None and template.effective_to < template.effective_from:
        yield Finding("LINT_DATES", "error", {"where": "template.json", "detail": "effective"})
    example = template.example
    if example is None or not isinstance(example.data, dict):
        return
    from forms.printing import PrintOptions, print_form  # loads templates itself

    period = Period.parse(example.period) if example.period else None
    form = Form.load(template, period, example.data)
    try:
        printed = print_form(template.ref, example.period, form.values, PrintOptions(timestamp=0))
    except FormsError as error:
        yield Finding(error.code, "error", error.facts)
        return
    signed = {mark.name for mark in printed.signatures}
    for signer in template.signers:
        if signer.mark not in signed:
            yield Finding("LINT_NO_SIGN_PLACE", "error", {"where": "layout.typ", "detail": signer.mark})
    placed = {mark.name.partition("[")[0] for mark in printed.fields}
    for name in (*template.definition.form_fields, *template.definition.tables):
        if name not in placed and form.visible(name):
            yield Finding("LINT_NOT_PRINTED", "warning", {"where": "layout.typ", "detail": name})


def _words(template: Template) -> Iterator[Finding]:
    for name, data in template.files.items():
        text = data.decode("utf-8", "replace") if name.endswith((".json", ".typ")) else ""
        if not unicodedata.is_normalized("NFC", text):
            yield Finding("LINT_NOT_NFC", "error", {"where": name})
    for field in template.definition.fields.values():
        if field.help.vi.strip(" .") == field.label.vi.strip(" ."):
            yield Finding("LINT_HELP_REPEATS_LABEL", "warning", {"where": field.path})
    if strict_json.loads(template.files["template.json"]).get("x_draft") is True:
        yield Finding("LINT_DRAFT", "warning", {"where": "template.json"})
    if not template.legal_basis:
        yield Finding("LINT_NO_LEGAL_BASIS", "warning", {"where": "template.json"})
