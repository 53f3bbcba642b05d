"""What can stop a use case.

DesktopError
└── FilingError
    ├── UnconfirmedNotAccepted   a form's source is unconfirmed and nobody said yes
    ├── UnknownProcedure, UnknownCase, UnknownComponent, UnknownRole
    ├── PeriodMissing            the procedure is filed by period
    ├── NothingToMove            the form has the version in force, or was never moved
    ├── FormRejected             the data of a form has the wrong shape; nothing was saved
    ├── FieldFileKind, FieldFileUnknown, FieldFileOutside   a file for a field of a form that is not taken
    ├── PreflightFailed          the dossier is not ready; the report says why
    ├── SigningRefused           the certificate must not be used here
    ├── LevelForbids             the procedure's level does not allow this
    ├── NoPortal, SeveralPortals, ConnectorUnknown
    ├── NoticeChannelUnknown, NoticeAddressMissing, NoticesSent    how the applicant wants to hear of it
    ├── NotSubmitted             there is nothing to follow yet
    ├── NothingToSupplement      the agency waits for no more papers
    ├── PortalCanBeAsked, StatusIsFollowed         a fact can be had, so no word is taken
    ├── NotAMoment               a time that cannot be read
    ├── NotTheSame               what was typed twice differs
    ├── BadTaxCode               no tax code
    ├── UnsupportedFile          neither PDF nor XML
    ├── OutputTaken, OutputNameTwice, OutputIsSource      a signed file has no place of its own
    ├── SourceNotRead, OutputNotWritten                    the system refuses
    ├── ListUnusable             a list of files to sign that cannot be read
    ├── BatchTemplateNeeded, BatchNoProcedure, BatchNoKey, BatchBothChanged, BatchChangedAfterFiling,
    │   BatchFiledElsewhere, BatchRefused, BatchStopped      one form for many clients
    ├── LinkRefused, LinkPortalUnknown, LinkNothingThere   a `hoso:` link that is not followed
    ├── ClientsNoColumns         a spreadsheet of clients without tax codes or names
    └── XmlIdMissing             which element of the XML is to be signed is not known
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from desktop.errors import DesktopError


@dataclass(eq=False)
class FilingError(DesktopError):
    """A use case could not be carried out."""

    code: ClassVar[str] = "FILING"


@dataclass(eq=False)
class UnconfirmedNotAccepted(FilingError):
    """Something of the form is unconfirmed; `why` holds the notices' words."""

    code: ClassVar[str] = "UNCONFIRMED_NOT_ACCEPTED"
    why: tuple[Any, ...]


@dataclass(eq=False)
class UnknownProcedure(FilingError):
    """No procedure of that code is in the catalogue."""

    code: ClassVar[str] = "UNKNOWN_PROCEDURE"
    procedure: str


@dataclass(eq=False)
class PortalCanBeAsked(FilingError):
    """The portal itself can say what became of the item."""

    code: ClassVar[str] = "PORTAL_CAN_BE_ASKED"
    item: str


@dataclass(eq=False)
class StatusIsFollowed(FilingError):
    """Where a dossier stands is the portal's to say: nobody notes it by hand."""

    code: ClassVar[str] = "STATUS_IS_FOLLOWED"
    dossier: str


@dataclass(eq=False)
class UnknownCase(FilingError):
    """The procedure has no such case, or has several and none was named."""

    code: ClassVar[str] = "UNKNOWN_CASE"
    case: str
    cases: tuple[str, ...]


@dataclass(eq=False)
class UnknownComponent(FilingError):
    """The dossier has no such component, or it takes something else."""

    code: ClassVar[str] = "UNKNOWN_COMPONENT"
    component: str
    components: tuple[str, ...]


@dataclass(eq=False)
class UnknownRole(FilingError):
    """There is no such role of a signer."""

    code: ClassVar[str] = "UNKNOWN_ROLE"
    role: str
    roles: tuple[str, ...]


@dataclass(eq=False)
class PeriodMissing(FilingError):
    """The procedure is filed by period, and none was given."""

    code: ClassVar[str] = "PERIOD_MISSING"
    procedure: str


@dataclass(eq=False)
class NothingToMove(FilingError):
    """The form of a component has the version in force already, or there is no earlier one to go back to."""

    code: ClassVar[str] = "NOTHING_TO_MOVE"
    component: str


@dataclass(eq=False)
class FormRejected(FilingError):
    """The data of a form has the wrong shape; nothing was saved."""

    code: ClassVar[str] = "FORM_REJECTED"
    problems: tuple[Any, ...]


