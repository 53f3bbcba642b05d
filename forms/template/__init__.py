"""Template packages: what they hold, whether they are those that were published, and which one a period asks for."""

from forms.template.beginning import skeleton
from forms.template.library import Edition, Library, bundled_library
from forms.template.package import (
    Example,
    Identity,
    LegalBasis,
    Notice,
    RollForward,
    Signer,
    Template,
    TemplateRef,
    digest,
    load,
    pack,
)
from forms.template.review import ExampleResult, lint, run_examples

__all__ = [
    "Edition",
    "Example",
    "ExampleResult",
    "Identity",
    "LegalBasis",
    "Library",
    "Notice",
    "RollForward",
    "Signer",
    "Template",
    "TemplateRef",
    "bundled_library",
    "digest",
    "lint",
    "load",
    "pack",
    "run_examples",
    "skeleton",
]
