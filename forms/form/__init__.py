"""A form: one version of a template with values, calculated, shown and checked as they change."""

from forms.form.form import Form
from forms.form.problem import Changed, Problem
from forms.form.progress import Progress

__all__ = ["Changed", "Form", "Problem", "Progress"]
