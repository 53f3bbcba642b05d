"""What can go wrong with the parts of a dossier.

FormsError
└── DossierError
    ├── UnsupportedAttachment       a kind of file that no receiver takes; the subclass says which way out there is
    │   ├── OfficeAttachment        save it as PDF
    │   ├── ArchiveAttachment       unpack it
    │   ├── PictureAttachment       save it as JPEG or PNG
    │   └── ProgramAttachment       never part of a dossier
    ├── AttachmentBroken            the right kind, but it cannot be read
    ├── AttachmentEmpty
    ├── AttachmentEncrypted         a PDF with a password, or with restrictions
    ├── AttachmentXfa               a PDF that draws itself by a program (dynamic XFA)
    ├── AttachmentTooLarge          too many bytes
    ├── AttachmentTooManyPages
    ├── AttachmentTooManyPixels
    ├── SignaturePictureRefused     what is to be seen of a signature is no picture that can be used
    ├── ManifestBroken              not a manifest
    └── ContainerRefused            a ZIP that is no legal container, or is not safe to open
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from forms.errors import FormsError


@dataclass(eq=False)
class DossierError(FormsError):
    """Be the root of what the dossier's parts raise."""

    code: ClassVar[str] = "DOSSIER"


@dataclass(eq=False)
class UnsupportedAttachment(DossierError):
    """Say that a kind of file cannot be attached; kind is what its bytes are (docx, zip …)."""

    name: str
    kind: str
    code: ClassVar[str] = "ATTACHMENT_UNSUPPORTED"


@dataclass(eq=False)
class OfficeAttachment(UnsupportedAttachment):
    """Say that an office document has to be saved as PDF first."""

    code: ClassVar[str] = "ATTACHMENT_OFFICE"


@dataclass(eq=False)
class ArchiveAttachment(UnsupportedAttachment):
    """Say that an archive has to be unpacked first."""

    code: ClassVar[str] = "ATTACHMENT_ARCHIVE"


@dataclass(eq=False)
class PictureAttachment(UnsupportedAttachment):
    """Say that a picture has to be saved as JPEG or PNG first."""

    code: ClassVar[str] = "ATTACHMENT_PICTURE"


@dataclass(eq=False)
class ProgramAttachment(UnsupportedAttachment):
    """Say that a program is never part of a dossier."""

    code: ClassVar[str] = "ATTACHMENT_PROGRAM"


@dataclass(eq=False)
class AttachmentBroken(DossierError):
    """Say that a file of a known kind cannot be read."""

    name: str
    kind: str
    code: ClassVar[str] = "ATTACHMENT_BROKEN"


@dataclass(eq=False)
class AttachmentEmpty(DossierError):
    """Say that a file holds nothing."""

    name: str
    code: ClassVar[str] = "ATTACHMENT_EMPTY"


@dataclass(eq=False)
class AttachmentEncrypted(DossierError):
    """Say that a PDF is encrypted; protection is PASSWORD or RESTRICTIONS."""

    name: str
    protection: str
    code: ClassVar[str] = "ATTACHMENT_ENCRYPTED"


@dataclass(eq=False)
class AttachmentXfa(DossierError):
    """Say that a PDF is a dynamic XFA form, which has no pages of its own."""

    name: str
    code: ClassVar[str] = "ATTACHMENT_XFA"


@dataclass(eq=False)
class AttachmentTooLarge(DossierError):
    """Say that a file is larger than limit, both in bytes."""

    name: str
    size: int
    limit: int
    code: ClassVar[str] = "ATTACHMENT_TOO_LARGE"


@dataclass(eq=False)
class AttachmentTooManyPages(DossierError):
    """Say that a file has more pages than limit."""

    name: str
    pages: int
    limit: int
    code: ClassVar[str] = "ATTACHMENT_TOO_MANY_PAGES"


@dataclass(eq=False)
class AttachmentTooManyPixels(DossierError):
    """Say that a picture has more pixels than limit; 0 pixels means that it was refused before counting."""

    name: str
    pixels: int
    limit: int
    code: ClassVar[str] = "ATTACHMENT_TOO_MANY_PIXELS"


@dataclass(eq=False)
class SignaturePictureRefused(DossierError):
    """Say that a file cannot be the picture of a signature or seal; reason: size, kind, pixels, broken or blank."""

    name: str
    reason: str
    code: ClassVar[str] = "SIGNATURE_PICTURE_REFUSED"


@dataclass(eq=False)
class ManifestBroken(DossierError):
    """Say that a text is no manifest; at is the key where it stops being one."""

    at: str
    code: ClassVar[str] = "MANIFEST_BROKEN"


@dataclass(eq=False)
class ContainerRefused(DossierError):
    """Say that a ZIP is refused.

    Reason is TOO_LARGE, TOO_MANY_FILES, UNSAFE_PATH, DUPLICATE, ENCRYPTED, METHOD, BROKEN or NO_MANIFEST.
    """

    reason: str
    path: str = ""
    code: ClassVar[str] = "CONTAINER_REFUSED"
