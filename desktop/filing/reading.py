"""A procedure as lines for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.messages import Language, shown

if TYPE_CHECKING:
    from forms.procedure import Procedure

METHODS = {
    "direct": ("Trực tiếp", "In person"),
    "online": ("Trực tuyến", "Online"),
    "post": ("Bưu chính công ích", "By post"),
}
UNITS = {
    "working_day": ("ngày làm việc", "working days"),
    "day": ("ngày", "days"),
    "hour": ("giờ", "hours"),
    "working_hour": ("giờ làm việc", "working hours"),
    "month": ("tháng", "months"),
    "year": ("năm", "years"),
}
LEVELS = {
    1: ("Mức độ 1: chỉ xem thông tin", "Level 1: information only"),
    2: ("Mức độ 2: in và nộp giấy", "Level 2: print and hand in"),
    3: ("Mức độ 3: nộp trực tuyến", "Level 3: file online"),
    4: ("Mức độ 4: nộp, trả phí và nhận kết quả trực tuyến", "Level 4: file, pay and get the result online"),
}
UNKNOWN = ("chưa rõ", "not known")


def pick(pair: tuple[str, str], lang: Language) -> str:
    """Choose the language."""
    return pair[0] if lang == "vi" else pair[1]


def level_words(level: int | None, lang: Language) -> str:
    """Say a level in words; what no source states is said to be not known."""
    return pick(LEVELS[level], lang) if level in LEVELS else pick(UNKNOWN, lang)


def procedure_lines(procedure: Procedure, lang: Language) -> list[str]:
    """Write all that level 1 tells about a procedure, for a terminal."""

    def head(vi: str, en: str) -> str:
        return f"\n{vi if lang == 'vi' else en}"

    lines = [f"{procedure.code}  {procedure.name}", level_words(procedure.level, lang)]
    full = {True: ("Toàn trình", "Full"), False: ("Một phần", "Partial"), None: UNKNOWN}[procedure.full]
    lines.append(pick(full, lang))
    lines.append(head("Lĩnh vực", "Field") + ": " + ", ".join(procedure.fields))
    lines.append(head("Cơ quan", "Agency") + ": " + ", ".join(procedure.agencies))
    lines.append(head("Cách thực hiện", "Ways"))
    for channel in procedure.channels:
        unit = UNITS.get(channel.unit, (channel.unit, channel.unit))
        time = f"{channel.time} {pick(unit, lang)}" if channel.time is not None else pick(UNKNOWN, lang)
        lines.append(f"  {pick(METHODS.get(channel.method, (channel.method,) * 2), lang)}: {time}. {channel.text}")
        for fee in channel.fees:
            amount = f"{shown(fee.amount, lang)} đ" if fee.amount is not None else ""
            lines.append(f"    {pick(('Phí, lệ phí', 'Fee'), lang)}: {amount} {fee.text}".rstrip())
    lines.append(head("Thành phần hồ sơ", "Components"))
    for case in procedure.cases:
        lines.append(f"  {case.name}")
        for part in case.components:
            counts = f"{part.originals} " + pick(("bản chính", "originals"), lang)
            counts += f", {part.copies} " + pick(("bản sao", "copies"), lang)
            lines.append(f"    – {part.name} ({counts})" + (f" [{part.template}]" if part.template else ""))
    lines.append(head("Trình tự", "Steps"))
    lines += [f"  {step.name} {step.text}".rstrip() for step in procedure.steps]
    lines.append(head("Kết quả", "Results") + ": " + ", ".join(str(item.name) for item in procedure.results))
    lines.append(head("Căn cứ pháp lý", "Legal basis"))
    lines += [f"  {basis.number} {basis.title}".rstrip() for basis in procedure.legal_basis]
    return lines
