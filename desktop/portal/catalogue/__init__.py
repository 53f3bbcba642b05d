"""What there is to file: procedures and templates, from signed catalogues and other sources."""

from desktop.portal.catalogue.records import Imported
from desktop.portal.catalogue.search import Found, Row
from desktop.portal.catalogue.shelf import Catalogue, Shown

__all__ = ["Catalogue", "Found", "Imported", "Row", "Shown"]
