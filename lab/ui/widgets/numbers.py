"""Numbers as people read and type them."""

from __future__ import annotations

import math
import re

from lab.core.errors import BadValue

MINUS = "−"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POWER = re.compile(r"^(?:([^·×*]+)[·×*])?10(?:\^|(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]))([-⁻⁰¹²³⁴⁵⁶⁷⁸⁹\d]+)$")


def power_text(exponent: int) -> str:
    """A power of ten: 10⁻³."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def number_text(value: float | None, digits: int = 3, *, small: float = 1e-3, large: float = 1e5) -> str:
    """A number with `digits` significant digits and a true minus: 0.110, −3.31, 136, 3.3·10⁻⁵.

    Whole numbers given as int are grouped (1,130). Below `small` and from `large` on, powers of ten are used, with one
    digit less. None and nan become a dash.
    """
    if value is None or math.isnan(value):
        return "–"
    sign = MINUS if value < 0 else ""
    v = abs(value)
    if isinstance(value, int):
        return f"{sign}{v:,}"
    if math.isinf(v):
        return f"{sign}∞"
    if v == 0:
        return f"{0:.{digits - 1}f}"
    # Of the text, not of the number: 9.999 reads 10.0.
    exponent = int(f"{v:.{digits - 1}e}".split("e")[1])
    if v < small or v >= large:
        decimals = max(digits - 2, 1)
        mantissa, power = f"{v:.{decimals}e}".split("e")
        return f"{sign}{mantissa}·{power_text(int(power))}"
    return f"{sign}{v:.{max(digits - 1 - exponent, 0)}f}"


def exact_text(value: float) -> str:
    """A number as short as it can be without losing a digit, for editing: 0.11, 1e-05, −3."""
    text = repr(value)
    # Of a large whole number the .0 says nothing, and there is no room for it.
    if text.endswith(".0") and abs(value) >= 1e4:
        text = text.removesuffix(".0")
    return text.replace("-", MINUS, 1) if value < 0 else text


def value_text(value: float) -> str:
    """A parameter's value with the digits it needs: 0.110 and 3.00 (three at least), 0.9995, but 0.010 and 10⁻⁸."""
    if isinstance(value, int):
        return number_text(value)
    mantissa = f"{abs(value):.5e}".split("e")[0].rstrip("0")
    needed = len(mantissa.replace(".", ""))
    size = abs(value)
    least = 3 if size >= 0.1 or size == 0 else 2 if size >= 0.01 or size < 1e-3 else 1
    text = number_text(value, max(least, needed))
    return re.sub(r"(?<![\d.])1\.0·", "", text)


def parse_number(text: str, *, whole: bool = False) -> float:
    """Read what a person typed or pasted: 1e-3, −2,5, 1 000, 3.3·10⁻⁵; `BadValue` says what is wrong.

    With `whole` the answer is an int.
    """
    plain = re.sub(r"[\s\u00a0\u2009\u202f_]", "", text).replace(MINUS, "-").replace("–", "-")
    if not plain:
        raise BadValue("", "a number is needed")
    # 1,250 is grouped; 0,25 and 12,5 have a decimal comma
    if "," in plain:
        grouped = re.fullmatch(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", plain) and (whole or "." in plain)
        plain = plain.replace(",", "") if grouped else plain.replace(",", ".")
    if power := _POWER.match(plain):
        mantissa, exponent = power.groups()
        plain = f"{mantissa or 1}e{exponent.translate(_PLAIN)}"
    try:
        value = float(plain)
    except ValueError:
        raise BadValue("", f"“{text.strip()}” is not a number") from None
    if not whole:
        return value
    if not math.isfinite(value) or value != int(value):
        raise BadValue("", f"{text.strip()} is not a whole number")
    return int(value)
