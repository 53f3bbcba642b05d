"""File and follow at an agency's JSON service of the six-step family: token, code, files, dossier, progress, status.

```
POST /token                       client credentials                     -> access_token
POST /hoso/ma                     {MaThuTuc, MaDonVi}                    -> MaHoSo
PUT  /hoso/{MaHoSo}/tep/{sha256}  the file                               -> IdTepTin, HashTepTin
POST /hoso                        the dossier with its components        -> idHoSo, MaHoSo
GET  /hoso/{MaHoSo}/tiendo        its steps
GET  /hoso/{MaHoSo}/trangthai     where it stands
```
The service has no idempotency key and signs no receipts. So the code that it gave is kept under our key before
anything else is sent, and that the fourth step begins is kept before its first byte leaves: whatever cuts us off, it is
known whether a dossier can exist at all. Where the agency says that a code names one dossier and can be looked up at
once (`settles_by_code`), an unknown outcome is settled by looking; elsewhere only the user's word settles it.
"""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from desktop.portal.answers import VIETNAM, Answer, At
from desktop.portal.connection import Connection, segment
from desktop.portal.contract import (
    Abilities,
    DossierAtPortal,
    HistoryEntry,
    KeyState,
    NotYet,
    Outcome,
    PortalFee,
    PortalMessage,
    Progress,
    Reason,
    Refused,
    Registered,
    Submission,
    SubmissionFile,
    Uncertain,
)
from desktop.portal.errors import (
    CredentialsRefused,
    LoginNeeded,
    NotAtPortal,
    PortalAnsweredGarbage,
    PortalBusy,
    PortalRefused,
    PortalTrouble,
    PortalUnreachable,
    TransferCancelled,
)
from desktop.portal.limited import Limited

OTHER_DOSSIER = "OTHER_DOSSIER_AT_CODE"
CODE_TAKEN = "CODE_TAKEN"
_MARGIN = timedelta(seconds=30)


def offered(*, settles_by_code: bool) -> Abilities:
    """Return what a service of this family can do."""
    return Abilities(submit=True, settles_by_key=settles_by_code, track=True, log_in="credentials")


@dataclass(frozen=True)
class Account:
    """What the agency gave this program to log in with."""

    client_id: str
    secret: str = field(repr=False)

    def to_json(self) -> dict[str, str]:
        """Return what the workspace keeps."""
        return {"client_id": self.client_id, "secret": self.secret}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Account:
        """Read what the workspace keeps; nothing kept is an account that nobody accepts."""
        return cls(str(kept.get("client_id", "")), str(kept.get("secret", "")))


class Notes(Protocol):
    """Where a connector keeps what it must not forget of a key, durably, before it goes on."""

    def notes(self, key: str) -> Mapping[str, Any]:
        """Return what was kept of a key, the newest value of each name."""

    def note(self, key: str, **facts: Any) -> None:
        """Keep facts of a key; on the disk when this returns."""


