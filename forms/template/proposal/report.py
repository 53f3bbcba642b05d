"""Write REPORT.md: what was proposed, how sure it is, and what to look at first."""

from __future__ import annotations

from typing import Final

from forms.template.proposal.draft import Draft, ProposedField, ProposedTable

_REMARKS: Final[dict[str, tuple[str, str]]] = {
    "NO_TITLE": ("Không thấy tên mẫu (dòng chữ in hoa ở giữa); hãy ghi title trong template.json.",
                 "No title was found (a centred line in capitals): write it into template.json."),
    "NO_LEGAL_BASIS": ("Không thấy văn bản ban hành mẫu; hãy ghi legal_basis trong template.json.",
                       "No legal text was found: write legal_basis into template.json."),
    "NO_NATIONAL_HEADING": ("Không thấy quốc hiệu; nếu bản giấy có, hãy thêm #national-header().",
                            "No national heading was found: add #national-header() if the paper has one."),
    "NO_SIGNATURE": ("Không thấy chỗ ký; đã đặt một chỗ ở cuối. Hãy sửa signers và sign-place cho đúng.",
                     "No place to sign was found; one was put at the end. Correct signers and sign-place."),
    "PICTURES": ("Tệp có hình ảnh; hình không được chép vào mẫu.", "The file holds pictures; they were not copied."),
    "HEADERS": ("Chữ ở đầu trang và chân trang không được đọc.", "Page headers and footers were not read."),
    "COMMENTS": ("Ghi chú bên lề không được đọc.", "Comments were not read."),
    "CHANGES": ("Tệp còn lưu vết chỉnh sửa: phần đã xóa không được đọc, phần thêm được đọc.",
                "The file tracks changes: deletions were left out, insertions were read."),
    "SHAPES": ("Chữ trong hộp văn bản được đọc sau đoạn chứa nó; hãy xem lại thứ tự.",
               "Text boxes were read after the paragraph that holds them: check the order."),
    "LAYOUT_PLAIN": ("Bố cục đề xuất không in được nên đã thay bằng một bố cục đơn giản, mỗi trường một dòng.",
                     "The proposed layout did not print, so a plain one was written instead, one line for each field."),
    "SCANNED": ("Trang {page} không có chữ; có thể là ảnh quét.", "Page {page} has no text; it may be a scan."),
    "LOOKS_LOST": ("Tệp PDF không cho biết đường kẻ bảng và cỡ chữ: bố cục cần sửa nhiều hơn so với từ Word.",
                   "A PDF does not tell of ruled tables and sizes: the layout needs more work than one from Word."),
}  # fmt: skip
_DOUBTS: Final[dict[str, tuple[str, str]]] = {
    "KIND": ("không rõ loại, tạm để là văn bản", "kind not recognised, text for now"),
    "SPLIT": ("một chỗ trống gồm nhiều thứ (số, ngày, nơi cấp): nên tách thành nhiều trường", "one gap for several things: better split"),
    "ENTERPRISE_NUMBER": ("mã số doanh nghiệp hoặc hộ kinh doanh: đang kiểm tra như mã số thuế", "checked like a tax code"),
    "YEAR": ("năm: đang nhận từ 1900 đến 2100", "a year from 1900 to 2100"),
    "IN_WORDS": ("số tiền bằng chữ: chưa rõ theo trường nào", "amount in words: of which field is not known"),
    "UNIT": ("số đo: hãy xem đơn vị và số lẻ", "a measure: check unit and decimals"),
    "DISTRICT": ("cấp huyện không còn từ 01/7/2025", "there are no districts since 1 July 2025"),
    "ONE_OR_MANY": ("đang coi là chỉ chọn một; nếu được chọn nhiều thì đổi thành các ô đánh dấu", "taken as one of several; make them check boxes if more may be chosen"),
    "PERIOD": ("tháng (quý) và năm: nếu mẫu nộp theo kỳ, hãy bỏ trường này và đặt period_kinds", "if the form is filed by period, drop it and set period_kinds"),
    "NO_DOTS": ("không có chỗ trống sau nhãn, chỉ có dấu hai chấm", "a label with a colon, but no dots"),
    "NO_LABEL": ("không rõ nhãn", "its label is not clear"),
    "LONG_LABEL": ("nhãn dài: hãy viết gọn lại", "a long label: shorten it"),
}  # fmt: skip
_SURE: Final = {"sure": ("chắc", "sure"), "likely": ("có lẽ", "likely"), "unsure": ("chưa chắc", "unsure")}


