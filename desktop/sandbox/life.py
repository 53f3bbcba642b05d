"""What becomes of a dossier after it is registered: ten statuses, fee, messages, result, withdrawal.

It hides the pace. With a pace of some seconds a step is due by the clock and is taken when somebody looks;
with pace 0 each poll of a dossier takes the next one. Steps are durable before they are shown.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

from desktop.sandbox.database import ZONE, Database, Row, stamp
from desktop.sandbox.errors import PortalSaysNo
from desktop.sandbox.models import ClerkAction, Dossier, Payment
from desktop.sandbox.scenarios import apology
from forms.period import add_working_days

FINISHED = (3, 8, 10)
TOO_LATE_TO_WITHDRAW = (3, 8, 9, 10)
_WAITS = "Chờ người nộp thanh toán phí, lệ phí trực tuyến"
_WANTED = (
    "Giấy tờ kèm theo chưa đủ: đề nghị kiểm tra các thành phần của hồ sơ, bổ sung bản chụp còn thiếu rồi ký và gửi lại."
)
_ANSWER_DAYS = 5
"""Working days for answering a request for more papers, where the clerk says nothing else."""
_APOLOGIES = 2
_LAPSED = "Quá hạn bổ sung hồ sơ mà chưa nhận được giấy tờ yêu cầu"
_REFUSED = "Hồ sơ không thuộc thẩm quyền giải quyết của nơi tiếp nhận (tình huống thực hành)"
_DELIVERIES = {
    "post": "Kết quả đã được gửi qua dịch vụ bưu chính công ích.",
    "in-person": "Mời nhận kết quả tại Bộ phận Một cửa nơi tiếp nhận hồ sơ.",
    "online": "Kết quả điện tử có tại mục kết quả của hồ sơ.",
}


class Life:
    """Moves registered dossiers along."""

    def __init__(
        self,
        database: Database,
        *,
        pace: float,
        clock: Callable[[], datetime],
        make_result: Callable[[Row], bytes],
        make_letter: Callable[[Row], bytes],
        keep: Callable[[bytes], str],
        sign_payment: Callable[[dict[str, object]], str],
    ) -> None:
        self._database = database
        self._pace = pace
        self._clock = clock
        self._make_result = make_result
        self._make_letter = make_letter
        self._keep = keep
        self._sign_payment = sign_payment
        self._lock = threading.Lock()

    def begin(self, dossier: Row) -> None:
        """Plan the first step of a dossier that is being registered."""
        if self._pace > 0:
            self._plan(dossier["code"], self._clock() + timedelta(seconds=self._pace))

    # --- what a person sees ---------------------------------------------------------------------------

    def dossier(self, code: str, person: str) -> Dossier:
        """Show one dossier of a person; with pace 0 this look is a poll."""
        row = self._own(code, person)
        self._advance(row)
        return self._show(code)

    def search(self, id_number: str, person: str) -> list[Dossier]:
        """Show a person's dossiers of one tax code or personal ID, newest first."""
        rows = self._database.all(
            "SELECT * FROM dossiers WHERE person = ? AND NOT deleted AND (tax_code = ? OR personal_id = ?)"
            " ORDER BY rowid DESC LIMIT 200",
            person,
            id_number,
            id_number,
        )
        for row in rows:
            self._advance(row)
        return [self._show(row["code"]) for row in rows]

    def changes(self, person: str, cursor: int, limit: int = 100) -> tuple[list[Row], bool]:
        """Return a person's changes after a cursor and whether there are more.

        When there is nothing new, this look is a poll of each dossier that still lives.
        """
        for attempt in range(2):
            rows = self._database.all(
                "SELECT seq, code, kind, at FROM changes WHERE person = ? AND seq > ? ORDER BY seq LIMIT ?",
                person,
                cursor,
                limit + 1,
            )
            if rows or attempt:
                break
            for row in self._database.all(
                "SELECT * FROM dossiers WHERE person = ? AND NOT deleted AND"
                " (status IS NULL OR status NOT IN (3, 8, 10)) LIMIT 200",
                person,
            ):
                self._advance(row)
        return rows[:limit], len(rows) > limit

    def withdraw(self, code: str, person: str) -> Dossier:
        """Take a withdrawal; the officer then stops the dossier. Not possible once it is processed."""
        row = self._own(code, person)
        with self._lock, self._database.transaction():
            row = self._own(code, person)
            if row["status"] in TOO_LATE_TO_WITHDRAW:
                if row["status"] != 8:
                    raise PortalSaysNo(409, "WITHDRAWAL_TOO_LATE")
            elif row["status"] != 7:
                now = self._clock()
                self._database.move(row, 7, stamp(now), note="Người nộp yêu cầu rút hồ sơ")
                self._plan(code, now + timedelta(seconds=self._pace) if self._pace > 0 else None)
        return self._show(code)

    # --- money ----------------------------------------------------------------------------------------

    def pay(self, code: str, fee_id: str, person: str, idempotency_key: str, url: str) -> Payment:
        """Begin the payment of a fee, or find the one already begun: a fee has one payment, ever."""
        dossier = self._own(code, person)
        with self._lock, self._database.transaction():
            fee = self._database.one("SELECT * FROM fees WHERE id = ? AND code = ?", fee_id, code)
            if fee is None:
                raise PortalSaysNo(404, "NO_SUCH_FEE")
            if not dossier["pay_online"]:
                raise PortalSaysNo(409, "PAID_AT_RECEPTION")
            used = self._database.one(
                "SELECT fee FROM payment_keys WHERE person = ? AND key = ?", person, idempotency_key
            )
            if used is not None and used["fee"] != fee_id:
                raise PortalSaysNo(409, "KEY_REUSED")
            if used is None:
                self._database.insert("payment_keys", person=person, key=idempotency_key, fee=fee_id)
            payment = self._database.one("SELECT * FROM payments WHERE fee = ?", fee_id)
            if payment is None:
                payment = {
                    "id": secrets.token_hex(16),
                    "fee": fee_id,
                    "person": person,
                    "amount": fee["amount"],
                    "state": "pending",
                    "receipt": None,
                }
                self._database.insert("payments", **payment)
                self._database.run("UPDATE fees SET state = 'pending' WHERE id = ?", fee_id)
                self._database.change(dossier, "fee", stamp(self._clock()))
        return _payment(payment, url)

    def payment(self, payment_id: str, person: str | None, url: str) -> Payment:
        """Show a payment; `person` None is the payment page itself, which knows the secret id."""
        row = self._database.one("SELECT * FROM payments WHERE id = ?", payment_id)
        if row is None or (person is not None and row["person"] != person):
            raise PortalSaysNo(404, "NO_SUCH_PAYMENT")
        return _payment(row, url)

    def confirm(self, payment_id: str) -> None:
        """Book a payment as paid; doing it twice changes nothing."""
        with self._lock, self._database.transaction():
            payment = self._database.one(
                "SELECT payments.*, fees.code FROM payments JOIN fees ON fees.id = payments.fee WHERE payments.id = ?",
                payment_id,
            )
            if payment is None:
                raise PortalSaysNo(404, "NO_SUCH_PAYMENT")
            if payment["state"] == "paid":
                return
            now = self._clock()
            dossier = self._row(payment["code"])
            if dossier["scenario"] != "fee":
                self._book(dossier, payment, stamp(now))
            elif payment["state"] == "pending":
                # The bank has the money and says so later: the next step books it.
                self._database.run("UPDATE payments SET state = 'confirming' WHERE id = ?", payment_id)
                self._database.run("UPDATE fees SET state = 'confirming' WHERE id = ?", payment["fee"])
                self._database.change(dossier, "fee", stamp(now))
            if self._pace > 0 and dossier["status"] == 6:
                self._plan(dossier["code"], now + timedelta(seconds=self._pace))

    def _book(self, dossier: Row, payment: Row, at: str) -> None:
        """Book a payment with its e-receipt; in the caller's transaction."""
        fee = self._database.one("SELECT * FROM fees WHERE id = ?", payment["fee"])
        assert fee is not None
        receipt = self._sign_payment(
            {
                "payment": payment["id"],
                "code": dossier["code"],
                "fee": fee["id"],
                "title": fee["title"],
                "amount": payment["amount"],
                "payer": dossier["applicant"],
                "paid": at,
            }
        )
        self._database.run("UPDATE payments SET state = 'paid', receipt = ? WHERE id = ?", receipt, payment["id"])
        self._database.run("UPDATE fees SET state = 'paid' WHERE id = ?", fee["id"])
        self._database.change(dossier, "fee", at)
        amount = f"{payment['amount']:,}".replace(",", ".")
        told = f"{fee['title']}: {amount} đồng. Biên lai điện tử có trong hồ sơ."
        self._database.mail(dossier, at, f"Đã nhận khoản nộp của hồ sơ {dossier['code']}", told)

    # --- the clerk ------------------------------------------------------------------------------------

    def act(self, code: str, action: ClerkAction) -> Dossier | None:
        """Do what a clerk of the practice portal decides; None when the dossier is deleted."""
        if action.letter:
            self._write(self._row(code), action.letter, stamp(self._clock()))
            return self._show(code)
        with self._lock, self._database.transaction():
            row = self._row(code)
            at = stamp(self._clock())
            if action.delete:
                self._database.run("UPDATE dossiers SET deleted = 1 WHERE code = ?", code)
                self._database.change(row, "deleted", at)
                return None
            self._database.move(row, action.status, at, note=action.note, raw=action.raw)
            if action.status == 5:
                days = action.days if action.days is not None else _ANSWER_DAYS
                self._ask_for_more(
                    row, self._clock(), action.note or "Đề nghị bổ sung giấy tờ.", action.kind, days, action.components
                )
        return self._show(code)

    def step(self, code: str) -> None:
        """Take the next step of a dossier now, whenever it is planned."""
        with self._lock:
            now = self._clock()
            more = self._step(self._row(code), now)
            self._plan(code, now + timedelta(seconds=self._pace) if more and self._pace > 0 else None)

    def _write(self, row: Row, text: str, at: str, due: str | None = None) -> None:
        """Leave a message that has its words on paper as well; `due` is the new day of the result."""
        data = self._make_letter({**row, "issued": at, "text": text})
        name = f"Thong-bao-{row['code']}.pdf"
        paper = {"name": name, "sha256": self._keep(data), "size": len(data), "media_type": "application/pdf"}
        with self._database.transaction():
            if due is not None:
                self._database.run("UPDATE dossiers SET due = ?, turn = turn + 1 WHERE code = ?", due, row["code"])
            self._database.say(row, text, at, [paper])

    def _ask_for_more(self, row: Row, moment: datetime, text: str, kind: str, days: int, components: list[str]) -> None:
        due = add_working_days(moment.astimezone(ZONE).date(), days).isoformat()
        self._database.ask_for_more(row, stamp(moment), text, kind=kind, due=due, components=components)

    # --- steps ----------------------------------------------------------------------------------------

    def _advance(self, row: Row) -> None:
        with self._lock:
            self._lapse(self._row(row["code"]))
            if self._pace > 0:
                now = self._clock()
                while True:
                    row = self._row(row["code"])
                    if row["next_at"] is None or datetime.fromisoformat(row["next_at"]) > now:
                        return
                    at = datetime.fromisoformat(row["next_at"])
                    more = self._step(row, at)
                    self._plan(row["code"], at + timedelta(seconds=self._pace) if more else None)
            else:
                self._step(self._row(row["code"]), self._clock())

    def _step(self, row: Row, moment: datetime) -> bool:
        """Take the one next step of a dossier, if it has one; say whether it took one."""
        at, code, status = stamp(moment), row["code"], row["status"]
        if self._played(row, moment, at):
            return True
        if status == 1:
            due = row["due"]
            day = f"{due[8:10]}/{due[5:7]}/{due[0:4]}" if due else None
            with self._database.transaction():
                self._database.move(row, 2, at)
                appointment = f" Hẹn trả kết quả ngày {day}." if day else ""
                self._database.say(row, f"Hồ sơ {code} đã được tiếp nhận.{appointment}", at)
        elif status == 2:
            if self._unpaid(code):
                with self._database.transaction():
                    self._database.move(row, 6, at, note=_WAITS if row["pay_online"] else "Nộp tại nơi tiếp nhận")
            else:
                self._database_move(row, 4, at)
        elif status == 6:
            waiting = self._database.all(
                "SELECT payments.* FROM payments JOIN fees ON fees.id = payments.fee"
                " WHERE fees.code = ? AND payments.state = 'confirming'",
                code,
            )
            if waiting:
                with self._database.transaction():
                    for payment in waiting:
                        self._book(row, payment, at)
            elif self._unpaid(code):
                if row["pay_online"]:
                    return False
                with self._database.transaction():
                    self._database.run("UPDATE fees SET state = 'paid' WHERE code = ?", code)
                    self._database.change(row, "fee", at)
                    self._database.move(row, 4, at, note="Đã thu phí, lệ phí tại nơi tiếp nhận")
            else:
                self._database_move(row, 4, at)
        elif status == 4:
            self._finish(row, at)
        elif status == 7:
            with self._database.transaction():
                self._database.move(row, 8, at, note="Dừng xử lý theo yêu cầu rút hồ sơ")
        elif status == 9:
            with self._database.transaction():
                self._database.move(row, 10, at)
                self._database.say(row, _DELIVERIES[self._delivery(row)], at)
        else:
            return False
        return True

    def _played(self, row: Row, moment: datetime, at: str) -> bool:
        """Take the step that the dossier's scenario has in the place of the usual one, if it has one now."""
        played = (row["scenario"], row["status"])
        turn = int(row["turn"])
        if played == ("late", 4) and turn < _APOLOGIES:
            today = moment.astimezone(ZONE).date()
            promised = date.fromisoformat(row["due"]) if row["due"] else today
            due = add_working_days(max(promised, today), 5).isoformat()
            self._write(row, apology(row, due), at, due)
            return True
        with self._database.transaction():
            if played == ("refused", 1):
                self._database.move(row, 3, at, note=_REFUSED)
            elif played == ("supplement", 4) and turn == 0:
                self._database.move(row, 5, at, note=_WANTED)
                self._ask_for_more(row, moment, _WANTED, "incomplete", _ANSWER_DAYS, [])
            else:
                return False
            self._database.run("UPDATE dossiers SET turn = turn + 1 WHERE code = ?", row["code"])
        return True

    def _lapse(self, row: Row) -> None:
        """Stop a dossier whose applicant let the time for more papers pass."""
        if row["status"] != 5:
            return
        today = self._clock().astimezone(ZONE).date().isoformat()
        asked = self._database.all("SELECT * FROM supplements WHERE code = ? AND state = 'open'", row["code"])
        if any(one["due"] and one["due"] < today for one in asked):
            at = stamp(self._clock())
            with self._database.transaction():
                self._database.run(
                    "UPDATE supplements SET state = 'lapsed' WHERE code = ? AND state = 'open'", row["code"]
                )
                self._database.change(row, "supplement", at)
                self._database.move(row, 8, at, note=_LAPSED)
                self._plan(row["code"], None)

    def _database_move(self, row: Row, status: int, at: str) -> None:
        with self._database.transaction():
            self._database.move(row, status, at)

    def _finish(self, row: Row, at: str) -> None:
        """Process a dossier to its end; an electronic result exists before the status says so."""
        kept: tuple[str, int] | None = None
        if self._delivery(row) == "online":
            data = self._make_result({**row, "issued": at})
            kept = self._keep(data), len(data)
        with self._database.transaction():
            self._database.move(row, 9, at)
            if kept is not None:
                self._database.insert(
                    "results",
                    id=f"{row['code']}-R1",
                    code=row["code"],
                    name=f"Ket-qua-{row['code']}.pdf",
                    sha256=kept[0],
                    size=kept[1],
                    media_type="application/pdf",
                    issued=at,
                )
                self._database.change(row, "result", at)

    def _delivery(self, row: Row) -> str:
        return "online" if row["delivery"] == "online" and row["result_online"] else str(row["delivery"])

    def _unpaid(self, code: str) -> bool:
        return self._database.one("SELECT id FROM fees WHERE code = ? AND state <> 'paid'", code) is not None

    def _plan(self, code: str, at: datetime | None) -> None:
        self._database.run("UPDATE dossiers SET next_at = ? WHERE code = ?", at.isoformat() if at else None, code)

    # --- rows -----------------------------------------------------------------------------------------

    def _row(self, code: str) -> Row:
        row = self._database.one("SELECT * FROM dossiers WHERE code = ? AND NOT deleted", code)
        if row is None:
            raise PortalSaysNo(404, "NO_SUCH_DOSSIER")
        return row

    def _own(self, code: str, person: str) -> Row:
        row = self._row(code)
        if row["person"] != person:
            raise PortalSaysNo(404, "NO_SUCH_DOSSIER")
        return row

    def _show(self, code: str) -> Dossier:
        row = self._row(code)
        lists = {
            name: self._database.all(f"SELECT * FROM {name} WHERE code = ? ORDER BY rowid", code)
            for name in ("history", "fees", "supplements", "messages", "results")
        }
        for name in ("supplements", "messages"):
            for entry in lists[name]:
                entry["id"] = str(entry["id"])
        files = self._database.all(
            "SELECT attachments.* FROM attachments JOIN messages ON messages.id = attachments.message"
            " WHERE messages.code = ? ORDER BY attachments.rowid",
            code,
        )
        for entry in lists["messages"]:
            entry["attachments"] = [one for one in files if str(one["message"]) == entry["id"]]
        for entry in lists["supplements"]:
            entry["components"] = json.loads(entry["components"])
        notices = json.loads(row["notices"])["channels"] if row["notices"] else []
        return Dossier.model_validate({**row, **lists, "notices": notices}, strict=False)

    def result(self, code: str, result_id: str, person: str) -> Row:
        """Return the row of a result of a person's dossier."""
        self._own(code, person)
        row = self._database.one("SELECT * FROM results WHERE id = ? AND code = ?", result_id, code)
        if row is None:
            raise PortalSaysNo(404, "NO_SUCH_RESULT")
        return row

    def attachment(self, code: str, message: str, attachment: str, person: str) -> Row:
        """Return the row of a file that came with a message of a person's dossier."""
        self._own(code, person)
        row = self._database.one(
            "SELECT attachments.* FROM attachments JOIN messages ON messages.id = attachments.message"
            " WHERE attachments.id = ? AND CAST(messages.id AS TEXT) = ? AND messages.code = ?",
            attachment,
            message,
            code,
        )
        if row is None:
            raise PortalSaysNo(404, "NO_SUCH_ATTACHMENT")
        return row


def _payment(row: Row, url: str) -> Payment:
    return Payment(
        id=row["id"],
        state=row["state"],
        url=f"{url}/practice/pay/{row['id']}",
        amount=row["amount"],
        receipt=row["receipt"] or None,
    )