@dataclass
class SixStepConnector(Limited):
    """Connector to one service under one account of an agency."""

    connection: Connection
    account: Account
    kept: Notes
    unit: str = ""
    """The code of the unit that receives."""
    settles_by_code: bool = False
    _token: str | None = field(default=None, repr=False)
    _until: datetime | None = field(default=None, repr=False)

    @property
    def abilities(self) -> Abilities:
        """Return what this service can do."""
        return offered(settles_by_code=self.settles_by_code)

    @property
    def host(self) -> str:
        """Return the service's name and port."""
        return self.connection.host

    @property
    def peer(self) -> Mapping[str, str]:
        """Return who answered last."""
        return self.connection.peer

    def settles(self, key: str) -> bool:
        """Return True where a code can be looked up, or where the fourth step was never begun."""
        return self.settles_by_code or not self.kept.notes(key).get("create")

    # --- filing -------------------------------------------------------------------------------------

    def submit(self, submission: Submission, progress: Progress | None = None) -> Outcome:
        """Take the four steps; what an earlier try has done already is not done again."""
        try:
            about = _payload(submission)
            code = self._code(submission.key, about)
            ids = self._upload(submission, code, progress)
        except PortalTrouble as trouble:
            return NotYet(trouble.retry_after if isinstance(trouble, PortalBusy) else None, trouble.code, trouble.facts)
        except PortalRefused as refusal:
            return _refused(refusal)
        if progress is not None and progress.cancelled():
            raise TransferCancelled
        self.kept.note(submission.key, create=True)
        try:
            answer = self._call("POST", "/hoso", _dossier(about, code, self.unit, ids))
        except PortalUnreachable as trouble:
            if trouble.sent:
                return Uncertain(trouble.code, trouble.facts)
            self.kept.note(submission.key, create=False)
            return NotYet(None, trouble.code, trouble.facts)
        except PortalTrouble as trouble:
            return Uncertain(trouble.code, trouble.facts)
        except PortalRefused as refusal:
            if refusal.status == 409:
                # Something is filed under this code already: it may be ours, of a try whose answer was lost.
                return self._taken(submission, code)
            self.kept.note(submission.key, create=False)
            return _refused(refusal)
        at = At(_json(answer), self.host)
        try:
            if at["error_code"].count() != 0:
                self.kept.note(submission.key, create=False)
                return Refused((_reason(at),))
            if at["MaHoSo"].text(50) != code:
                return Uncertain(OTHER_DOSSIER, {"host": self.host, "number": code})
        except PortalAnsweredGarbage as garbage:
            return Uncertain(garbage.code, garbage.facts)
        return Registered(code, None, self.connection.now(), None, answer.body)

    def ask(self, key: str) -> KeyState:
        """Look the code up that was kept for this key."""
        noted = self.kept.notes(key)
        code = noted.get("code")
        if not noted.get("create") or not code:
            return KeyState("never_seen")
        if not self.settles_by_code:
            self._not_offered("ask")
        try:
            answer = self._call("GET", f"/hoso/{segment(str(code))}/trangthai")
        except NotAtPortal:
            return KeyState("never_seen")
        self._state(answer, str(code))
        return KeyState("registered", str(code), answer.body.decode("utf-8", "replace"))

    def conclude(self, submission: Submission, state: KeyState) -> Outcome | None:
        """Take a dossier that was found under our code for ours only if it is of this procedure and applicant."""
        if state.state != "registered" or state.code is None:
            return None
        about = _payload(submission)
        try:
            at = At(json.loads(state.receipt or "null"), self.host)
            ours = (about.procedure, about.id_number) == (at["MaThuTuc"].text(50), at["SoDinhDanh"].text(50))
            received, due = _moment(at["NgayTiepNhan"]) or self.connection.now(), _moment(at["NgayHenTra"])
        except (ValueError, RecursionError, PortalAnsweredGarbage):
            return Uncertain(PortalAnsweredGarbage.code, {"host": self.host, "place": "trangthai"})
        if not ours:
            return Uncertain(OTHER_DOSSIER, {"host": self.host, "number": state.code})
        return Registered(state.code, None, received, due, (state.receipt or "").encode("utf-8"))

    def log_in_again(self) -> bool:
        """Return False: a refused token was already exchanged once."""
        return False

    # --- following ----------------------------------------------------------------------------------

    def look(self, code: str) -> DossierAtPortal:
        """Return where a dossier stands and its steps."""
        place = f"/hoso/{segment(code)}"
        at = self._state(self._call("GET", f"{place}/trangthai"), code)
        steps = At(_json(self._call("GET", f"{place}/tiendo")), self.host)
        if steps["error_code"].count() != 0:
            raise PortalAnsweredGarbage(self.host, "error_code")
        number, raw = _status(at["TrangThaiHoSo"], at["TenTrangThai"])
        return DossierAtPortal(
            code=code,
            key=None,
            procedure=at["MaThuTuc"].text(50, ""),
            procedure_name=at["TenThuTuc"].text(2000, ""),
            applicant=at["ChuHoSo"].text(500, ""),
            received=_moment(at["NgayTiepNhan"]),
            due=_moment(at["NgayHenTra"]),
            status=number,
            raw=raw,
            history=tuple(self._step(one) for one in steps["data"].items(10_000)),
            delivery="",
            fees=tuple(
                PortalFee(
                    one["MaPhiLePhi"].ident(),
                    one["TenPhiLePhi"].text(1000, ""),
                    one["Gia"].count(),
                    "paid" if one["TrangThaiThanhToan"].count(0) == 1 else "due",
                )
                for one in at["DanhSachLePhi"].items(1000)
            ),
            supplements=tuple(
                PortalMessage(
                    id=one["HoSoBoSungId"].ident(),
                    at=_moment(one["NgayBoSung"]),
                    text=one["NoiDungBoSung"].text(20_000, ""),
                    state=one["TrangThaiBoSung"].text(100, ""),
                    due=_moment(one["HanBoSung"]),
                )
                for one in at["DanhSachHoSoBoSung"].items(1000)
            ),
            messages=(),
            results=(),
        )

    def _step(self, at: At) -> HistoryEntry:
        number, raw = _status(at["TrangThai"], at["TenTrangThai"])
        moment = _moment(at["ThoiDiemXuLy"])
        if moment is None:
            raise PortalAnsweredGarbage(self.host, at.place)
        told = (at["NoiDungXuLy"].text(4000, ""), at["PhongBanXuLy"].text(500, ""))
        return HistoryEntry(moment, number, raw, " — ".join(part for part in told if part))

    def _state(self, answer: Answer, code: str) -> At:
        at = At(_json(answer), self.host)
        if at["error_code"].count() != 0 or at["MaHoSo"].text(50) != code:
            raise PortalAnsweredGarbage(self.host, "MaHoSo")
        return at

    # --- the steps ----------------------------------------------------------------------------------

    def _login(self) -> str:
        if self._token is not None and self._until is not None and self.connection.now() < self._until:
            return self._token
        if not self.account.client_id:
            raise CredentialsRefused(self.host)
        fields = {
            "grant_type": "client_credentials", "client_id": self.account.client_id,
            "client_secret": self.account.secret,
        }  # fmt: skip
        try:
            answer = self.connection.send_form("/token", fields)
        except PortalRefused as refusal:
            raise CredentialsRefused(self.host) from refusal
        if answer.status != 200:
            raise CredentialsRefused(self.host)
        at = At(_json(answer), self.host, "token")
        self._token = at["access_token"].text(8000)
        self._until = self.connection.now() + timedelta(seconds=min(at["expires_in"].count(300), 86_400)) - _MARGIN
        return self._token

    def _call(self, method: str, path: str, document: Any = None) -> Answer:
        """Make one call; a token that the service has ended is exchanged once (a 401 has done nothing)."""
        for again in (True, False):
            try:
                if method == "GET":
                    return self.connection.get(path, token=self._login())
                return self.connection.send(method, path, document, token=self._login())
            except LoginNeeded as refusal:
                if refusal.status != 401 or not again:
                    raise
                self._token = None
        raise AssertionError

    def _code(self, key: str, about: _About) -> str:
        """Return the code of this key: the one kept, or a new one, kept before anything is done under it."""
        kept = self.kept.notes(key).get("code")
        if kept:
            return str(kept)
        at = At(
            _json(self._call("POST", "/hoso/ma", {"MaThuTuc": about.procedure, "MaDonVi": self.unit})), self.host, "ma"
        )
        if at["error_code"].count() != 0:
            raise PortalRefused(self.host, 422, "", _words(at), (_reason(at),))
        code = at["MaHoSo"].text(50).strip()
        if not code:
            raise PortalAnsweredGarbage(self.host, "ma.MaHoSo")
        self.kept.note(key, code=code)
        return code

    def _upload(self, submission: Submission, code: str, progress: Progress | None) -> dict[str, str]:
        """Send every file that no earlier try has sent; return the service's id of each, by its hash."""
        ids: dict[str, str] = dict(self.kept.notes(submission.key).get("files") or {})
        total, done = sum(file.size for file in submission.files), 0
        for file in submission.files:
            if progress is not None and progress.cancelled():
                raise TransferCancelled
            if file.sha256 not in ids:
                ids[file.sha256] = self._put(code, file, progress)
                self.kept.note(submission.key, files=ids)
            done += file.size
            if progress is not None:
                progress.report(done, total)
        return ids

    def _put(self, code: str, file: SubmissionFile, progress: Progress | None) -> str:
        path = f"/hoso/{segment(code)}/tep/{file.sha256}"
        for again in (True, False):
            with contextlib.closing(file.open()) as source:
                try:
                    answer = self.connection.put_chunk(
                        path, source, first=0, size=file.size, total=file.size, token=self._login()
                    )
                    break
                except LoginNeeded as refusal:
                    if refusal.status != 401 or not again:
                        raise
                    self._token = None
        at = At(_json(answer), self.host, "tep")
        if at["error_code"].count() != 0 or at["HashTepTin"].digest() != file.sha256:
            raise PortalAnsweredGarbage(self.host, "tep.HashTepTin")
        return at["IdTepTin"].ident()

    def _taken(self, submission: Submission, code: str) -> Outcome:
        if not self.settles_by_code:
            return Uncertain(CODE_TAKEN, {"host": self.host, "number": code})
        try:
            return self.conclude(submission, self.ask(submission.key)) or Uncertain(
                CODE_TAKEN, {"host": self.host, "number": code}
            )
        except PortalTrouble as trouble:
            return Uncertain(trouble.code, trouble.facts)


