"""Three papers as ministries make them in Word: text boxes, raised marks, symbols, merged heads, groups in tables."""

from __future__ import annotations

from typing import Any

from docx.oxml import parse_xml

from tests.forms.word_kit import CENTER, RIGHT, WORD, Office

_W = f'xmlns:w="{WORD}"'
_SHAPE = """<w:r {w} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml">
 <mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData
 uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:txbx><w:txbxContent>{inner}
 </w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>
 <mc:Fallback><w:pict><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></w:pict></mc:Fallback>
 </mc:AlternateContent></w:r>"""


def symbol(paragraph: Any, char: str = "F0A8") -> None:
    """Write a letter of Wingdings, as Insert → Symbol does."""
    paragraph.add_run()._r.append(parse_xml(f'<w:sym {_W} w:font="Wingdings" w:char="{char}"/>'))


def text_box(paragraph: Any, *lines: str) -> None:
    """Draw a box with words, kept twice in the file, as Word keeps it."""
    inner = "".join(f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t>{t}</w:t></w:r></w:p>' for t in lines)
    paragraph._p.append(parse_xml(_SHAPE.format(w=_W, inner=inner)))


def noted(paragraph: Any, number: int) -> None:
    """Raise a mark that leads to a note typed below."""
    paragraph.add_run(f"({number})").font.superscript = True


def numbered(o: Office, text: str, level: int = 0, *, bold: bool = False) -> None:
    """Write a paragraph that Word numbers by itself."""
    o.line(text, bold=bold).style = o.document.styles["List Number" if level == 0 else "List Number 2"]


def permit() -> bytes:
    """Return the request for a building permit: nested numbers, led tabs, raised marks, a table of three persons."""
    o = Office()
    text_box(o.line("", align=RIGHT), "Mẫu số 01")
    o.nation(("ỦY BAN NHÂN DÂN XÃ ………", "c"), ("PHÒNG KINH TẾ", "b"), ("Số: ……/GĐN", "c"))
    o.line("ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG", bold=True, align=CENTER)
    o.line("(Sử dụng cho công trình: Không theo tuyến/Theo tuyến/Nhà ở riêng lẻ)", italic=True, align=CENTER)
    o.line("Kính gửi: …………………………………", align=CENTER)
    numbered(o, "Thông tin về chủ đầu tư:", bold=True)
    o.led("- Tên chủ đầu tư (tên chủ hộ):\t", 16)
    o.led("- Người đại diện:\tChức vụ (nếu có):\t", 9, 16)
    o.led("- Mã số doanh nghiệp:\t", 16)
    o.led("- Số định danh cá nhân/hộ chiếu:\t", 16)
    numbered(o, "Thông tin công trình:", bold=True)
    numbered(o, "Địa điểm xây dựng:", 1)
    area = o.led("Lô đất số:\tDiện tích:\tm", 6, 12)
    area.add_run("2").font.superscript = True
    o.led("Tại số nhà:\tđường/phố:\t", 6, 16)
    o.led("phường/xã:\ttỉnh, thành phố:\t", 8, 16)
    numbered(o, "Tổ chức/cá nhân lập, thẩm tra thiết kế xây dựng:", bold=True)
    rows = [["Vai trò", "Họ và tên", "Chứng chỉ hành nghề", ""], ["", "", "Số", "Ngày cấp"]]
    rows += [[role, "", "", ""] for role in ("Chủ nhiệm thiết kế", "Chủ trì thiết kế", "Thẩm tra thiết kế")]
    table = o.table(rows)
    for cells in ((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)):
        _merge(table, *cells)
    numbered(o, "Nội dung đề nghị cấp phép:", bold=True)
    for what in ("Công trình không theo tuyến", "Công trình theo tuyến", "Nhà ở riêng lẻ"):
        line = o.line("")
        symbol(line)
        o.write(line, f" {what}")
    grade = o.led("Cấp công trình:", 16)
    noted(grade, 4)
    o.write(grade, "\t")
    o.led("Diện tích xây dựng tầng 1 (tầng trệt):\tm²", 14)
    o.led("Chiều cao công trình:\tm; số tầng:\t", 8, 16)
    numbered(o, "Dự kiến thời gian hoàn thành công trình: ……… tháng.")
    numbered(o, "Cam kết: Tôi xin cam đoan làm theo đúng giấy phép được cấp.")
    o.line("Gửi kèm theo Đơn này các tài liệu:")
    o.line("1 - …………………………………")
    o.line("2 - …………………………………")
    signature = [("……, ngày …… tháng …… năm ……", "i"), ("NGƯỜI LÀM ĐƠN/ĐẠI DIỆN CHỦ ĐẦU TƯ", "b")]
    o.cells([("", "c")], [*signature, ("(Ký, ghi rõ họ tên, đóng dấu (nếu có))", "i")])
    o.line("Ghi chú:", bold=True)
    o.line("(4) Ghi theo quy định về phân cấp công trình.")
    return o.bytes()


def licence() -> bytes:
    """Return the request for a new driving licence: many gaps on a line, twelve cells for a number, typed notes."""
    o = Office()
    head = o.cells([("", "c")], [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "b"), ("Độc lập - Tự do - Hạnh phúc", "b")])
    text_box(head.rows[0].cells[0].paragraphs[0], "Ảnh màu", "3 cm x 4 cm")
    o.line("ĐƠN ĐỀ NGHỊ", bold=True, align=CENTER)
    noted(o.line("ĐỔI, CẤP LẠI GIẤY PHÉP LÁI XE", bold=True, align=CENTER), 1)
    to = o.line("Kính gửi:")
    noted(to, 2)
    o.write(to, " ………………………")
    o.line("Tôi là: ………………………………………… Quốc tịch: …………………")
    o.line("Sinh ngày: …… / …… / ………… Nam, Nữ: ………")
    o.line("Số Căn cước công dân hoặc số định danh cá nhân:")
    o.table([[""] * 12])
    o.line("hoặc Hộ chiếu số ………………… ngày cấp …… tháng …… năm …… nơi cấp: ………………")
    o.line("Đã học lái xe tại: …………………………… năm ………")
    o.line("Hiện đã có giấy phép lái xe hạng: …… số: ………………… do: ………………… cấp ngày …/…/……")
    noted(o.line("Đề nghị đổi, cấp lại giấy phép lái xe hạng: ………… Lý do: ………………………"), 3)
    both = o.line("Đăng ký tích hợp giấy phép lái xe có thời hạn với giấy phép lái xe không thời hạn: Có ")
    symbol(both, "F06F")
    o.write(both, "   Không ")
    symbol(both, "F06F")
    o.line("Tôi xin cam đoan những điều ghi trên đây là đúng sự thật.")
    o.cells(
        [("", "c")],
        [("........, ngày ..... tháng ..... năm 20.....", "i"), ("NGƯỜI LÀM ĐƠN", "b"), ("(Ký, ghi rõ họ tên)", "i")],
    )
    o.line("_____________")
    o.line("(1) Gạch bỏ nội dung không đề nghị.")
    o.line("(2) Cơ quan cấp giấy phép lái xe.")
    o.line("(3) Ghi rõ: mất, hỏng, hết hạn.")
    return o.bytes()


