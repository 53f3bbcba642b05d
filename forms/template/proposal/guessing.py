"""Guess what a place on a paper form is for from the words beside it: kind, key, help, and the words in English.

A guess is a proposal that its maker corrects, so each says how far it can be relied on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Certainty = Literal["sure", "likely", "unsure"]


@dataclass(frozen=True)
class Guess:
    """Say what a field probably is."""

    kind: str
    key: str
    """"" to make one from the label."""
    en: str
    """"" to translate the label, or leave it."""
    help_vi: str
    help_en: str
    certainty: Certainty
    facts: Mapping[str, Any] = field(default_factory=dict)
    """More keys of the definition."""
    doubt: str = ""
    """What to look at, as a code of the report."""
    fact: str = ""
    """The fact of the client that it can be filled from."""


def bare(text: str) -> str:
    """Return text in small ASCII letters, marks off, đ as d."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def key_of(text: str, longest: int = 40) -> str:
    """Return a key made of the words of a label, cut between words; "" where it has no letters."""
    parts = re.sub(r"[^a-z0-9]+", " ", bare(re.sub(r"\([^()]{0,200}\)", " ", text))).split()
    while parts and not parts[0][0].isalpha():
        parts.pop(0)
    key = ""
    for part in parts:
        if len(key) + len(part) + 1 > longest:
            break
        key = f"{key}_{part}" if key else part
    return key or (parts[0][:longest] if parts else "")


def _plain(label: str) -> str:
    """Return a label in small letters, spelt in one way."""
    text = " ".join(unicodedata.normalize("NFC", label).lower().split())
    for old, new in (("uỷ", "ủy"), ("hoà", "hòa"), ("thoả", "thỏa"), ("kí ", "ký "), ("huỷ", "hủy"), ("toà", "tòa")):
        text = text.replace(old, new)
    return text


_TEXT = ("Ghi đúng như trên giấy tờ; xem hướng dẫn trên mẫu.", "As on the papers; see the notes on the form.")
_MONEY = ("Số tiền bằng đồng, không có phần lẻ.", "Whole đồng.")
_DATE = ("Ngày, tháng, năm; ví dụ 05/06/2026.", "Day, month, year; for instance 05/06/2026.")
_COUNT = ("Số nguyên, không âm.", "A whole number, not negative.")
_ADDRESS = (
    "Số nhà, đường (thôn, tổ dân phố), xã (phường, đặc khu), tỉnh (thành phố).",
    "House and street or hamlet, commune, province.",
)
_CODE = ("Ghi đúng số, ký hiệu như trên giấy tờ.", "Number and letters exactly as on the paper.")
_LONG = ("Viết đủ ý, rõ ràng; được xuống dòng.", "In full and clearly; several lines are fine.")

_SEX_OPTIONS: Final = [
    {"value": "nam", "label": {"vi": "Nam", "en": "Male"}},
    {"value": "nu", "label": {"vi": "Nữ", "en": "Female"}},
]

_Rule = tuple[str, str, str, str, tuple[str, str], Certainty, dict[str, Any], str, str]
"""Pattern, kind, key, English, help, certainty, facts, doubt, fact of the client."""