@dataclass(frozen=True)
class _About:
    """What a manifest says that the service wants to know."""

    procedure: str
    case: str
    id_number: str
    name: str
    business: bool
    role: str
    delivery: str
    components: tuple[tuple[str, tuple[Mapping[str, Any], ...]], ...]


def _payload(submission: Submission) -> _About:
    """Read our own signed manifest."""
    middle = submission.manifest_jws.split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    client = told["client"]
    tax_code, personal = client.get("tax_code"), client.get("personal_id")
    parts = tuple((str(part["component"]), tuple(part["files"])) for part in told["components"])
    return _About(
        str(told["procedure"]), str(told.get("case") or ""), str(tax_code or personal or ""), str(client["name"]),
        bool(tax_code), str(told["role"]), str(told["delivery"]), parts,
    )  # fmt: skip


_DELIVERY = {"online": 0, "post": 1, "in-person": 2}


def _dossier(about: _About, code: str, unit: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """Return the fourth step's document."""
    owner = {"LoaiDoiTuong": 1 if about.business else 0, "SoDinhDanh": about.id_number, "HoTen": about.name}
    return {
        "MaHoSo": code,
        "MaThuTuc": about.procedure,
        "TruongHop": about.case,
        "MaDonVi": unit,
        "KenhThucHien": 2,
        "HinhThucTra": _DELIVERY.get(about.delivery, 0),
        "ChuHoSo": owner,
        "NguoiNop": owner | {"VaiTro": about.role},
        "ThanhPhanHoSo": [
            {
                "MaThanhPhan": component,
                "LoaiBan": 2,
                "TepDinhKem": [
                    {"IdTepTin": ids[file["sha256"]], "HashTepTin": file["sha256"], "TenTepTin": file["name"]}
                    for file in files
                ],
            }
            for component, files in about.components
        ],
    }


def _json(answer: Answer) -> Any:
    return answer.json()


def _words(at: At) -> str:
    return at["message"].text(2000, "")


def _reason(at: At) -> Reason:
    words = _words(at)
    return Reason(f"ERROR_{at['error_code'].count()}", vi=words, en=words)


def _refused(refusal: PortalRefused) -> Refused:
    """Turn 400, 404, 409 and 422 into a refused dossier; what is about the log-in goes on up."""
    if isinstance(refusal, LoginNeeded):
        raise refusal
    return Refused(refusal.reasons or (Reason(refusal.problem or refusal.code, vi=refusal.detail, en=refusal.detail),))


def _status(number: At, words: At) -> tuple[int | None, str]:
    """Return 1 to 10 or None, and the service's own words: a number, or a word that only it knows."""
    told = words.text(500, "")
    if isinstance(number.value, str):
        word = number.text(100)
        digits = word.isascii() and word.isdigit() and len(word) < 3
        found = int(word) if digits and 1 <= int(word) <= 10 else None
        return found, told or word
    return number.status(), told or ("" if number.value is None else str(number.value))


def _moment(at: At) -> datetime | None:
    """Read yyyyMMddHHmmss of Việt Nam; null or empty is no time."""
    if at.value is None or at.value == "":
        return None
    text = at.text(14)
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        raise PortalAnsweredGarbage(at.host, at.place)
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise PortalAnsweredGarbage(at.host, at.place) from error