def safety() -> bytes:
    """Return the request for a food-safety certificate: boxes in cells beside words, groups of rows in one table."""
    o = Office()
    o.nation(("TÊN CƠ SỞ ……………", "b"), ("Số: …… /ĐĐN", "c"))
    o.line("ĐƠN ĐỀ NGHỊ\nCẤP GIẤY CHỨNG NHẬN ĐỦ ĐIỀU KIỆN AN TOÀN THỰC PHẨM", bold=True, align=CENTER)
    o.line("Kính gửi: …………………………", align=CENTER)
    o.line("Tên cơ sở (tên giao dịch hợp pháp): " + "." * 60)
    o.line("Địa điểm tại: .............................................")
    o.line("Điện thoại: ......................... Fax: .......................")
    o.line("Đề nghị cấp Giấy chứng nhận cho:")
    o.table([["- Cơ sở sản xuất", "□"], ["- Cơ sở kinh doanh", "□"]], style="Normal Table")
    o.line("I. TRANG THIẾT BỊ", bold=True)
    rows = [["STT", "Tên thiết bị", "Thông tin kỹ thuật", "", "", "Ghi chú"]]
    rows += [["", "", "Số lượng", "Xuất xứ", "Năm sản xuất", ""]]
    for number, group in (("I", "Trang thiết bị hiện có"), ("II", "Trang thiết bị bổ sung")):
        rows += [[number, group, "", "", "", ""], ["1", "", "", "", "", ""], ["2", "", "", "", "", ""]]
    table = o.table(rows)
    for cells in ((0, 0, 1, 0), (0, 1, 1, 1), (0, 5, 1, 5), (0, 2, 0, 4), (2, 1, 2, 5), (5, 1, 5, 5)):
        _merge(table, *cells)
    o.line("Đánh giá: Đạt ¨  Không đạt ¨")
    o.line("Số công nhân viên: ……… người, trong đó: lao động trực tiếp: ……… người; gián tiếp: ……… người")
    o.cells([("", "c")], [("ĐẠI DIỆN CƠ SỞ", "b"), ("(Ký tên, đóng dấu)", "i")])
    return o.bytes()


def _merge(table: Any, top: int, left: int, bottom: int, right: int) -> None:
    words = table.cell(top, left).text
    table.cell(top, left).merge(table.cell(bottom, right)).text = words
