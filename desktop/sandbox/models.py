"""What crosses the wire: one model for each schema of `resources/portal/openapi.yaml`, by the same name.

The YAML is the authority; a test holds these against it. Requests refuse unknown members; the manifest,
which a later client may extend, ignores them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]

MAX_FILES = 500
MAX_FILE_SIZE = 2 << 30
MAX_SUBMISSION_SIZE = 2 << 30
MAX_MANIFEST = 1 << 20
MAX_ATTACHMENT = 50 << 20
MAX_ATTACHMENTS = 20


class Request(BaseModel):
    """A body that a client sends."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Text(BaseModel):
    """The same words in both languages."""

    vi: str
    en: str


class Portal(BaseModel):
    """Who answers, and what time it is there."""

    id: str
    name: Text
    practice: bool
    time: str
    contract: str


class PracticeLogin(Request):
    """Log in as a named practice person."""

    person: str = Field(min_length=1, max_length=200)


class Person(BaseModel):
    """Who is logged in."""

    id: str
    name: str


class Session(BaseModel):
    """A bearer token and when it ends."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    person: Person


class NoticeWish(Request):
    """How the applicant wants to hear of the dossier."""

    channels: list[Literal["portal", "email", "sms"]] = Field(min_length=1, max_length=3)
    email: str | None = Field(default=None, min_length=3, max_length=254)
    phone: str | None = Field(default=None, min_length=3, max_length=20)

    def lacks(self) -> str | None:
        """Return which address a chosen channel lacks, or None."""
        wanted = {"email": self.email, "sms": self.phone}
        return next((name for name, at in wanted.items() if name in self.channels and not at), None)


class ManifestUpload(Request):
    """The signed manifest that opens a submission."""

    manifest: str = Field(min_length=1, max_length=MAX_MANIFEST)
    mandate: str | None = Field(default=None, min_length=1, max_length=100)
    notices: NoticeWish | None = None


class Mandator(BaseModel):
    """For whom one may act."""

    tax_code: str | None
    personal_id: str | None
    name: str


class Mandate(BaseModel):
    """A power of attorney that the person who is logged in holds."""

    id: str
    client: Mandator
    role: str
    since: str | None
    until: str | None


class Mandates(BaseModel):
    """All of them that are valid today."""

    mandates: list[Mandate]


class MissingFile(BaseModel):
    """A file that is not whole yet."""

    sha256: str
    received: int
    size: int


class Reason(BaseModel):
    """Why something is refused, and which place it speaks of."""

    code: str
    component: str | None
    file: str | None
    field: str | None
    detail: Text


class SubmissionState(BaseModel):
    """All that the portal knows of one key."""

    key: str
    state: Literal["never_seen", "receiving", "received", "registered", "refused"]
    missing: list[MissingFile]
    code: str | None
    receipt: str | None
    reasons: list[Reason]


class Received(BaseModel):
    """How many bytes of a file are safely held."""

    received: int


class Change(BaseModel):
    """One thing that happened to one dossier."""

    seq: int
    code: str
    kind: Literal["status", "fee", "message", "supplement", "result", "deleted"]
    at: str


class Changes(BaseModel):
    """A page of changes and the cursor to go on from."""

    cursor: str
    changes: list[Change]
    more: bool


class HistoryEntry(BaseModel):
    """One status that a dossier has had."""

    at: str
    status: int | None
    raw: str
    note: str


class Fee(BaseModel):
    """Money that is due for a dossier, in whole đồng."""

    id: str
    title: str
    amount: int
    state: Literal["due", "pending", "confirming", "paid"]


class Supplement(BaseModel):
    """A request for more papers."""

    id: str
    at: str
    text: str
    state: Literal["open", "answered", "lapsed"]
    kind: Literal["incomplete", "incorrect", "outdated"]
    due: str | None
    components: list[str]


class Attachment(BaseModel):
    """A file that came with a message."""

    id: str = Field(max_length=64)
    name: str = Field(max_length=255)
    sha256: Sha256
    size: int = Field(ge=1, le=MAX_ATTACHMENT)
    media_type: str = Field(max_length=127)


class Message(BaseModel):
    """Words from the portal to the applicant, and the files that came with them."""

    id: str
    at: str
    text: str
    attachments: list[Attachment] = Field(default=[], max_length=MAX_ATTACHMENTS)


class Result(BaseModel):
    """A result that can be fetched."""

    id: str
    name: str
    sha256: str
    size: int
    media_type: str
    issued: str


class Dossier(BaseModel):
    """A registered dossier as the applicant may see it."""

    code: str
    key: str
    procedure: str
    procedure_name: str
    applicant: str
    received: str
    due: str | None
    status: int | None
    raw: str
    history: list[HistoryEntry]
    delivery: str
    notices: list[str]
    fees: list[Fee]
    supplements: list[Supplement]
    messages: list[Message]
    results: list[Result]


class Dossiers(BaseModel):
    """The dossiers of one identification number."""

    dossiers: list[Dossier]


class PaymentRequest(Request):
    """Which fee is to be paid."""

    fee: str = Field(min_length=1, max_length=64)


class Payment(BaseModel):
    """A payment, and the page where it is made."""

    id: str
    state: Literal["pending", "confirming", "paid"]
    url: str
    amount: int
    receipt: str | None


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    reasons: list[Reason]


class Fault(Request):
    """A fault that the practice portal is told to make."""

    where: str = Field(min_length=1, max_length=40)
    kind: Literal[
        "refuse",
        "500",
        "503",
        "429",
        "garbage",
        "slow",
        "cut-before-body",
        "cut-in-body",
        "cut-after-commit",
        "cut-in-answer",
        "kill-before",
        "kill-in-body",
        "kill-after-commit",
    ]
    times: int = Field(default=1, ge=1, le=1000)
    skip: int = Field(default=0, ge=0, le=1000)
    seconds: float = Field(default=5.0, ge=0, le=600)


class ClerkAction(Request):
    """What a clerk does to a practice dossier: any status, also backwards or unknown."""

    status: int | None = Field(default=None, ge=1, le=10)
    raw: str | None = Field(default=None, max_length=500)
    note: str = Field(default="", max_length=2000)
    delete: bool = False
    letter: str = Field(default="", max_length=2000)
    """Words to send with a file attached, and nothing else."""
    kind: Literal["incomplete", "incorrect", "outdated"] = "incomplete"
    days: int | None = Field(default=None, ge=0, le=365)
    components: list[str] = Field(default=[], max_length=50)


class ManifestFile(BaseModel):
    """One file of a component, as the manifest names it."""

    name: str = Field(min_length=1, max_length=255)
    sha256: Sha256
    size: int = Field(ge=1, le=MAX_FILE_SIZE)
    media_type: str = Field(min_length=1, max_length=127)
    kind: Literal["form", "xml", "attachment"]
    template: str | None = Field(default=None, max_length=200)
    version: str | None = Field(default=None, max_length=100)


class ManifestComponent(BaseModel):
    """A component of the case, with its files."""

    component: str = Field(min_length=1, max_length=200)
    files: list[ManifestFile] = Field(max_length=MAX_FILES)


class ManifestClient(BaseModel):
    """For whom the dossier is filed."""

    tax_code: str | None = Field(default=None, max_length=20)
    personal_id: str | None = Field(default=None, max_length=20)
    name: str | None = Field(default=None, max_length=500)


class Manifest(BaseModel):
    """The payload of the manifest's JWS."""

    format: Literal[1]
    dossier: str = Field(min_length=1, max_length=100)
    revision: int = Field(ge=0, le=10_000)
    key: Key
    procedure: str = Field(min_length=1, max_length=100)
    case: str | None = Field(default=None, max_length=200)
    period: str | None = Field(default=None, max_length=20)
    client: ManifestClient
    role: Literal["self", "legal_representative", "tax_agent", "on_behalf"]
    delivery: Literal["online", "post", "in-person"]
    created: str = Field(max_length=40)
    components: list[ManifestComponent] = Field(max_length=MAX_FILES)
    supplements: str | None = Field(default=None, min_length=1, max_length=60)

    @property
    def files(self) -> list[tuple[str, ManifestFile]]:
        """Return every file with its component."""
        return [(part.component, file) for part in self.components for file in part.files]
