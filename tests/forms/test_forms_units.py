"""The lists of the state that the program brings along."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter

from forms import units
from forms.bundled import RESOURCES

# Province code and number of communes, wards and special zones, as published for the map of 1 July 2025.
PUBLISHED = (
    "01:126 04:56 08:124 11:45 12:38 14:75 15:99 19:92 20:65 22:54 24:99 25:148 31:114 33:104 37:129 38:166 40:130 "
    "42:69 44:78 46:40 48:94 51:96 52:135 56:65 66:102 68:124 75:95 79:168 80:96 82:102 86:124 91:102 92:103 96:64"
)


def test_the_counts_are_the_published_ones() -> None:
    provinces, wards = units.entries("units/provinces"), units.entries("units/wards")
    assert provinces is not None
    assert wards is not None
    assert (len(provinces), len(wards)) == (34, 3_321)
    counts = {part[:2]: int(part[3:]) for part in PUBLISHED.split()}
    assert Counter(ward.parent for ward in wards.values()) == counts
    assert set(provinces) == set(counts)


def test_codes_and_names_are_clean() -> None:
    for name, digits in (("units/provinces", 2), ("units/wards", 5)):
        found = units.unit_list(name)
        assert found is not None
        assert found.data_date == "2026-09-20"
        assert "2026.9.0" in found.source
        for code, unit in found.entries.items():
            assert re.fullmatch(rf"[0-9]{{{digits}}}", code)
            assert unit.name == unicodedata.normalize("NFC", unit.name).strip()
            assert unit.name.split(" ")[0] in ("Tỉnh", "Thành", "Xã", "Phường", "Đặc")


def test_wards_by_province() -> None:
    assert [ward.code for ward in units.wards_of("01") if ward.name == "Phường Hoàn Kiếm"] == ["00070"]
    assert units.province_of("00070") == "01"
    assert units.province_of("99999") is None
    assert units.wards_of("99") == ()


def test_only_lists_of_ours_are_opened() -> None:
    for name in ("units/../i18n/messages/forms", "/etc/passwd", "units/khong_co", "provinces", "units/days_off/x", ""):
        assert units.unit_list(name) is None


def test_each_day_off_names_its_source() -> None:
    data = json.loads((RESOURCES / "units" / "days_off.json").read_text(encoding="utf-8"))
    for year, lists in data["years"].items():
        for entry in (*lists["off"], *lists["working"]):
            assert entry["date"].startswith(year)
            assert entry["vi"]
            assert entry["en"]
            assert entry["source"]
