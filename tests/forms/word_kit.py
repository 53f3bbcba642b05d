"""Official forms as Word files, made as offices make them: tables without lines for heads, dots typed or by tabs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm

CENTER, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
DOTS = "………………………………………………"


class Office:
    """Write one document."""

    def __init__(self) -> None:
        self.document: Any = Document()

    def line(self, text: str, *, bold: bool = False, italic: bool = False, align: Any = None) -> Any:
        """Write a paragraph."""
        paragraph = self.document.add_paragraph()
        self.write(paragraph, text, bold=bold, italic=italic)
        paragraph.alignment = align
        return paragraph

    def write(self, paragraph: Any, text: str, *, bold: bool = False, italic: bool = False) -> None:
        """Write a run."""
        run = paragraph.add_run(text)
        run.bold, run.italic = bold, italic

    def led(self, text: str, *stops: float) -> Any:
        """Write a paragraph whose tabs are led to by dots."""
        paragraph = self.line(text)
        for stop in stops:
            paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(stop), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.DOTS)
        return paragraph

    def cells(self, *cells: Iterable[tuple[str, str]], ruled: bool = False) -> Any:
        """Write one row of cells; each holds lines with a look: b bold, i italic, c nothing."""
        table = self.document.add_table(1, len(cells))
        if ruled:
            table.style = "Table Grid"
        for cell, lines in zip(table.rows[0].cells, cells, strict=True):
            for number, (text, look) in enumerate(lines):
                paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
                self.write(paragraph, text, bold="b" in look, italic="i" in look)
                paragraph.alignment = None if "l" in look else CENTER
        return table

    def nation(self, *left: tuple[str, str], place: bool = True) -> None:
        """Write the head: who issues it, the national name and motto, place and date."""
        right = [
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "b"),
            ("Độc lập - Tự do - Hạnh phúc", "b"),
            ("---------------", "c"),
        ]
        if place:
            right.append(("…………, ngày …… tháng …… năm 20……", "i"))
        if left:
            self.cells(left, right)
        else:
            for text, look in right:
                self.line(text, bold="b" in look, italic="i" in look, align=CENTER)

    def table(self, rows: list[list[str]], style: str = "Table Grid") -> Any:
        """Write a table."""
        table = self.document.add_table(len(rows), len(rows[0]))
        table.style = style
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        return table

    def bytes(self) -> bytes:
        """Return the file."""
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()


def letter() -> bytes:
    """Return the general letter of a citizen: ĐƠN ĐỀ NGHỊ."""
    o = Office()
    o.nation(place=False)
    o.line("ĐƠN ĐỀ NGHỊ", bold=True, align=CENTER)
    o.line("Về việc ……………………………………", italic=True, align=CENTER)
    o.line(f"Kính gửi: {DOTS}", align=CENTER)
    o.line(f"Tôi tên là: {DOTS}")
    o.line("Sinh ngày: …… tháng …… năm ………   Giới tính: □ Nam   □ Nữ")
    o.line("Số định danh cá nhân: ……………………… Cấp ngày: …/…/……… Nơi cấp: ………………………")
    o.line(f"Nơi cư trú: {DOTS}")
    o.line("Điện thoại: ………………………… Email: …………………………")
    o.line("Trường hợp đề nghị cho tổ chức: Tên tổ chức: ………………………… Mã số thuế: ……………………")
    o.line("Nội dung đề nghị:")
    o.line(DOTS * 2)
    o.line(DOTS * 2)
    o.line("Lý do: " + DOTS)
    o.line(DOTS * 2)
    o.line("Giấy tờ kèm theo:")
    o.table(
        [
            ["TT", "Tên giấy tờ", "Bản chính, bản sao", "Số lượng"],
            ["1", "", "", ""],
            ["2", "", "", ""],
            ["…", "", "", ""],
        ]
    )
    o.line("Tôi cam đoan những nội dung trên là đúng sự thật và chịu trách nhiệm trước pháp luật.")
    o.line("……………, ngày …… tháng …… năm 20……", italic=True, align=RIGHT)
    o.line("NGƯỜI LÀM ĐƠN", bold=True, align=RIGHT)
    o.line("(Ký, ghi rõ họ tên)", italic=True, align=RIGHT)
    return o.bytes()


def authorisation() -> bytes:
    """Return a paper by which one person lets another act: GIẤY ỦY QUYỀN."""
    o = Office()
    o.nation(place=False)
    o.line("GIẤY ỦY QUYỀN", bold=True, align=CENTER)
    o.line("Hôm nay, ngày …… tháng …… năm 20……, tại ………………………, chúng tôi gồm có:")
    for number, who in (("I", "BÊN ỦY QUYỀN"), ("II", "BÊN ĐƯỢC ỦY QUYỀN")):
        o.line(f"{number}. {who}", bold=True)
        o.led("Họ và tên:\t", 16)
        o.led("Ngày sinh:\tSố định danh cá nhân:\t", 6, 16)
        o.led("Ngày cấp:\tNơi cấp:\t", 6, 16)
        o.led("Nơi cư trú:\t", 16)
        o.led("Điện thoại:\t", 16)
    o.line("Quan hệ giữa hai bên: …………………………")
    o.line("III. PHẠM VI ỦY QUYỀN", bold=True)
    o.line("Bên ủy quyền giao cho bên được ủy quyền làm các việc sau đây (đánh dấu các việc được giao):")
    for what in ("Nộp hồ sơ", "Bổ sung hồ sơ", "Ký biên nhận", "Nhận kết quả", "Nộp phí, lệ phí"):
        o.line(f"□ {what}")
    o.line("Thủ tục: ………………………………… Mã thủ tục: ……………………")
    o.line(f"Cơ quan giải quyết: {DOTS}")
    o.line("IV. THỜI HẠN ỦY QUYỀN", bold=True)
    o.line("Từ ngày …/…/…… đến ngày …/…/……")
    o.line("V. CAM KẾT", bold=True)
    o.line("Có thù lao:  □ Có   □ Không")
    o.line("Có bồi thường:  □ Có   □ Không")
    o.line("Có chuyển quyền tài sản:  □ Có   □ Không")
    o.line("Hai bên cam đoan chịu trách nhiệm trước pháp luật về nội dung của giấy này.")
    o.cells(
        [("BÊN ĐƯỢC ỦY QUYỀN", "b"), ("(Ký, ghi rõ họ tên)", "i")],
        [("BÊN ỦY QUYỀN", "b"), ("(Ký, ghi rõ họ tên)", "i")],
    )
    return o.bytes()


def declaration() -> bytes:
    """Return a numbered declaration with two things on a line, indicators, sub-items, notes at the foot."""
    o = Office()
    o.line("Mẫu số 05", bold=True, align=RIGHT)
    o.line("(Ban hành kèm theo Thông tư số 12/2025/TT-BNV ngày 15 tháng 8 năm 2025)", italic=True, align=RIGHT)
    o.nation(("TÊN ĐƠN VỊ: …………………", "b"), ("Số: ……/……", "c"))
    o.line("TỜ KHAI", bold=True, align=CENTER)
    o.line("ĐĂNG KÝ THAM GIA CHƯƠNG TRÌNH HỖ TRỢ", bold=True, align=CENTER)
    o.line("Kính gửi: Ủy ban nhân dân ……………………………", align=CENTER)
    o.line("I. THÔNG TIN NGƯỜI KHAI", bold=True)
    o.led("1. Họ, chữ đệm và tên (viết chữ in hoa):\t", 16)
    o.led("2. Ngày, tháng, năm sinh:\t3. Giới tính (Nam/Nữ):\t", 8, 16)
    o.led("4. Số CCCD/Hộ chiếu:\t5. Quốc tịch:\t", 8, 16)
    o.led("6. Dân tộc:\tTôn giáo:\t", 8, 16)
    o.line("7. Nơi thường trú:")
    o.led("7.1. Số nhà, đường, thôn:\t", 16)
    o.led("7.2. Xã/phường/đặc khu:\tTỉnh/thành phố:\t", 8, 16)
    o.led("8. Điện thoại:\tThư điện tử:\t", 8, 16)
    o.line("II. NỘI DUNG ĐĂNG KÝ", bold=True)
    o.led("9. Diện tích đất sử dụng:\tm2", 10)
    o.led("10. Số lao động:\tngười", 10)
    o.led("11. Số tiền đề nghị hỗ trợ:\tđồng", 12)
    o.led("(Bằng chữ:\t)", 15)
    o.led("12. Số tài khoản:\tTại ngân hàng:\t", 8, 16)
    o.line("13. Mã số thuế:")
    o.table([[""] * 10])
    o.line("14. Mục đích sử dụng (ghi rõ từng hạng mục và thời gian thực hiện):")
    for _ in range(3):
        o.line("." * 150)
    o.line("Tôi xin cam đoan những lời khai trên là đúng và chịu trách nhiệm trước pháp luật về lời khai của mình.")
    o.cells(
        [("XÁC NHẬN CỦA ỦY BAN NHÂN DÂN CẤP XÃ", "b"), ("(Ký tên, đóng dấu)", "i")],
        [("………, ngày …… tháng …… năm ……", "i"), ("NGƯỜI KHAI", "b"), ("(Ký, ghi rõ họ tên)", "i")],
    )
    o.line("Ghi chú:", bold=True)
    o.line("- Mục 4: người nước ngoài ghi số hộ chiếu.")
    return o.bytes()


def list_form() -> bytes:
    """Return a form of tables: heads over two rows with numbers below, totals, and a table of labels."""
    o = Office()
    o.nation(("SỞ XÂY DỰNG", "c"), ("CÔNG TY ………………………", "b"))
    o.line("DANH SÁCH NGƯỜI LAO ĐỘNG ĐỀ NGHỊ HỖ TRỢ", bold=True, align=CENTER)
    o.line("Tháng …… năm ………", align=CENTER)
    o.table(
        [["Tên doanh nghiệp", ""], ["Mã số doanh nghiệp", ""], ["Địa chỉ trụ sở chính", ""], ["Vốn điều lệ (đồng)", ""]]
    )
    o.line("A. DANH SÁCH", bold=True)
    rows = [
        ["STT", "Họ và tên", "Ngày sinh", "Số định danh cá nhân", "Tiền lương", "Tiền lương", "Ghi chú"],
        ["STT", "Họ và tên", "Ngày sinh", "Số định danh cá nhân", "Mức lương", "Phụ cấp lương", "Ghi chú"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
        ["1", "", "", "", "", "", ""],
        ["2", "", "", "", "", "", ""],
        ["…", "", "", "", "", "", ""],
        ["", "Tổng cộng", "", "", "", "", ""],
    ]
    table = o.table([[""] * 7 for _ in rows])
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    for column in (0, 1, 2, 3, 6):
        text = rows[0][column]
        table.cell(0, column).merge(table.cell(1, column)).text = text
    table.cell(0, 4).merge(table.cell(0, 5)).text = "Tiền lương"
    o.line("NGƯỜI LẬP BIỂU\t\tGIÁM ĐỐC", bold=True, align=CENTER)
    o.line("(Ký, ghi rõ họ tên)\t\t(Ký tên, đóng dấu)", italic=True, align=CENTER)
    return o.bytes()


def boxes() -> bytes:
    """Return a form of boxes: either-or, lists to tick, Wingdings, content controls."""
    o = Office()
    o.nation(place=False)
    o.line("PHIẾU ĐĂNG KÝ DỊCH VỤ", bold=True, align=CENTER)
    o.line("1. Họ và tên (*): ……………………………")
    o.line("2. Giới tính: Nam □ Nữ □")
    o.line("3. Hình thức nhận kết quả (chọn một trong các hình thức sau):")
    o.line("□ Nhận trực tiếp")
    o.line("□ Nhận qua dịch vụ bưu chính")
    o.line("□ Khác: ……………………")
    o.line("4. Giấy tờ nộp kèm:")
    p = o.line("")
    for name in ("Bản sao căn cước", "Giấy khai sinh"):
        run = p.add_run()
        sym = OxmlElement("w:sym")
        sym.set(qn("w:font"), "Wingdings")
        sym.set(qn("w:char"), "F06F")
        run._r.append(sym)
        o.write(p, f" {name}   ")
    o.line("5. Đã từng đăng ký: □ Có □ Chưa")
    p = o.line("")
    control = OxmlElement("w:sdt")
    properties = OxmlElement("w:sdtPr")
    properties.append(_w14("checkbox"))
    content = OxmlElement("w:sdtContent")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "☐"
    run.append(text)
    content.append(run)
    control.append(properties)
    control.append(content)
    p._p.append(control)
    o.write(p, " Đồng ý nhận tin nhắn thông báo")
    o.line("NGƯỜI ĐĂNG KÝ", bold=True, align=CENTER)
    o.line("(Ký, ghi rõ họ tên)", italic=True, align=CENTER)
    return o.bytes()


def _w14(name: str) -> Any:
    from lxml import etree

    return etree.Element(f"{{http://schemas.microsoft.com/office/word/2010/wordml}}{name}")


# --- files written by hand ------------------------------------------------------------------------------------------

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def raw(body: str, *, before: str = "", parts: Mapping[str, str | bytes] | None = None, links: str = "") -> bytes:
    """Return a document of this body's XML; `links` are more relations of it."""
    listed: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_RELATIONS}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{before}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in listed.items():
            archive.writestr(name, data)
    return out.getvalue()


def link(kind: str, target: str, *, external: bool = True) -> str:
    """Return a relation."""
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="x{abs(hash(target)) % 1000}" Type="{_RELATIONS}/{kind}" Target="{target}"{mode}/>'


def said(text: str) -> str:
    """Return a paragraph's XML."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
