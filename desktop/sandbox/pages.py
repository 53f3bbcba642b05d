"""The few pages that a person sees in a browser: the clerk's list and the payment page."""

from __future__ import annotations

from html import escape

from desktop.sandbox.clerk_desk import HOURS
from desktop.sandbox.database import STATUS_NAMES, Row
from desktop.sandbox.models import Payment
from desktop.sandbox.scenarios import SCENARIOS, Play

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.4rem .6rem;text-align:left}"
    "th{background:#eee}.mark{background:#7a1f1f;color:#fff;padding:.3rem .8rem}"
    "button,select,input{font:inherit;padding:.3rem .8rem}form{display:inline-block;margin:.2rem .6rem .2rem 0}"
    "details{margin:.3rem 0}td form{margin:.1rem}pre{white-space:pre-wrap;font:inherit;margin:0}"
)


def frame(title: str, body: str) -> str:
    """Return a whole page, marked as practice."""
    return (
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<style>{_STYLE}</style><p class="mark">CỔNG THỰC HÀNH: không phải cổng dịch vụ công thật, '
        f"không có giá trị pháp lý</p><h1>{escape(title)}</h1>{body}</html>"
    )


def front() -> str:
    """Show what this address is to whoever comes by."""
    return frame(
        "Cổng thực hành Hồ Sơ",
        "<p>Đây là cổng để tập nộp hồ sơ bằng chương trình Hồ Sơ. Danh sách hồ sơ của cán bộ mở bằng địa chỉ "
        "riêng mà cổng in ra khi khởi động.</p>",
    )


def clerk(rows: list[Row], mails: list[Row], play: Play, key: str) -> str:
    """Show the clerk's side: the scenario, the time, the dossiers with what can be decided, the mails."""
    chosen = play.scenario
    options = "".join(
        f'<option value="{one.name}"{" selected" if one.name == chosen else ""}>{escape(one.vi)}</option>'
        for one in SCENARIOS.values()
    )
    ahead = play.hurried
    told = f"{play.now():%d/%m/%Y %H:%M}" + (f" (nhanh hơn thực {ahead.days} ngày)" if ahead.days else "")
    hours = "".join(
        _form(key, "hurry", f'<button name="hours" value="{value}">+{words}</button>') for value, words in HOURS.items()
    )
    wipe = _form(key, "wipe", '<button name="sure" value="yes">Xóa mọi hồ sơ đã tập</button>')
    return frame(
        "Bàn của cán bộ tiếp nhận",
        "<h2>Tình huống</h2><p>Áp dụng cho hồ sơ nộp từ bây giờ; “cổng ngừng trả lời” có hiệu lực ngay.</p>"
        + _form(key, "scenario", f'<select name="scenario">{options}</select> <button>Chọn</button>')
        + f"<h2>Thời gian của cổng</h2><p>{told}</p>{hours}"
        + f"<h2>Hồ sơ đã tiếp nhận</h2>{_dossiers(rows, key)}"
        + f"<h2>Thư và tin nhắn cổng thật sẽ gửi</h2>{_mails(mails)}"
        + f"<h2>Dọn dẹp</h2><details><summary>Xóa dữ liệu thực hành</summary>{wipe}</details>",
    )


def _form(key: str, do: str, inside: str, code: str = "") -> str:
    named = f'<input type="hidden" name="code" value="{escape(code)}">' if code else ""
    return (
        f'<form method="post" action="/clerk"><input type="hidden" name="key" value="{escape(key)}">'
        f'<input type="hidden" name="do" value="{do}">{named}{inside}</form>'
    )


def _dossiers(rows: list[Row], key: str) -> str:
    if not rows:
        return "<p>Chưa có hồ sơ nào.</p>"
    heads = ("Mã hồ sơ", "Thủ tục", "Người nộp", "Ngày nhận", "Hẹn trả", "Trạng thái", "Quyết định")
    names = ("code", "procedure_name", "applicant", "received", "due", "raw")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    lines = "".join(
        "<tr>"
        + "".join(f"<td>{escape(str(row[name] or '—'))}</td>" for name in names)
        + f"<td>{_decisions(row, key)}</td></tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _decisions(row: Row, key: str) -> str:
    code = str(row["code"])
    kinds = "".join(
        f'<option value="{kind}">{words}</option>'
        for kind, words in (("incomplete", "thiếu"), ("incorrect", "chưa đúng"), ("outdated", "hết hiệu lực"))
    )
    states = "".join(f'<option value="{number}">{number}. {name}</option>' for number, name in STATUS_NAMES.items())
    more = (
        f'<select name="kind" aria-label="Vì sao">{kinds}</select>'
        '<input name="text" aria-label="Nội dung" maxlength="2000"><button>Yêu cầu bổ sung</button>'
    )
    letter = '<input name="text" aria-label="Nội dung thư" maxlength="2000"><button>Gửi thư kèm tệp PDF</button>'
    move = f'<select name="status" aria-label="Trạng thái">{states}</select><button>Chuyển</button>'
    return _form(key, "step", "<button>Bước tiếp</button>", code) + (
        f"<details><summary>Khác</summary>{_form(key, 'more', more, code)}"
        f"{_form(key, 'letter', letter, code)}{_form(key, 'status', move, code)}</details>"
    )


def _mails(mails: list[Row]) -> str:
    if not mails:
        return "<p>Chưa có thư nào.</p>"
    ways = {"email": "Thư điện tử", "phone": "Tin nhắn điện thoại"}
    return "".join(
        f"<details><summary>{escape(one['at'][:16].replace('T', ' '))} · {ways.get(one['channel'], '')} · "
        f"{escape(one['receiver'])} · {escape(one['subject'])}</summary><pre>{escape(one['text'])}</pre></details>"
        for one in mails
    )


def payment(shown: Payment) -> str:
    """Show one payment, with the button that makes it."""
    amount = f"{shown.amount:,}".replace(",", ".")
    if shown.state == "confirming":
        body = (
            f"<p>Ngân hàng đã nhận <strong>{amount} đồng</strong>; cổng chưa xác nhận. Không cần nộp lại. "
            "Có thể đóng trang này.</p>"
        )
    elif shown.state == "paid":
        body = f"<p>Đã thanh toán <strong>{amount} đồng</strong>. Có thể đóng trang này.</p>"
    else:
        body = (
            f"<p>Số tiền phải nộp: <strong>{amount} đồng</strong>. Đây là tiền giả định.</p>"
            '<form method="post"><button type="submit">Xác nhận thanh toán</button></form>'
        )
    return frame("Thanh toán phí, lệ phí", body)
