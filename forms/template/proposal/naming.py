"""Make fields from labels: unique keys, links between fields that belong together, options of choices."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from typing import Final

from forms.template.proposal.draft import Draft, ProposedField, ProposedSection, ProposedTable, Remark
from forms.template.proposal.english import english
from forms.template.proposal.guessing import guess, key_of
from forms.template.proposal.labels import item_of, noted
from forms.template.proposal.paper import Hint

MAX_FIELDS: Final = 1_200
MAX_OPTIONS: Final = 200
_TAKEN: Final = frozenset(keyword.kwlist) | {
    "dong", "tong", "so_dong", "dem", "max", "min", "abs", "lam_tron", "rong", "co", "dai", "nam", "bang_chu",
    "cong_ngay", "cong_thang", "cong_ngay_lam_viec", "ky_truoc", "hom_nay", "ky_tu", "ky_den",
}  # fmt: skip


class TooManyFields(Exception):
    """Stop at a form with more places to fill in than a template may have."""


def _other_than(taken: set[str], wanted: str) -> str:
    """Return a name with a number behind it where it is taken."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


class Names:
    """Give each field a key, and remember whom the last fields were about."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.used: set[str] = set()
        self.count = 0
        self.person: dict[str, ProposedField] = {}
        self.money: ProposedField | None = None
        self._wards: list[ProposedField] = []

    # --- sections ----------------------------------------------------------------------------------------------------

    @property
    def section(self) -> ProposedSection:
        """Return the section that new fields go into; begin a general one where there is none."""
        if not self.draft.sections:
            self.begin_section("Thông tin chung")
        return self.draft.sections[-1]

    def begin_section(self, title: str) -> None:
        """Begin a section; one without fields so far is replaced."""
        clean = " ".join(title.split())[:200].strip(" :;-–")
        sections = self.draft.sections
        if sections and not sections[-1].items:
            sections.pop()
        taken = {section.key for section in sections}
        key = _other_than(taken, key_of(item_of(clean)[1], 32) or "phan")
        sections.append(ProposedSection(key, clean or "Thông tin", english(clean)))
        self.person = {}

    # --- fields ------------------------------------------------------------------------------------------------------

    def field(
        self, label: str, *, said: str, after: str = "", room: int = 30, lines: int = 1, code: str = "",
        day: bool = False, unit: str = "date", hint: Hint | None = None, table: ProposedTable | None = None,
    ) -> ProposedField:  # fmt: skip
        """Return a new field for a label, already in its place in the definition."""
        star = bool(re.search(r"\(\s*\*\s*\)|\*\s*$", label))
        vi, help_ = noted(label.replace("(*)", " ").rstrip("* "))
        vi = (vi or "Nội dung")[:300]
        found = guess(label, after, room, lines)
        kind, certainty, doubt, facts = found.kind, found.certainty, found.doubt, dict(found.facts)
        key = found.key
        if day and kind != "date":
            kind, certainty, doubt, facts, key = "date", "sure", "", {}, ""
        elif day:
            certainty, doubt = "sure", ""
        if unit != "date":
            kind, certainty, doubt, facts = unit, "likely", "PERIOD", {}
        if table is not None and kind == "multiline":
            kind = "text"
        if kind == "name" and "ủy quyền" in label.lower().replace("uỷ", "ủy"):
            key = ""
        proposed = ProposedField(
            key="", kind=kind, label=vi, en=found.en or english(vi), help=(found.help_vi, found.help_en),
            certainty=certainty, said=said, code=code, doubt=doubt, fact=found.fact, required=star, facts=facts,
        )  # fmt: skip
        if unit != "date":
            proposed.help = (
                ("Tháng và năm.", "Month and year.") if unit == "month" else ("Quý và năm.", "Quarter and year.")
            )
            proposed.fact, proposed.en = "", None
        if day and kind == "date" and found.kind != "date":
            proposed.help = ("Ngày, tháng, năm; ví dụ 05/06/2026.", "Day, month, year; for instance 05/06/2026.")
            proposed.en = english(vi)
            proposed.fact = ""
        if help_:
            proposed.help = (help_[:1].upper() + help_[1:].rstrip(".") + ".", proposed.help[1])
        if hint is not None:
            self._take(proposed, hint)
        self._place(proposed, key or key_of(vi), table)
        self._link(proposed, table)
        return proposed

    def choice(
        self,
        label: str,
        options: Sequence[str],
        *,
        said: str,
        code: str = "",
        table: ProposedTable | None = None,
        one_of: bool = False,
    ) -> ProposedField:
        """Return a new field of which one of several is chosen."""
        if len(options) > MAX_OPTIONS:
            raise TooManyFields
        vi, _ = noted(label)
        found = guess(label)
        values: list[dict[str, object]] = []
        taken: set[str] = set()
        for words in options:
            value = _other_than(taken, key_of(words, 30) or "khac")
            taken.add(value)
            values.append(
                {"value": value, "label": {"vi": words[:200] or value, "en": english(words) or words[:200] or value}}
            )
        sex = {str(v["value"]) for v in values} == {"nam", "nu"}
        plain = taken in ({"co", "khong"}, {"co", "chua"}, {"dung", "sai"}) or one_of
        proposed = ProposedField(
            key="", kind="choice", label=vi[:300] or "Lựa chọn", en=found.en if sex else english(vi),
            help=("Chọn một.", "Choose one."), certainty="sure" if sex or plain else "likely", said=said, code=code,
            doubt="" if sex or plain else "ONE_OR_MANY", fact="sex" if sex else "", facts={"options": values},
        )  # fmt: skip
        self._place(proposed, "gioi_tinh" if sex else key_of(vi) or "lua_chon", table)
        if sex:
            self._link(proposed, table)
        return proposed

    def check(
        self, label: str, *, said: str, code: str = "", hint: Hint | None = None, table: ProposedTable | None = None
    ) -> ProposedField:
        """Return a new box to tick."""
        vi, _ = noted(label)
        proposed = ProposedField(
            key="", kind="check", label=(vi or "Đánh dấu")[:300], en=english(vi),
            help=("Đánh dấu nếu đúng.", "Tick if so."),
            certainty="likely", said=said, code=code, facts={},
        )  # fmt: skip
        if hint is not None:
            self._take(proposed, hint)
        self._place(proposed, key_of(vi) or "danh_dau", table)
        return proposed

    def table(self, label: str) -> ProposedTable:
        """Return a new table, already in its place."""
        vi, _ = noted(label)
        key = self._unique(key_of(vi, 30) or "bang", self.used)
        self.used.add(key)
        made = ProposedTable(key, vi[:300] or "Bảng kê", english(vi), [])
        self.section.items.append(made)
        return made

    def _take(self, proposed: ProposedField, hint: Hint) -> None:
        """Believe a file that has real fields what it knows of one."""
        if hint.label:
            proposed.label = hint.label[:300]
            proposed.en = english(hint.label) or proposed.en
        proposed.required = proposed.required or hint.required
        if hint.multiline and proposed.kind in ("text", "name"):
            proposed.kind = "multiline"
        if hint.max_length and proposed.kind in ("text", "multiline", "code"):
            proposed.facts["max_length"] = min(20_000, max(1, hint.max_length))
        if hint.comb and hint.max_length and hint.max_length <= 40:
            proposed.boxes = hint.max_length
        if hint.kind == "choice" and hint.options and proposed.kind != "choice":
            taken: set[str] = set()
            values = []
            for value, words in hint.options[:200]:
                key = _other_than(taken, key_of(words or value, 30) or "khac")
                taken.add(key)
                values.append(
                    {
                        "value": key,
                        "label": {"vi": (words or value)[:200], "en": english(words) or (words or value)[:200]},
                    }
                )
            proposed.kind, proposed.facts = "choice", {"options": values}
            proposed.help = ("Chọn một.", "Choose one.")

    def _place(self, proposed: ProposedField, wanted: str, table: ProposedTable | None) -> None:
        self.count += 1
        if self.count > MAX_FIELDS:
            raise TooManyFields
        if table is not None:
            proposed.key = self._unique(wanted, {column.key for column in table.columns})
            table.columns.append(proposed)
            return
        section = self.section
        if wanted in self.used and len(section.key) + len(wanted) < 50 and len(self.draft.sections) > 1:
            wanted = f"{section.key}_{wanted}"
        proposed.key = self._unique(wanted, self.used)
        self.used.add(proposed.key)
        section.items.append(proposed)

    def _unique(self, wanted: str, used: set[str]) -> str:
        wanted = wanted or "truong"
        return _other_than(used, f"{wanted}_1" if wanted in _TAKEN else wanted)

    # --- fields that belong together ---------------------------------------------------------------------------------

    def _link(self, proposed: ProposedField, table: ProposedTable | None) -> None:
        if table is not None:
            person = {column.fact or column.kind: column for column in table.columns}
            number = person.get("personal_id")
            if number is not None:
                for fact, link in (("birth_date", "birth"), ("sex", "sex")):
                    if (other := person.get(fact)) is not None:
                        number.facts[link] = other.key
            if proposed.kind == "province":
                for column in table.columns:
                    if column.kind == "ward":
                        column.facts["depends_on"] = proposed.key
            return
        match proposed.kind:
            case "name":
                self.person = {"name": proposed}
            case "money":
                self.money = proposed
            case "ward":
                self._wards = [proposed]
            case "province":
                for ward in self._wards:
                    ward.facts["depends_on"] = proposed.key
                self._wards = []
            case "text" if proposed.doubt == "IN_WORDS":
                if self.money is not None:
                    proposed.facts["calculated"] = f"bang_chu({self.money.key})"
                    proposed.certainty, proposed.doubt = "sure", ""
                else:
                    proposed.certainty = "unsure"
        if proposed.fact in ("birth_date", "sex", "personal_id") and proposed.kind in ("date", "choice", "personal_id"):
            self.person[proposed.fact] = proposed
            number = self.person.get("personal_id")
            if number is not None:
                for fact, link in (("birth_date", "birth"), ("sex", "sex")):
                    if fact in self.person:
                        number.facts[link] = self.person[fact].key

    def remark(self, code: str, **facts: str) -> None:
        """Note something for the maker, once."""
        found = Remark(code, facts)
        if found not in self.draft.remarks and len(self.draft.remarks) < 200:
            self.draft.remarks.append(found)