@dataclass(eq=False)
class FieldFileKind(FilingError):
    """A field of a form does not take files of this kind; `wanted` are those that it takes."""

    code: ClassVar[str] = "FIELD_FILE_KIND"
    name: str
    kind: str
    wanted: str


@dataclass(eq=False)
class FieldFileUnknown(FilingError):
    """Data names a file by a digest that this form does not hold; nothing was saved."""

    code: ClassVar[str] = "FIELD_FILE_UNKNOWN"
    name: str


@dataclass(eq=False)
class FieldFileOutside(FilingError):
    """Data names a file that does not lie in the folder of the data, or below it."""

    code: ClassVar[str] = "FIELD_FILE_OUTSIDE"
    path: str


@dataclass(eq=False)
class PreflightFailed(FilingError):
    """The dossier is not ready to be signed or filed."""

    code: ClassVar[str] = "PREFLIGHT_FAILED"
    findings: tuple[Any, ...]


@dataclass(eq=False)
class SigningRefused(FilingError):
    """The certificate must not be used for this; `findings` says why, the first of them in words."""

    code: ClassVar[str] = "SIGNING_REFUSED"
    findings: tuple[Any, ...]
    why: Any
    what_to_do: Any


@dataclass(eq=False)
class LevelForbids(FilingError):
    """The procedure's level does not allow this; `why` says so in words."""

    code: ClassVar[str] = "LEVEL_TOO_LOW"
    procedure: str
    why: Any


@dataclass(eq=False)
class NoPortal(FilingError):
    """No portal is known to this workspace."""

    code: ClassVar[str] = "NO_PORTAL"


@dataclass(eq=False)
class ConnectorUnknown(FilingError):
    """A portal of this kind cannot be added so: the kind is unknown, or the address is a pinned portal's."""

    code: ClassVar[str] = "CONNECTOR_UNKNOWN"
    portal: str
    kind: str


@dataclass(eq=False)
class SeveralPortals(FilingError):
    """Several portals are known and none was named."""

    code: ClassVar[str] = "SEVERAL_PORTALS"
    portals: tuple[str, ...]


@dataclass(eq=False)
class NoticeChannelUnknown(FilingError):
    """There is no such way of hearing of a dossier."""

    code: ClassVar[str] = "NOTICE_CHANNEL_UNKNOWN"
    channel: str
    known: tuple[str, ...]


@dataclass(eq=False)
class NoticeAddressMissing(FilingError):
    """A way was chosen whose address is not given, or is none."""

    code: ClassVar[str] = "NOTICE_ADDRESS_MISSING"
    channel: str
    """email, sms"""
    given: str


@dataclass(eq=False)
class NoticesSent(FilingError):
    """The dossier has left: what was chosen went with it."""

    code: ClassVar[str] = "NOTICES_SENT"
    dossier: str


@dataclass(eq=False)
class NotSubmitted(FilingError):
    """The dossier has not been filed: there is nothing to follow."""

    code: ClassVar[str] = "NOT_SUBMITTED"
    dossier: str


@dataclass(eq=False)
class NothingToSupplement(FilingError):
    """The agency waits for no more papers of this dossier, as far as was last heard."""

    code: ClassVar[str] = "NOTHING_TO_SUPPLEMENT"
    dossier: str
    status: str


@dataclass(eq=False)
class NotAMoment(FilingError):
    """A time could not be read; it is written as 2026-11-21T14:00:00+07:00."""

    code: ClassVar[str] = "NOT_A_MOMENT"
    text: str


@dataclass(eq=False)
class UnsupportedFile(FilingError):
    """Only PDF and XML files are signed."""

    code: ClassVar[str] = "FILE_NOT_SIGNABLE"
    name: str


@dataclass(eq=False)
class NotTheSame(FilingError):
    """What was typed twice differs."""

    code: ClassVar[str] = "NOT_THE_SAME"


@dataclass(eq=False)
class BadTaxCode(FilingError):
    """A tax code has 10 digits with a check digit, 10-3, or 12 digits."""

    code: ClassVar[str] = "BAD_TAX_CODE"
    tax_code: str


@dataclass(eq=False)
class XmlIdMissing(FilingError):
    """Which element of the XML is to be signed is not known."""

    code: ClassVar[str] = "XML_ID_MISSING"


@dataclass(eq=False)
class StampPictureMissing(FilingError):
    """A stamp with a picture was asked for, and no picture was given."""

    code: ClassVar[str] = "STAMP_PICTURE_MISSING"


@dataclass(eq=False)
class OutputTaken(FilingError):
    """A file stands where a signed one is to be, and was not made from this source; it is kept."""

    code: ClassVar[str] = "OUTPUT_TAKEN"
    path: str
    reason: str
    """changed (the source is another one since), other (never of this source)"""


