"""RC2 in CBC mode, decryption only (RFC 2268): key files of old programs keep their certificates in it.

No library of ours opens its 40-bit form. It protects nothing today, and nothing is ever written with it.
"""

from __future__ import annotations

from struct import pack, unpack

_PI = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32"
    "bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a"
    "961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e"
    "c5f3db47e5a59c770aa62068fe7fc1ad"
)
"""The table of clause 2, from the digits of pi."""


def _expand(key: bytes) -> list[int]:
    """Expand a key whose effective length is its own (clause 2)."""
    size, bits = len(key), 8 * len(key)
    octets = (bits + 7) // 8
    mask = 255 >> (8 * octets - bits)
    table = bytearray(key) + bytearray(128 - size)
    for place in range(size, 128):
        table[place] = _PI[(table[place - 1] + table[place - size]) & 255]
    table[128 - octets] = _PI[table[128 - octets] & mask]
    for place in range(127 - octets, -1, -1):
        table[place] = _PI[table[place + 1] ^ table[place + octets]]
    return [table[2 * place] | table[2 * place + 1] << 8 for place in range(64)]


def _decrypt_block(words: list[int], block: bytes) -> bytes:
    """Undo 5 mixing rounds, a mashing, 6, a mashing, 5 (clause 4)."""
    part = list(unpack("<4H", block))
    place = 63
    for mixing in (5, 6, 5):
        for _ in range(mixing):
            for one, turn in ((3, 5), (2, 3), (1, 2), (0, 1)):
                value = part[one]
                value = (value << (16 - turn) | value >> turn) & 0xFFFF
                below, above = part[one - 1], part[one - 2]
                value -= words[place] + (below & above) + (~below & 0xFFFF & part[one - 3])
                part[one] = value & 0xFFFF
                place -= 1
        if place >= 0:
            for one in (3, 2, 1, 0):
                part[one] = (part[one] - words[part[one - 1] & 63]) & 0xFFFF
    return pack("<4H", *part)


def decrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Decrypt whole blocks; the padding stays. Raises ValueError for another length."""
    if len(data) % 8 or len(iv) != 8 or not 1 <= len(key) <= 128:
        raise ValueError("length")
    words, before, out = _expand(key), iv, bytearray()
    for start in range(0, len(data), 8):
        block = data[start : start + 8]
        plain = _decrypt_block(words, block)
        out += bytes(a ^ b for a, b in zip(plain, before, strict=True))
        before = block
    return bytes(out)
