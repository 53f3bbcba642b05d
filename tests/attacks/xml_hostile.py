"""Attacks on signed XML: the signed part moved aside, the parser led astray, the reader kept busy."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from lxml import etree
from signxml import XMLSigner, methods

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
DOCUMENT = (
    '<HSoThueDTu xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue"><HSoKhaiThue id="NODETOKY"><TTin>Ánh Dương'
    f'<ct40a>100000</ct40a></TTin></HSoKhaiThue><CKyDTu><ds:Signature xmlns:ds="{DS}" Id="placeholder"/></CKyDTu>'
    "</HSoThueDTu>"
).encode()
Tree = Any


def signed(keys: Any) -> bytes:
    """Sign as tax software does."""
    key = keys.key("anh_duong_ec")
    by = XMLSigner(method=methods.enveloped, c14n_algorithm=C14N, signature_algorithm="ecdsa-sha256")
    root = by.sign(
        etree.fromstring(DOCUMENT),
        key=key.private_key,
        cert=[key.certificate],
        reference_uri="#NODETOKY",
        id_attribute="id",
    )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _parts(data: bytes) -> tuple[Tree, Tree, Tree, Tree]:
    """Return root, signed part, signature, and a part that says something else."""
    root = etree.fromstring(data)
    evil = etree.fromstring(etree.tostring(root[0]).replace(b"100000", b"900000"))
    return root, root[0], next(root.iter(f"{{{DS}}}Signature")), evil


def _text(root: Tree) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _wrap(where: str, identity: str | None) -> Callable[[bytes], bytes]:
    """Put the evil part where the signed one was, and the signed one where nobody looks."""

    def attack(data: bytes) -> bytes:
        root, part, signature, evil = _parts(data)
        root.replace(part, evil)
        if identity is None:
            del evil.attrib["id"]
        else:
            evil.set("id", identity)
        if where == "object":
            held = etree.SubElement(signature, f"{{{DS}}}Object")
            held.append(part)
        elif where == "sibling":
            root.append(part)
        elif where == "inside":
            evil.append(part)
        elif where == "key info":
            signature.find(f"{{{DS}}}KeyInfo").append(part)
        elif where == "before":
            root.insert(0, part)
        elif where == "signature inside":
            evil.append(signature)
            signature.append(part)
        elif where == "whole":
            new = etree.fromstring(DOCUMENT.replace(b"100000", b"900000"))
            new.append(root)
            return _text(new)
        return _text(root)

    return attack


XML: dict[str, Callable[[bytes], bytes]] = {
    f"wrap {where} {identity}": _wrap(where, identity)
    for where in ("object", "sibling", "inside", "key info", "before", "signature inside", "whole")
    for identity in ("NODETOKY", "KHAC", None)
}


def _replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def attack(data: bytes) -> bytes:
        changed = re.sub(old, lambda _: new, data, count=1, flags=re.DOTALL)
        assert changed != data, old
        return changed

    return attack


_AFTER = rb"<\?xml[^>]*\?>"
_HEAD = b"<?xml version='1.0' encoding='UTF-8'?>"


def _doctype(inside: bytes, use: bytes = b"&e;") -> Callable[[bytes], bytes]:
    def attack(data: bytes) -> bytes:
        return re.sub(_AFTER, lambda _: _HEAD + b"<!DOCTYPE HSoThueDTu [" + inside + b"]>", data).replace(
            b"100000", use or b"100000"
        )

    return attack


_LAUGHS = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(15))
XML |= {
    "entity of the file system": _doctype(b'<!ENTITY e SYSTEM "file:///etc/passwd">'),
    "entity of the network": _doctype(b'<!ENTITY e SYSTEM "http://127.0.0.1:9/x">'),
    "entity that says the same": _doctype(b'<!ENTITY e "100000">'),
    "a thousand million laughs": _doctype(b'<!ENTITY e0 "ha">' + _LAUGHS, b"&e15;"),
    "one long entity": _doctype(b'<!ENTITY e "' + b"a" * 100_000 + b'">', b"&e;" * 20_000),
    "parameter entities": _doctype(b'<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;', b""),
    "attribute by default": _doctype(b'<!ATTLIST HSoKhaiThue khac CDATA "1">', b""),
    "id by declaration": _doctype(b"<!ATTLIST TTin khac ID #IMPLIED>", b""),
    "external subset": _replace(_AFTER, _HEAD + b'<!DOCTYPE HSoThueDTu SYSTEM "http://127.0.0.1:9/d">'),
    "value changed": _replace(b"100000", b"900000"),
    "comment in a value": _replace(b"100000", b"1<!-- -->00000"),
    "comment that hides": _replace(b"100000", b"<!--1-->00000"),
    "instruction in a value": _replace(b"100000", b"1<?x y?>00000"),
    "instruction in front": _replace(_AFTER, _HEAD + b'<?xml-stylesheet type="text/xsl" href="x.xsl"?>'),
    "instruction beside": _replace(b"<CKyDTu>", b"<?x y?><CKyDTu>"),
    "text beside": _replace(b"<CKyDTu>", b"900000<CKyDTu>"),
    "element beside": _replace(b"<CKyDTu>", b"<TTin><ct40a>900000</ct40a></TTin><CKyDTu>"),
    "empty element beside": _replace(b"<CKyDTu>", b"<KhongPhatSinh/><CKyDTu>"),
    "attribute beside": _replace(b"<HSoThueDTu ", b'<HSoThueDTu ct40a="900000" '),
    "inherited space": _replace(b"<HSoThueDTu ", b'<HSoThueDTu xml:space="preserve" xml:lang="vi" '),
    "inherited base": _replace(b"<HSoThueDTu ", b'<HSoThueDTu xml:base="http://127.0.0.1:9/" '),
    "inclusion": _replace(
        b"<CKyDTu>",
        b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/><CKyDTu>',
    ),
    "namespace changed": _replace(b"http://kekhaithue.gdt.gov.vn/TKhaiThue", b"http://khac.vn"),
    "reference to nothing": _replace(b'URI="#NODETOKY"', b'URI="#KHAC"'),
    "reference to the whole": _replace(b'URI="#NODETOKY"', b'URI=""'),
    "reference to a file": _replace(b'URI="#NODETOKY"', b'URI="file:///etc/passwd"'),
    "reference to the network": _replace(b'URI="#NODETOKY"', b'URI="http://127.0.0.1:9/"'),
    "reference by a path": _replace(b'URI="#NODETOKY"', b'URI="#xpointer(/)"'),
    "reference gone": _replace(b"<ds:Reference.*</ds:Reference>", b""),
    "reference to itself": _replace(b"<ds:Signature ", b'<ds:Signature Id="NODETOKY" '),
    "thousand references": lambda data: re.sub(
        rb"(<ds:Reference.*</ds:Reference>)", lambda found: found[1] * 1_000, data, flags=re.DOTALL
    ),
    "algorithm none": _replace(b'ecdsa-sha256"', b'none"'),
    "algorithm of a secret": _replace(
        b"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", b"http://www.w3.org/2000/09/xmldsig#hmac-sha1"
    ),
    "secret of no length": _replace(
        b'<ds:SignatureMethod Algorithm="[^"]*"/>',
        b'<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1">'
        b"<ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
    ),
    "weaker digest": _replace(
        b'DigestMethod Algorithm="[^"]*"', b'DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"'
    ),
    "value gone": _replace(b"<ds:SignatureValue>.*</ds:SignatureValue>", b"<ds:SignatureValue/>"),
    "value twice": _replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA</ds:SignatureValue><ds:SignatureValue>"),
    "value of an entity": _replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>&#0;"),
    "certificate gone": _replace(b"<ds:KeyInfo>.*</ds:KeyInfo>", b""),
    "key alone": _replace(
        b"<ds:X509Data>.*</ds:X509Data>",
        b"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus>"
        b"<ds:Exponent>AQ==</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>",
    ),
    "key fetched": _replace(
        b"<ds:X509Data>.*</ds:X509Data>",
        b'<ds:RetrievalMethod URI="http://127.0.0.1:9/" Type="http://www.w3.org/2000/09/xmldsig#X509Data"/>',
    ),
    "ten thousand deep": _replace(b"<TTin>", b"<TTin>" + b"<a>" * 10_000 + b"</a>" * 10_000),
    "a million deep": lambda data: b"<a>" * 1_000_000,
    "hundred thousand attributes": _replace(
        b"<TTin>", b"<TTin " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b">"
    ),
    "hundred thousand names": _replace(
        b"<TTin>", b"<TTin " + b" ".join(b'xmlns:a%d="u%d"' % (n, n) for n in range(20_000)) + b">"
    ),
    "thousand signatures": lambda data: re.sub(
        rb"(<ds:Signature .*</ds:Signature>)", lambda found: found[1] * 1_000, data, flags=re.DOTALL
    ),
    "cut": lambda data: data[: len(data) - 100],
    "another encoding": _replace(b"encoding='UTF-8'", b"encoding='UTF-7'"),
    "zero bytes": _replace(b"100000", b"1\x0000000"),
}

for _name, _what in {
    "xslt": b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><x:stylesheet '
    b'xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"><x:template match="/"><x:value-of '
    b"select=\"document('/etc/passwd')\"/></x:template></x:stylesheet></ds:Transform>",
    "xpath": b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>count(//. | //@*) '
    b"= 0</ds:XPath></ds:Transform>",
    "xpath filter": b'<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><f:XPath '
    b'xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="intersect">/none</f:XPath></ds:Transform>',
    "base64": b'<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/>',
}.items():
    XML[f"transform {_name}"] = _replace(b"<ds:Transforms>", b"<ds:Transforms>" + _what)


def twice(data: bytes) -> bytes:
    """Return the same signature for two documents side by side."""
    root = etree.fromstring(data)
    outer = etree.Element("both")
    outer.extend((copy.deepcopy(root), etree.fromstring(data.replace(b"100000", b"900000"))))
    return _text(outer)


XML["two documents"] = twice