@dataclass(eq=False)
class OutputNameTwice(FilingError):
    """Two files of a batch would be signed under one name."""

    code: ClassVar[str] = "OUTPUT_NAME_TWICE"
    path: str
    name: str


@dataclass(eq=False)
class OutputIsSource(FilingError):
    """The signed file would replace the file that is signed."""

    code: ClassVar[str] = "OUTPUT_IS_SOURCE"
    path: str


@dataclass(eq=False)
class SourceNotRead(FilingError):
    """A file that is to be signed cannot be read; `reason` is the system's name for why (ENOENT)."""

    code: ClassVar[str] = "FILE_NOT_READ"
    path: str
    reason: str


@dataclass(eq=False)
class OutputNotWritten(FilingError):
    """An output cannot be written; the next file would meet the same. `reason` is the system's name (ENOSPC)."""

    code: ClassVar[str] = "FILE_UNWRITABLE"
    stops_batch: ClassVar[bool] = True
    path: str
    reason: str


@dataclass(eq=False)
class ListUnusable(FilingError):
    """A list of files to sign cannot be used."""

    code: ClassVar[str] = "LIST_UNUSABLE"
    path: str
    reason: str
    line: int


@dataclass(eq=False)
class RemoteProfileUnknown(FilingError):
    """The workspace has no remote signing profile of this name."""

    code: ClassVar[str] = "REMOTE_PROFILE_UNKNOWN"
    profile: str
    known: tuple[str, ...]


@dataclass(eq=False)
class RemoteProfileUnfit(FilingError):
    """Something that a remote signing service of this kind needs is missing or of no use."""

    code: ClassVar[str] = "REMOTE_PROFILE_UNFIT"
    profile: str
    what: str
    """name, kind, user, account, secret"""


@dataclass(eq=False)
class BatchTemplateNeeded(FilingError):
    """The spreadsheet does not say for which template it is, and none was named."""

    code: ClassVar[str] = "BATCH_TEMPLATE_NEEDED"


@dataclass(eq=False)
class BatchNoProcedure(FilingError):
    """No procedure of the catalogue takes the template."""

    code: ClassVar[str] = "BATCH_NO_PROCEDURE"
    template: str


@dataclass(eq=False)
class BatchNoKey(FilingError):
    """None of the keys at hand is this client's."""

    code: ClassVar[str] = "BATCH_NO_KEY"
    client: str
    name: str


@dataclass(eq=False)
class BatchBothChanged(FilingError):
    """Both the row and the form that was made of it have changed since."""

    code: ClassVar[str] = "BATCH_BOTH_CHANGED"
    dossier: str


@dataclass(eq=False)
class BatchChangedAfterFiling(FilingError):
    """The row was changed after what was made of it had been filed."""

    code: ClassVar[str] = "BATCH_CHANGED_AFTER_FILING"
    dossier: str


@dataclass(eq=False)
class BatchFiledElsewhere(FilingError):
    """The same client, procedure and period was filed by another dossier."""

    code: ClassVar[str] = "BATCH_FILED_ELSEWHERE"
    dossier: str


@dataclass(eq=False)
class BatchRefused(FilingError):
    """The portal refused what was made of the row; `reason` is its code, `detail` its words."""

    code: ClassVar[str] = "BATCH_REFUSED"
    dossier: str
    reason: str
    detail: str


@dataclass(eq=False)
class BatchStopped(FilingError):
    """The run ended before it came to this row."""

    code: ClassVar[str] = "BATCH_STOPPED"


@dataclass(eq=False)
class ClientsNoColumns(FilingError):
    """A spreadsheet of clients has no column of tax codes, or none of names."""

    code: ClassVar[str] = "CLIENTS_NO_COLUMNS"


@dataclass(eq=False)
class LinkRefused(FilingError):
    """A link is not of our form: nothing of it was looked at."""

    code: ClassVar[str] = "LINK_REFUSED"
    reason: str
    """LINK_LONG, LINK_CHARACTERS, LINK_ADDRESS, LINK_PARAMETERS, LINK_SHAPE, LINK_KIND"""


@dataclass(eq=False)
class LinkPortalUnknown(FilingError):
    """A link names a portal that this workspace does not know, or that two go by."""

    code: ClassVar[str] = "LINK_PORTAL_UNKNOWN"
    portal: str


@dataclass(eq=False)
class LinkNothingThere(FilingError):
    """Neither this workspace nor the portal knows what a link names."""

    code: ClassVar[str] = "LINK_NOTHING_THERE"
    id: str
    portal: str
