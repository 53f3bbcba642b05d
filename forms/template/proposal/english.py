"""Words of official forms in English, so that a proposal need not be translated from nothing."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PHRASES: Final[dict[str, str]] = {
    "thông tin chung": "General", "nội dung": "Content", "lý do": "Reason", "ghi chú": "Remarks", "căn cứ": "Grounds",
    "nội dung đề nghị": "What is asked for", "lý do đề nghị": "Reason", "mục đích": "Purpose", "phạm vi": "Scope",
    "phạm vi ủy quyền": "Scope of the authorisation", "thời hạn ủy quyền": "Term of the authorisation",
    "thời hạn": "Term", "từ ngày": "From", "đến ngày": "To", "nơi lập": "Place", "ngày lập": "Date",
    "tôi tên là": "Full name", "tôi là": "Full name", "tên tôi là": "Full name", "họ và tên": "Full name", "họ tên": "Full name", "họ, chữ đệm và tên": "Full name", "nơi thường trú": "Permanent residence",
    "nơi cư trú": "Residence", "nơi tạm trú": "Temporary residence", "nơi ở hiện tại": "Present address", "địa chỉ": "Address",
    "địa chỉ trụ sở": "Head office", "địa chỉ liên hệ": "Contact address", "địa chỉ thường trú": "Permanent address",
    "trụ sở chính": "Head office", "địa chỉ trụ sở chính": "Head office", "nơi sinh": "Place of birth", "quê quán": "Home town",
    "bên ủy quyền": "Principal", "bên được ủy quyền": "Agent", "người ủy quyền": "Principal", "người được ủy quyền": "Agent",
    "người làm đơn": "Applicant", "người đề nghị": "Applicant", "người khai": "Declarant", "người yêu cầu": "Applicant",
    "người nộp đơn": "Applicant", "người nộp hồ sơ": "Filer", "người nộp thuế": "Taxpayer", "người viết đơn": "Applicant",
    "người lập biểu": "Prepared by", "người lập": "Prepared by", "người kê khai": "Declarant", "người báo cáo": "Reporter",
    "người đại diện": "Representative", "người đại diện theo pháp luật": "Legal representative",
    "đại diện doanh nghiệp": "For the enterprise", "đại diện tổ chức": "For the organisation", "giám đốc": "Director",
    "thủ trưởng đơn vị": "Head of the unit", "thủ trưởng cơ quan": "Head of the agency", "chủ hộ": "Head of the household",
    "chủ hộ kinh doanh": "Owner of the household business", "chủ đầu tư": "Investor", "đơn vị": "Unit",
    "tên doanh nghiệp": "Enterprise", "tên tổ chức": "Organisation", "tên đơn vị": "Unit", "tên cơ sở": "Establishment",
    "tên công ty": "Company", "tên hộ kinh doanh": "Household business", "tên người nộp thuế": "Taxpayer",
    "tên giấy tờ": "Paper", "giấy tờ kèm theo": "Enclosed papers", "hồ sơ kèm theo": "Enclosed papers",
    "tài liệu kèm theo": "Enclosures", "loại giấy tờ": "Kind of paper", "số lượng": "Quantity", "đơn vị tính": "Unit",
    "đơn giá": "Unit price", "thành tiền": "Amount", "số tiền": "Amount", "tổng số tiền": "Total amount", "diện tích": "Area",
    "bản chính, bản sao": "Original or copy", "bản chính/bản sao": "Original or copy", "năm": "Year", "tháng": "Month",
    "vốn điều lệ": "Charter capital", "vốn kinh doanh": "Capital", "ngành, nghề kinh doanh": "Lines of business",
    "ngành nghề": "Occupation", "trình độ": "Education", "đơn đề nghị": "Application", "giấy đề nghị": "Request",
    "tờ khai": "Declaration", "giấy ủy quyền": "Authorisation", "báo cáo": "Report", "thông báo": "Notice", "đơn xin": "Application",
    "danh sách": "List", "phiếu": "Slip", "cam đoan": "Statement", "cam kết": "Undertaking", "thông tin": "Information",
    "thông tin người đề nghị": "The applicant", "thông tin người nộp hồ sơ": "The filer", "thông tin người khai": "The declarant",
    "thông tin doanh nghiệp": "The enterprise", "thông tin cá nhân": "Personal data", "thông tin liên hệ": "Contact",
    "số": "Number", "chức vụ": "Position", "quan hệ": "Relation", "có": "Yes", "không": "No", "khác": "Other", "nam": "Male",
    "nữ": "Female", "bản chính": "Original", "bản sao": "Copy", "vợ": "Wife", "chồng": "Husband", "cha": "Father", "mẹ": "Mother",
    "con": "Child", "trực tiếp": "In person", "trực tuyến": "Online", "qua bưu điện": "By post", "qua bưu chính": "By post",
    "cơ quan": "Agency", "xác nhận của cơ quan": "Confirmed by the agency", "ý kiến": "Opinion", "ông": "Mr", "bà": "Mrs",
    "nơi làm việc": "Place of work", "thời gian": "Time", "địa điểm": "Place", "họ và tên người đại diện": "Representative",
    "tổng số lao động": "Number of workers", "số lao động": "Number of workers", "mức lương": "Wage", "tiền lương": "Wage",
    "công việc": "Work", "tên hàng hóa": "Goods", "tên": "Name", "loại": "Kind", "kính gửi": "To",
}  # fmt: skip


def english(text: str) -> str | None:
    """Return the English of a label, heading or title, or None where it is not known."""
    plain = " ".join(unicodedata.normalize("NFC", text).lower().split())
    plain = re.sub(
        r"^(?:\d+(?:\.\d+)*[.)]?|[ivx]+[.)]|[a-zđ][.)]|phần [ivx0-9a-z]+[.:]?|mục [ivx0-9a-z]+[.:]?)\s+", "", plain
    )
    plain = re.sub(r"\([^()]{0,200}\)|\[[^][]{0,20}\]", " ", plain)
    plain = " ".join(plain.replace("uỷ", "ủy").split()).strip(" .:;,-–*")
    return _PHRASES.get(plain)