def report_of(draft: Draft) -> str:
    """Return REPORT.md, Vietnamese first."""
    fields = list(draft.fields())
    unsure = [field for field in fields if field.certainty == "unsure" or field.doubt]
    untranslated = [field.label for field in fields if field.en is None]
    untranslated += [section.title for section in draft.sections if section.en is None]
    count = {level: sum(field.certainty == level for field in fields) for level in _SURE}
    out = [
        f"# Đề xuất từ “{_cell(draft.source)}”",
        "",
        f"{len(fields)} trường và cột: {count['sure']} chắc, {count['likely']} có lẽ đúng, {count['unsure']} chưa chắc; "
        f"{sum(isinstance(i, ProposedTable) for s in draft.sections for i in s.items)} bảng; {len(draft.signers)} chỗ ký. "
        "Mọi điều ở đây đều là đoán (confidence: P). Xem lần lượt các mục dưới, sửa tệp, chạy `lint`, `test`, `preview`; "
        "xong thì xóa tệp này, `x_draft` và thông báo DRAFT_TEMPLATE trong template.json.",
        "",
        f"*{len(fields)} fields and columns: {count['sure']} sure, {count['likely']} likely, {count['unsure']} unsure. All of it is "
        "guessed. Go through the points below, then delete this file, `x_draft` and the notice DRAFT_TEMPLATE.*",
        "",
        "## 1. Xem trước tiên / Look at first",
        "",
    ]
    for remark in draft.remarks:
        vi, en = _REMARKS[remark.code]
        out.append(f"* {vi.format(**remark.facts)} *{en.format(**remark.facts)}*")
    for field in unsure:
        vi, en = _DOUBTS.get(field.doubt, ("hãy xem lại", "look again"))
        out.append(f"* `{field.key}` ({_cell(field.label)}): {vi}. *{en}.* ← “{_cell(field.said)}”")
    if not draft.remarks and not unsure:
        out.append("* Không có. *None.*")
    out += [
        "",
        "## 2. Luôn phải tự ghi / Always yours to write",
        "",
        "* template.json: id, agency, procedures, legal_basis, effective, roll_forward; ai phải ký (signers.required, roles). "
        "*Identity, law, dates, who must sign.*",
        f"* Trường bắt buộc: đang có {sum(field.required for field in fields)} trường ghi required; bản giấy ít khi nói rõ. "
        "*Which fields are required: paper seldom says so.*",
        "* Điều kiện hiện, bắt buộc khi nào, công thức, kiểm tra chéo (visible, required_when, calculated, rules). *Rules.*",
        "* Hướng dẫn của từng trường: thay câu chung bằng câu của mẫu này. *Help of each field.*",
        f"* Tiếng Anh còn thiếu: {len(untranslated)} chỗ. *English still missing in {len(untranslated)} places.*",
    ]
    out += [f"  * {_cell(label)}" for label in untranslated[:100]]
    out += [
        "",
        "## 3. Các trường / Fields",
        "",
        "| Khóa | Loại | Nhãn | Mức chắc | Chữ trên giấy |",
        "|---|---|---|---|---|",
    ]
    for section in draft.sections:
        out.append(f"| **{_cell(section.title)}** | | | | |")
        for item in section.items:
            if isinstance(item, ProposedTable):
                out.append(f"| `{item.key}` | bảng | {_cell(item.label)} | | {len(item.columns)} cột |")
                out += [_row(column, f"{item.key}.") for column in item.columns]
            else:
                out.append(_row(item))
    out += ["", "## 4. Chỗ ký / Signatures", ""]
    out += [
        f"* `{mark}`: {_cell(title)} ({', '.join(roles) or 'bên khác ký tay'})" for mark, title, roles in draft.signers
    ]
    return "\n".join(out) + "\n"


def _row(field: ProposedField, before: str = "") -> str:
    return f"| `{before}{field.key}` | {field.kind} | {_cell(field.label)} | {_SURE[field.certainty][0]} | {_cell(field.said)} |"


def _cell(text: str) -> str:
    """Return text from a stranger's file as plain words of a Markdown table."""
    clean = " ".join(text.split())[:140]
    for sign in ("\\", "|", "<", ">", "`", "[", "]", "*", "_"):
        clean = clean.replace(sign, "\\" + sign if sign not in "<>" else {"<": "&lt;", ">": "&gt;"}[sign])
    return clean