_RULES: Final[tuple[_Rule, ...]] = (
    (r"e-?mail|thư điện tử|hộp thư", "email", "email", "E-mail",
     ("Địa chỉ thư điện tử để nhận thông báo.", "An e-mail address for messages."), "sure", {}, "", "email"),
    (r"website|trang (thông tin|web)", "text", "trang_web", "Website",
     ("Địa chỉ trang thông tin điện tử, nếu có.", "Address of the website, if any."), "sure", {"max_length": 200}, "", ""),
    (r"\bfax\b", "phone", "fax", "Fax", ("Số fax, nếu có.", "Fax number, if any."), "sure", {}, "", ""),
    (r"điện thoại|di động|\bs?đt\b", "phone", "dien_thoai", "Telephone",
     ("Số để cơ quan gọi khi cần hỏi lại.", "A number for questions about the dossier."), "sure", {}, "", "phone"),
    (r"(cccd|căn cước|định danh|cmnd|chứng minh|hộ chiếu).*(cấp ngày|ngày cấp|nơi cấp|cấp tại)", "text", "giay_to_tuy_than",
     "Identity paper (number, date and place of issue)",
     ("Số, ngày cấp và nơi cấp giấy tờ tùy thân.", "Number, date and place of issue of the identity paper."),
     "unsure", {"max_length": 200}, "SPLIT", ""),
    (r"mã số (bhxh|bảo hiểm xã hội)|số (sổ )?(bhxh|bảo hiểm xã hội)|sổ (bhxh|bảo hiểm xã hội)", "social_insurance", "ma_so_bhxh",
     "Social insurance number", ("10 chữ số.", "10 digits."), "sure", {}, "", ""),
    (r"mã số thuế|\bmst\b", "tax_code", "ma_so_thue", "Tax code",
     ("10 chữ số, 13 chữ số có gạch nối, hoặc 12 chữ số định danh cá nhân.", "10 digits, 10-3 digits, or a 12-digit personal number."),
     "sure", {}, "", "tax_code"),
    (r"mã số (doanh nghiệp|hộ kinh doanh|chi nhánh|hợp tác xã|tổ hợp tác|đăng ký)", "tax_code", "ma_so_doanh_nghiep",
     "Enterprise number",
     ("Mã số trên giấy chứng nhận đăng ký; thường cũng là mã số thuế.", "As on the registration certificate; usually the tax code."),
     "likely", {}, "ENTERPRISE_NUMBER", "tax_code"),
    (r"(số|ngày|tháng|năm).*(nơi cấp|cơ quan cấp)|(nơi cấp|cơ quan cấp).*ngày", "text", "", "",
     ("Số, ngày cấp và nơi cấp như trên giấy tờ.", "Number, date and place of issue as on the paper."), "unsure",
     {"max_length": 200}, "SPLIT", ""),
    (r"ngày sinh|sinh ngày|ngày,? ?tháng,? ?(và )?năm sinh", "date", "ngay_sinh", "Date of birth",
     ("Đúng như giấy khai sinh, căn cước.", "As on the birth certificate and identity card."), "sure", {}, "", "birth_date"),
    (r"năm sinh$", "integer", "nam_sinh", "Year of birth", ("Năm, bốn chữ số.", "Four digits."), "likely",
     {"min": 1900, "max": 2100}, "YEAR", ""),
    (r"ngày cấp|cấp ngày|cấp lần đầu ngày", "date", "ngay_cap", "Date of issue", ("Ngày cấp ghi trên giấy tờ.", "As on the paper."),
     "sure", {}, "", ""),
    (r"tháng\s*[/,]\s*năm|^tháng năm", "month", "", "", ("Tháng và năm; ví dụ 06/2026.", "Month and year."), "likely", {}, "", ""),
    (r"(từ|đến|kể từ|vào|hết|trước|của|ký|lập|nộp|nhận) ngày|^ngày\b|ngày (hết hạn|ký|lập|nộp|nhận|bắt đầu|kết thúc|hiệu lực|hoàn thành)"
     r"|ngày\s*$|^(ngày|tháng|năm)[, ]+(tháng|năm)",
     "date", "", "", _DATE, "likely", {}, "", ""),
    (r"nơi cấp|cơ quan cấp|cấp bởi", "text", "noi_cap", "Issued by",
     ("Cơ quan cấp ghi trên giấy tờ.", "The issuing body, as on the paper."), "sure", {"max_length": 150}, "", ""),
    (r"(cccd|căn cước|định danh|đdcn|cmnd|chứng minh nhân dân).*hộ chiếu", "personal_id", "so_dinh_danh", "Personal or passport number",
     ("12 chữ số định danh cá nhân; người nước ngoài ghi số hộ chiếu.", "The 12-digit personal number; a foreigner's passport number."),
     "sure", {"passport": True}, "", "personal_id"),
    (r"cccd|căn cước|định danh|đdcn|cmnd|cmtnd|chứng minh nhân dân", "personal_id", "so_dinh_danh", "Personal number",
     ("12 chữ số ở mặt trước thẻ căn cước.", "The 12 digits on the identity card's front."), "sure", {}, "", "personal_id"),
    (r"hộ chiếu", "code", "so_ho_chieu", "Passport number", _CODE, "likely", {}, "", ""),
    (r"quốc tịch", "country", "quoc_tich", "Nationality", ("Ví dụ: Việt Nam.", "For instance: Việt Nam."), "sure", {}, "", ""),
    (r"dân tộc", "text", "dan_toc", "Ethnic group", ("Ví dụ: Kinh, Tày, Khmer.", "For instance: Kinh, Tày, Khmer."), "sure",
     {"max_length": 60, "options_from": "units/ethnic_groups"}, "", ""),
    (r"tôn giáo", "text", "ton_giao", "Religion", ("Ghi “Không” nếu không theo tôn giáo nào.", "“Không” for none."), "sure",
     {"max_length": 60}, "", ""),
    (r"giới tính|nam\s*[/,(]\s*nữ", "choice", "gioi_tinh", "Sex", ("Nam hoặc Nữ, đúng như căn cước.", "As on the identity card."),
     "sure", {"options": _SEX_OPTIONS}, "", "sex"),
    (r"(số )?tài khoản", "bank_account", "so_tai_khoan", "Bank account", ("Chỉ ghi số tài khoản.", "The account number alone."), "sure",
     {}, "", ""),
    (r"ngân hàng|kho bạc", "text", "ngan_hang", "Bank", ("Tên ngân hàng và chi nhánh mở tài khoản.", "Bank and branch."), "sure",
     {"max_length": 200}, "", ""),
    (r"bằng chữ", "text", "bang_chu", "In words", ("Tự viết theo số tiền.", "Follows from the amount."), "likely", {}, "IN_WORDS", ""),
    (r"tỷ lệ|tỉ lệ|phần trăm|%", "percent", "", "", ("Tỷ lệ phần trăm, ví dụ 8,25.", "Per cent, for instance 8.25."), "likely", {}, "", ""),
    (r"diện tích|trọng lượng|khối lượng|trọng tải|tải trọng|công suất|chiều (cao|dài|rộng|sâu)", "decimal", "", "",
     ("Chỉ ghi số; đơn vị đã in trên mẫu.", "The number alone; its unit is printed."), "likely", {"min": 0}, "UNIT", ""),
    (r"(tổng )?số (lượng|người|lao động|bản|trang|tờ|thành viên|tầng|ngày|tháng|năm|lần|con|cổ phần|phòng|chỗ)", "integer", "", "",
     _COUNT, "likely", {"min": 0}, "", ""),
    (r"^(lý do|mục đích|hình thức|phương thức|loại|tên|nguồn|nơi|cơ quan|nội dung|căn cứ|thời hạn)\b.*(tiền|vốn|thuế|phí|lương)",
     "text", "", "", _TEXT, "likely", {}, "", ""),
    (r"số tiền|thành tiền|\bvốn\b|mức lương|tiền lương|lệ phí|học phí|doanh thu|chi phí|đơn giá|thu nhập|kinh phí|trị giá|giá trị|"
     r"tổng mức đầu tư|số thuế|phụ cấp|tiền (thuế|công|thuê|phạt|đặt cọc)|thù lao", "money", "", "", _MONEY, "likely", {}, "", ""),
    (r"^quý\b", "quarter", "", "", ("Quý và năm.", "Quarter and year."), "likely", {}, "", ""),
    (r"^kỳ (tính thuế|báo cáo|kê khai)", "period", "ky", "Period", ("Tháng hoặc quý của tờ khai.", "Month or quarter."), "likely", {}, "", ""),
    (r"^năm\b|năm (tốt nghiệp|sản xuất|xây dựng|báo cáo)", "integer", "", "", ("Năm, bốn chữ số.", "Four digits."), "likely",
     {"min": 1900, "max": 2100}, "", ""),
    (r"^(tỉnh|thành phố)\b(?!.*(xã|phường))", "province", "tinh", "Province", ("Chọn tỉnh, thành phố (34 đơn vị từ 01/7/2025).", "One of the 34 provinces since July 2025."),
     "sure", {}, "", ""),
    (r"^(xã|phường|thị trấn|đặc khu)\b(?!.*(tỉnh|huyện))", "ward", "xa", "Commune", ("Chọn xã, phường, đặc khu.", "Commune, ward or special zone."),
     "sure", {}, "", ""),
    (r"^(quận|huyện|thị xã)\b", "text", "huyen", "District",
     ("Cấp huyện không còn từ 01/7/2025; để trống nếu mẫu không bắt buộc.", "There are no districts since July 2025."), "unsure",
     {"max_length": 100}, "DISTRICT", ""),
    (r"địa chỉ|nơi (thường trú|cư trú|tạm trú|ở|đăng ký|sinh|làm việc|công tác)|chỗ ở|trụ sở|hộ khẩu|quê quán|số nhà|thường trú|cư trú",
     "text", "", "", _ADDRESS, "likely", {"max_length": 300}, "", "address"),
    (r"^(tôi|tên tôi|chúng tôi|em)( là| tên là| tên)?$|tên là$|họ,? (và )?(chữ đệm|tên)|họ (và )?tên|^(ông|bà|ông/bà|ông ?\(bà\))$|"
     r"^(người|chủ) [^,:]{0,40}$(?<!hệ)", "name", "", "", ("Viết đúng, đủ dấu như trên căn cước.", "As on the identity card, with all marks."),
     "sure", {"max_length": 120}, "", "name"),
    (r"^(tại|địa điểm)$", "text", "dia_diem", "Place", ("Nơi lập giấy này.", "Where this paper is made."), "likely", {"max_length": 200}, "", ""),
    (r"^tên (doanh nghiệp|tổ chức|công ty|đơn vị|cơ sở|hộ kinh doanh|người nộp thuế|hợp tác xã|cơ quan)|^đơn vị$|^tổ chức$|^công ty$", "text", "", "",
     ("Tên đầy đủ như trên giấy chứng nhận đăng ký.", "Full name as registered."), "sure", {"max_length": 300}, "", "name"),
    (r"kính gửi", "text", "kinh_gui", "To", ("Cơ quan nhận hồ sơ, ghi đủ tên.", "The receiving body, in full."), "sure", {"max_length": 200}, "", ""),
    (r"chức (vụ|danh)", "text", "chuc_vu", "Position", ("Chức vụ trong cơ quan, đơn vị.", "Position held."), "sure", {"max_length": 120}, "", ""),
    (r"nghề nghiệp", "text", "nghe_nghiep", "Occupation", ("Nghề nghiệp hiện nay.", "Present occupation."), "sure", {"max_length": 120}, "", ""),
    (r"quan hệ", "text", "quan_he", "Relation", ("Ví dụ: vợ, chồng, cha, mẹ, con.", "For instance: spouse, parent, child."), "likely", {"max_length": 60}, "", ""),
    (r"^(về việc|v/v)", "text", "ve_viec", "Subject", ("Nêu gọn việc đề nghị.", "What is asked for, in short."), "likely", {"max_length": 300}, "", ""),
    (r"mã số|mã hồ sơ|mã thủ tục|số hiệu|biển số|số khung|số máy|số giấy|số sổ|số hồ sơ|số quyết định|ký hiệu|^số$|^(giấy|quyết định|hợp đồng).* số$",
     "code", "", "", _CODE, "likely", {}, "", ""),
    (r"^(khác|loại khác|trường hợp khác|việc khác)\b", "text", "khac", "Other", ("Ghi rõ.", "Say which."), "likely", {"max_length": 200}, "", ""),
    (r"bản chính|bản sao", "text", "ban_chinh_ban_sao", "Original or copy", ("Ghi “bản chính” hoặc “bản sao”.", "“bản chính” (original) or “bản sao” (copy)."),
     "likely", {"max_length": 100}, "", ""),
    (r"^tên\b|^(cơ quan|thủ tục|họ hàng|loại|hình thức|phương thức)\b", "text", "", "", ("Ghi đủ tên.", "The full name."), "likely", {"max_length": 300}, "", ""),
    (r"ghi chú|ý kiến|phương án|giải trình|trình bày|quá trình|nội dung|lý do|mô tả|mục đích|đề nghị|yêu cầu|căn cứ|kết quả|phạm vi", "text", "", "",
     _LONG, "likely", {"max_length": 2000}, "LONG", ""),
)  # fmt: skip

