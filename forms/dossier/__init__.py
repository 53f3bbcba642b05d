"""A dossier's parts: attachments taken in, the manifest, the print copy, the legal container.

Plain data in and out, so that a worker process can run each function.
"""

from __future__ import annotations

from forms.dossier.attachments import (
    ACCEPTED_KINDS,
    PAGES_LIMIT,
    PIXELS_LIMIT,
    SIZE_LIMIT,
    Accepted,
    accept_attachment,
)
from forms.dossier.container import Container, container_layout, legal_container, read_container, safe_name
from forms.dossier.errors import (
    ArchiveAttachment,
    AttachmentBroken,
    AttachmentEmpty,
    AttachmentEncrypted,
    AttachmentTooLarge,
    AttachmentTooManyPages,
    AttachmentTooManyPixels,
    AttachmentXfa,
    ContainerRefused,
    DossierError,
    ManifestBroken,
    OfficeAttachment,
    PictureAttachment,
    ProgramAttachment,
    SignaturePictureRefused,
    UnsupportedAttachment,
)
from forms.dossier.manifest import Manifest, ManifestClient, ManifestComponent, ManifestFile, canonical_json
from forms.dossier.printcopy import COPY_PAGES_LIMIT, print_copy
from forms.dossier.signature_picture import SignaturePicture, read_signature_picture

__all__ = [
    "ACCEPTED_KINDS",
    "COPY_PAGES_LIMIT",
    "PAGES_LIMIT",
    "PIXELS_LIMIT",
    "SIZE_LIMIT",
    "Accepted",
    "ArchiveAttachment",
    "AttachmentBroken",
    "AttachmentEmpty",
    "AttachmentEncrypted",
    "AttachmentTooLarge",
    "AttachmentTooManyPages",
    "AttachmentTooManyPixels",
    "AttachmentXfa",
    "Container",
    "ContainerRefused",
    "DossierError",
    "Manifest",
    "ManifestBroken",
    "ManifestClient",
    "ManifestComponent",
    "ManifestFile",
    "OfficeAttachment",
    "PictureAttachment",
    "ProgramAttachment",
    "SignaturePicture",
    "SignaturePictureRefused",
    "UnsupportedAttachment",
    "accept_attachment",
    "canonical_json",
    "container_layout",
    "legal_container",
    "print_copy",
    "read_container",
    "read_signature_picture",
    "safe_name",
]
