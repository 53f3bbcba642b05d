"""Official forms in Word files: read within limits, as the form that a person sees."""

from forms.template.word.errors import WordError
from forms.template.word.reading import read_word

__all__ = ["WordError", "read_word"]
