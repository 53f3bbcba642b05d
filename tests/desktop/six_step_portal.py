"""A stand-in for an agency's six-step JSON service: a real HTTP server, strict, that can be made to fail.

It knows nothing of the client. What it finds wrong in a request it refuses and remembers in `wrong`.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

CLIENT, SECRET, UNIT = "phan-mem-ho-so", "khóa & rất = bí mật", "H15.50"
_DOSSIER = {
    "MaHoSo": str, "MaThuTuc": str, "TruongHop": str, "MaDonVi": str, "KenhThucHien": int, "HinhThucTra": int,
    "ChuHoSo": dict, "NguoiNop": dict, "ThanhPhanHoSo": list,
}  # fmt: skip
_OWNER = {"LoaiDoiTuong": int, "SoDinhDanh": str, "HoTen": str}
_PART = {"MaThanhPhan": str, "LoaiBan": int, "TepDinhKem": list}
_FILE = {"IdTepTin": str, "HashTepTin": str, "TenTepTin": str}


class Wrong(Exception):
    """A request that this service does not take."""


@dataclass
class Fault:
    """What goes wrong at a step: 401, 409, 429, 502, refuse (an error_code), garbage, or a cut before or after."""

    step: str
    kind: str
    times: int = 1


@dataclass
class SixStepPortal:
    """The service's memory; `with` runs it on a port of this machine."""

    one_dossier_a_code: bool = True
    """Whether a second dossier under the same code is refused; otherwise it becomes a second dossier."""
    token_seconds: int = 300
    tokens: dict[str, float] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    dossiers: list[dict[str, Any]] = field(default_factory=list)
    steps: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> SixStepPortal:
        service = self
        self.lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *told: Any) -> None:
                pass

            def _do(self) -> None:
                service.serve(self)

            do_GET = do_POST = do_PUT = _do  # the standard library's names

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    def fail(self, step: str, kind: str, times: int = 1) -> None:
        self.faults.append(Fault(step, kind, times))

    # --- a request ----------------------------------------------------------------------------------

    def serve(self, request: http.server.BaseHTTPRequestHandler) -> None:
        length = request.headers.get("Content-Length", "0")
        body = request.rfile.read(int(length))
        if len(body) != int(length):
            return None  # cut off on its way: nothing of it counts
        path = [unquote(part) for part in request.path.split("/")[1:]]
        step = self._step(request.command, path)
        with self.lock:
            self.calls[step] += 1
            fault = next((one for one in self.faults if one.step == step and one.times > 0), None)
            if fault is not None:
                fault.times -= 1
        kind = fault.kind if fault is not None else ""
        if kind == "hold-before":
            self.reached.set()
            self.go_on.wait(60)
            return None
        if kind == "cut-before":
            return self._cut(request)
        if kind.isdigit():
            return self._answer(request, int(kind), {"error_code": int(kind), "message": "Hệ thống bận"})
        if kind == "refuse":
            return self._answer(request, 200, {"error_code": 7, "message": "Thủ tục này chưa mở"})
        try:
            with self.lock:
                status, said = self._work(step, request, path, body)
        except Wrong as wrong:
            self.wrong.append(f"{step}: {wrong}")
            status, said = 400, {"error_code": 400, "message": str(wrong)}
        if kind == "hold-after":
            self.reached.set()
            self.go_on.wait(60)
            return None
        if kind == "cut-after":
            return self._cut(request)
        if kind == "garbage":
            said = {"error_code": [], "MaHoSo": 5, "HashTepTin": "x", "access_token": None}
        return self._answer(request, status, said)

    def _cut(self, request: http.server.BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.connection.shutdown(2)

    def _answer(self, request: http.server.BaseHTTPRequestHandler, status: int, said: Any) -> None:
        data = json.dumps(said, ensure_ascii=False).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        if status == 429:
            request.send_header("Retry-After", "1")
        request.end_headers()
        request.wfile.write(data)

    def _step(self, method: str, path: list[str]) -> str:
        match method, path:
            case "POST", ["token"]:
                return "token"
            case "POST", ["hoso", "ma"]:
                return "code"
            case "PUT", ["hoso", _, "tep", _]:
                return "file"
            case "POST", ["hoso"]:
                return "create"
            case "GET", ["hoso", _, "tiendo"]:
                return "progress"
            case "GET", ["hoso", _, "trangthai"]:
                return "status"
        return "nothing"

    # --- the six steps ------------------------------------------------------------------------------

    def _work(self, step: str, request: Any, path: list[str], body: bytes) -> tuple[int, Any]:
        if step == "token":
            return self._token(request, body)
        bearer = request.headers.get("Authorization", "")
        if self.tokens.get(bearer.removeprefix("Bearer "), 0.0) < time.monotonic():
            return 401, {"error_code": 401, "message": "Phiên đã hết hạn"}
        if step == "code":
            told = _shape(json.loads(body), {"MaThuTuc": str, "MaDonVi": str}, "ma")
            if told["MaDonVi"] != UNIT:
                raise Wrong("unit")
            code = f"{UNIT}-261122-{len(self.codes) + 1:04d}"
            self.codes[code] = told["MaThuTuc"]
            return 200, {"error_code": 0, "MaHoSo": code}
        if step == "file":
            return self._file(request, path[1], path[3], body)
        if step == "create":
            return self._create(json.loads(body))
        found = [one for one in self.dossiers if len(path) > 1 and one["MaHoSo"] == path[1]]
        if not found:
            return 404, {"error_code": 404, "message": "Không tìm thấy hồ sơ"}
        if step == "progress":
            return 200, {"error_code": 0, "data": self.steps.get(path[1], [])}
        if step == "status":
            return 200, self.state(found[0])
        raise Wrong("no such call")

    def _token(self, request: Any, body: bytes) -> tuple[int, Any]:
        if request.headers.get("Content-Type") != "application/x-www-form-urlencoded":
            raise Wrong("content type")
        told = {name: values[0] for name, values in parse_qs(body.decode("ascii"), strict_parsing=True).items()}
        if told != {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}:
            return 401, {"error": "invalid_client"}
        token = hashlib.sha256(f"{len(self.tokens)}{time.monotonic()}".encode()).hexdigest()
        self.tokens[token] = time.monotonic() + self.token_seconds
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.token_seconds}

    def _file(self, request: Any, code: str, sha256: str, body: bytes) -> tuple[int, Any]:
        if code not in self.codes:
            raise Wrong("a file before its code")
        if hashlib.sha256(body).hexdigest() != sha256:
            raise Wrong("hash")
        if request.headers.get("Content-Range") != f"bytes 0-{len(body) - 1}/{len(body)}":
            raise Wrong("range")
        name = f"tep-{len(self.files) + 1}"
        self.files[name] = (code, sha256, body)
        return 200, {"error_code": 0, "IdTepTin": name, "HashTepTin": sha256}

    def _create(self, told: Any) -> tuple[int, Any]:
        told = _shape(told, _DOSSIER, "hoso")
        code = told["MaHoSo"]
        if self.codes.get(code) != told["MaThuTuc"] or told["MaDonVi"] != UNIT:
            raise Wrong("code, procedure and unit do not belong together")
        _shape(told["ChuHoSo"], _OWNER, "ChuHoSo")
        _shape(told["NguoiNop"], _OWNER | {"VaiTro": str}, "NguoiNop")
        if told["KenhThucHien"] != 2 or told["HinhThucTra"] not in (0, 1, 2) or not told["ThanhPhanHoSo"]:
            raise Wrong("hoso")
        for part in told["ThanhPhanHoSo"]:
            if _shape(part, _PART, "ThanhPhanHoSo")["LoaiBan"] not in (0, 1, 2):
                raise Wrong("LoaiBan")
            for file in part["TepDinhKem"]:
                _shape(file, _FILE, "TepDinhKem")
                if self.files.get(file["IdTepTin"], ("", "", b""))[:2] != (code, file["HashTepTin"]):
                    raise Wrong("a file that was not uploaded under this code")
        if self.one_dossier_a_code and any(one["MaHoSo"] == code for one in self.dossiers):
            return 409, {"error_code": 409, "message": "Mã hồ sơ đã được dùng"}
        self.dossiers.append(told | {"idHoSo": len(self.dossiers) + 1, "TrangThai": 1})
        self.steps[code] = [_progress("20261122080000", 1, "Mới đăng ký")]
        return 200, {"error_code": 0, "idHoSo": len(self.dossiers), "MaHoSo": code}

    def state(self, one: dict[str, Any]) -> dict[str, Any]:
        code, last = one["MaHoSo"], self.steps[one["MaHoSo"]][-1]
        return {
            "error_code": 0, "MaHoSo": code, "MaThuTuc": one["MaThuTuc"], "TenThuTuc": "Khai thuế giá trị gia tăng",
            "ChuHoSo": one["ChuHoSo"]["HoTen"], "SoDinhDanh": one["ChuHoSo"]["SoDinhDanh"],
            "NgayTiepNhan": "20261122080000", "NgayHenTra": "20261127170000", "TrangThaiHoSo": last["TrangThai"],
            "TenTrangThai": last["TenTrangThai"],
            "DanhSachLePhi": [
                {"MaPhiLePhi": "LP1", "TenPhiLePhi": "Lệ phí", "HinhThucThu": 4, "Gia": 50000, "TrangThaiThanhToan": 0}
            ],
        }  # fmt: skip

    # --- the clerk's side ---------------------------------------------------------------------------

    def advance(self, code: str, number: int | str, words: str) -> None:
        """Let the agency take a step."""
        self.steps[code].append(_progress(f"20261122{9 + len(self.steps[code]):02d}0000", number, words))


def _progress(at: str, number: int | str, words: str) -> dict[str, Any]:
    return {
        "NguoiXuLy": "Trần Văn Cán Bộ", "ThoiDiemXuLy": at, "PhongBanXuLy": "Một cửa", "NoiDungXuLy": words,
        "TrangThai": number, "TenTrangThai": words,
    }  # fmt: skip


def _shape(told: Any, wanted: Mapping[str, type], place: str) -> dict[str, Any]:
    """Return an object that has exactly these members of these kinds."""
    if not isinstance(told, dict) or told.keys() != wanted.keys():
        raise Wrong(f"{place}: members")
    for name, kind in wanted.items():
        if type(told[name]) is not kind:
            raise Wrong(f"{place}.{name}")
    return told
