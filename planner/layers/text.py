"""Bytes to text: UTF-8, then GB18030; what is declared wins, and a guess says how sure it is."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from planner.errors import LayerError, fault
from planner.layers.log import FaultLog

TRIED = ("utf-8-sig", "gb18030")
_CHUNK = 2**20
_JUDGED = 2**20  # bytes that the confidence is computed from
_ALIASES = {"936": "gb18030", "cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "ansi 936": "gb18030",
            "65001": "utf-8", "utf8": "utf-8"}  # fmt: skip


def decoded(content: bytes, *, declared: str | None, layer: str, log: FaultLog) -> str:
    """Return the text of a file; an encoding that was not declared and is not UTF-8 is told.

    Raises
    ------
    LayerError
        If the bytes are not in the declared encoding, or in none of those tried.
    """
    return content.decode(encoding_of(content, declared=declared, layer=layer, log=log))


def encoding_of(content: bytes, *, declared: str | None, layer: str, log: FaultLog) -> str:
    """Return the encoding in which the bytes are text; as `decoded`."""
    encoding = _encoding(content, declared, layer)
    if declared is None and encoding != TRIED[0]:
        tell_encoding(encoding, confidence(content), layer=layer, log=log)
    return encoding


def tell_encoding(encoding: str, sure: float, *, layer: str, log: FaultLog) -> None:
    """Say that a file was read in an encoding nobody declared, and how sure that is (a share)."""
    log.add(
        layer,
        "",
        "encoding_assumed",
        f"未声明编码，按 {encoding} 读取（可信度 {sure:.0%}）",
        f"No encoding is declared; read as {encoding} (confidence {sure:.0%})",
        f'若文字有误，请写明 encoding；无误则写 encoding = "{encoding}"',
    )


def confidence(content: bytes) -> float:
    """Return how sure it is that bytes which are no UTF-8 are GB18030, as a share.

    The weight of the characters that are not ASCII: 1 for the 3,755 common ones of GB/T 2312 level 1, its
    punctuation and its full-width letters, 0.7 for the rarer ones of level 2, 0.1 for all others. Chinese
    text reaches more than 95 %; Latin and Big5 bytes read as GB18030 are mostly of the others.
    """
    total = weight = 0.0
    for character in content[:_JUDGED].decode("gb18030", errors="ignore"):
        if character.isascii():
            continue
        total += 1
        weight += _weight(character.encode("gb18030"))
    return weight / total if total else 1.0


def _weight(code: bytes) -> float:
    if len(code) != 2 or not 0xA1 <= code[1] <= 0xFE:
        return 0.1
    if 0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3):
        return 1.0
    return 0.7 if 0xD8 <= code[0] <= 0xF7 else 0.1


def fits(content: bytes, encoding: str) -> bool:
    """Return whether the bytes can be decoded.

    Raises
    ------
    LookupError
        If there is no such encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(content):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def codec(name: str) -> str | None:
    """Return the encoding that a code page's name means (936, GBK, UTF-8 …); None where nobody knows it."""
    plain = name.strip().lower()
    try:
        return codecs.lookup(_ALIASES.get(plain, plain)).name
    except (LookupError, ValueError):
        return None


def _chunks(content: bytes) -> Iterator[memoryview]:
    view = memoryview(content)
    return (view[at : at + _CHUNK] for at in range(0, len(view), _CHUNK))


def _encoding(content: bytes, declared: str | None, layer: str) -> str:
    try:
        chosen = next((name for name in ([declared] if declared else TRIED) if fits(content, name)), None)
    except LookupError:
        known = ", ".join(TRIED)
        raise LayerError(
            fault(f"a known encoding for {layer}", repr(declared), f"write one of {known}, or leave it out")
        ) from None
    if chosen is None:
        tried = declared or " and ".join(TRIED)
        raise LayerError(
            fault(f"text in {tried} in {layer}", "bytes that are not", "declare its encoding or save as UTF-8")
        )
    return chosen
