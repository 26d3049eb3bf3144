"""Bytes to text: UTF-8, then GB18030; what is declared wins."""

from __future__ import annotations

from planner.errors import LayerError, fault
from planner.layers.log import FaultLog

TRIED = ("utf-8-sig", "gb18030")


def decoded(content: bytes, *, declared: str | None, layer: str, log: FaultLog) -> str:
    """Return the text of a file; an encoding that was not declared and is not UTF-8 is told.

    Raises
    ------
    LayerError
        If the bytes are not in the declared encoding, or in none of those tried.
    """
    encoding = _encoding(content, declared, layer)
    if declared is None and encoding != TRIED[0]:
        tell_encoding(encoding, layer=layer, log=log)
    return content.decode(encoding)


def tell_encoding(encoding: str, *, layer: str, log: FaultLog) -> None:
    """Say that a file was read in an encoding nobody declared."""
    log.add(
        layer,
        "",
        "encoding_assumed",
        f"未声明编码，按 {encoding} 读取",
        f"No encoding is declared; read as {encoding}",
        f'若文字有误，请写明 encoding；无误则写 encoding = "{encoding}"',
    )


def fits(content: bytes, encoding: str) -> bool:
    """Return whether the bytes can be decoded.

    Raises
    ------
    LookupError
        If there is no such encoding.
    """
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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
