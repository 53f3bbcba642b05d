"""The few pages that a person sees in a browser: the clerk's list and the payment page."""

from __future__ import annotations

from html import escape
from typing import Any

from desktop.sandbox.models import Payment

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.4rem .6rem;text-align:left}"
    "th{background:#eee}.mark{background:#7a1f1f;color:#fff;padding:.3rem .8rem}"
    "button{font:inherit;padding:.5rem 1.5rem}"
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


def clerk(rows: list[dict[str, Any]]) -> str:
    """Show the dossiers as the clerk sees them, to read only."""
    if not rows:
        return frame("Hồ sơ đã tiếp nhận", "<p>Chưa có hồ sơ nào.</p>")
    heads = ("Mã hồ sơ", "Thủ tục", "Người nộp", "Ngày nhận", "Hẹn trả", "Trạng thái")
    names = ("code", "procedure_name", "applicant", "received", "due", "raw")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(str(row[name] or '—'))}</td>" for name in names) + "</tr>" for row in rows
    )
    return frame("Hồ sơ đã tiếp nhận", f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>")


def payment(shown: Payment) -> str:
    """Show one payment, with the button that makes it."""
    amount = f"{shown.amount:,}".replace(",", ".")
    if shown.state == "paid":
        body = f"<p>Đã thanh toán <strong>{amount} đồng</strong>. Có thể đóng trang này.</p>"
    else:
        body = (
            f"<p>Số tiền phải nộp: <strong>{amount} đồng</strong>. Đây là tiền giả định.</p>"
            '<form method="post"><button type="submit">Xác nhận thanh toán</button></form>'
        )
    return frame("Thanh toán phí, lệ phí", body)