_COMPILED: Final = tuple((re.compile(rule[0]), rule) for rule in _RULES)


def guess(label: str, after: str = "", room: int = 30, lines: int = 1) -> Guess:
    """Guess what a gap is for from its label, the words behind it, its room in letters, and its lines."""
    text = _plain(label)[-200:]
    capitals = {"capitals": True} if "in hoa" in text else {}
    text = re.sub(r"\([^()]{0,200}\)", " ", text).strip(" .:;,-") or text
    text = " ".join(text.split())
    behind = _plain(after)[:20].lstrip(" (")
    # A form that asks for the number, the date and the place in one breath has one place for all three.
    for pattern, (_, kind, key, en, help_, certainty, facts, doubt, fact) in _COMPILED:
        if pattern.search(text):
            if kind in ("text", "name") and lines > 1 or doubt == "LONG":
                kind = "multiline" if lines > 1 or room > 60 or doubt == "LONG" else kind
                doubt = "" if doubt == "LONG" else doubt
                facts = {"max_length": 2000}
            return Guess(
                kind,
                key,
                en,
                *help_,
                certainty,
                {**facts, **(capitals if kind in ("name", "text") else {})},
                doubt,
                fact,
            )
    if behind.startswith(("đồng", "vnđ", "vnd", "đ)")):
        return Guess("money", "", "", *_MONEY, "likely")
    if behind.startswith(("m2", "m²", "ha", "kg", "tấn", "mét", "km")):
        return Guess(
            "decimal", "", "", "Chỉ ghi số; đơn vị đã in trên mẫu.", "The number alone.", "likely", {"min": 0}, "UNIT"
        )
    if behind.startswith(("người", "bản", "trang", "tờ", "ngày", "tháng", "năm", "lần", "thành viên")):
        return Guess("integer", "", "", *_COUNT, "likely", {"min": 0})
    if behind.startswith("%"):
        return Guess("percent", "", "", "Tỷ lệ phần trăm, ví dụ 8,25.", "Per cent, for instance 8.25.", "likely")
    if lines > 1:
        return Guess("multiline", "", "", *_LONG, "likely", {"max_length": 2000})
    return Guess("text", "", "", *_TEXT, "unsure", capitals, "KIND")
