"""A form: one version of a template with values, calculated, shown and checked as they change."""

from forms.form.form import Form, Progress
from forms.form.problem import Changed, Problem

__all__ = ["Changed", "Form", "Problem", "Progress"]
