"""Addresses of wallets: decoded, their checksums verified, written in the one spelling that each network has.

Base58Check (Bitcoin and its kin, Tron, XRP), Bech32 and Bech32m (BIP 173, BIP 350), CashAddr (Bitcoin Cash), EIP-55
(Ethereum and the networks that share its addresses), Monero's blocks of Base58. All of them are short; none has a
library that is both small and alive.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from signals.canonical.answers import refuse

_BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

_VERSIONS: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "bitcoin": frozenset({0x00, 0x05}),
        "litecoin": frozenset({0x30, 0x32, 0x05}),
        "dogecoin": frozenset({0x1E, 0x16}),
        "tron": frozenset({0x41}),
        "xrp": frozenset({0x00}),
    }
)
"""The first byte of an address in Base58Check, by network."""

_OLD_SCRIPT_OF_LITECOIN = ("litecoin", 0x05)
"""Addresses that looked like those of Bitcoin, so that they got a version of their own: 3… is M… today."""

_SEGWIT: Mapping[str, str] = MappingProxyType({"bitcoin": "bc", "litecoin": "ltc"})
_CASH_PREFIX = [*(ord(letter) & 31 for letter in "bitcoincash"), 0]
_MONERO_VERSIONS: Mapping[int, int] = MappingProxyType({18: 69, 19: 77, 42: 69})
_MONERO_BLOCK: Mapping[int, int] = MappingProxyType({2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8})
"""How many bytes a block of so many characters holds."""


def recognised(text: str) -> str | None:
    """The network that an address without a prefix belongs to, as far as its form says."""
    if re.match("0x", text, re.IGNORECASE):
        return "ethereum"
    for network, prefix in _SEGWIT.items():
        if text.lower().startswith(f"{prefix}1"):
            return network
    if len(text) in (95, 106) and text[0] in "48":
        return "monero"
    if not 25 <= len(text) <= 36:
        return None
    if text.startswith("r"):
        return "xrp"
    try:
        first = _base58(text, _BITCOIN)[0]
    except ValueError:
        return None
    return next((network for network, known in _VERSIONS.items() if first in known), None)


def _address(network: str) -> Callable[[str], str]:
    def address(text: str) -> str:
        prefix = _SEGWIT.get(network)
        if prefix and text.lower().startswith(f"{prefix}1"):
            return _segwit(text, prefix)
        version, payload = _base58check(text, network)
        if (network, version) == _OLD_SCRIPT_OF_LITECOIN:
            return _encoded(bytes([0x32]) + payload)
        return text

    return address


def _base58(text: str, alphabet: str) -> bytes:
    """The bytes of Base58. `ValueError` for other characters, or for more of them than any address has."""
    if not 0 < len(text) <= 120:
        raise ValueError
    number = 0
    for character in text:
        number = number * 58 + alphabet.index(character)
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _decoded(text: str, alphabet: str = _BITCOIN) -> bytes:
    try:
        return _base58(text, alphabet)
    except ValueError:
        refuse("wallet_form")


def _encoded(data: bytes) -> str:
    """Base58Check of a version and what it stands for."""
    data += _twice_hashed(data)[:4]
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BITCOIN[digit] + text
    return _BITCOIN[0] * (len(data) - len(data.lstrip(b"\0"))) + text


def _twice_hashed(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def _base58check(text: str, network: str) -> tuple[int, bytes]:
    data = _decoded(text, _RIPPLE if network == "xrp" else _BITCOIN)
    if len(data) != 25:
        refuse("wallet_form")
    if _twice_hashed(data[:21])[:4] != data[21:]:
        refuse("wallet_checksum")
    if data[0] not in _VERSIONS[network]:
        refuse("wallet_network")
    return data[0], data[1:21]


def _of_one_case(text: str) -> str:
    if text not in (text.lower(), text.upper()):
        refuse("wallet_case")
    return text.lower()


def _segwit(text: str, prefix: str) -> str:
    """BIP 173 and BIP 350: version 0 with Bech32, later ones with Bech32m."""
    value = _of_one_case(text)
    data = value.removeprefix(f"{prefix}1")
    if not 14 <= len(value) <= 90 or not set(data) <= set(_BECH32):
        refuse("wallet_form")
    numbers = [_BECH32.index(character) for character in data]
    expanded = [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]
    version, program = numbers[0], _eight_bits(numbers[1:-6])
    if _bech32_sum([*expanded, *numbers]) != (0x2BC830A3 if version else 1):
        refuse("wallet_checksum")
    if version > 16 or not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        refuse("wallet_form")
    return value


def _bech32_sum(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def _cash_sum(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 35
        check = (check & 0x07FFFFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)):
            check ^= generator if top >> bit & 1 else 0
    return check ^ 1


def _eight_bits(fives: Iterable[int]) -> bytes:
    """Groups of five bits as bytes. What is left over is less than a group, and zero."""
    number, bits, found = 0, 0, bytearray()
    for five in fives:
        number, bits = (number << 5 | five) & 0xFFF, bits + 5
        if bits >= 8:
            bits -= 8
            found.append(number >> bits & 0xFF)
    if bits >= 5 or number & ((1 << bits) - 1):
        refuse("wallet_form")
    return bytes(found)


def _five_bits(data: bytes) -> list[int]:
    """Bytes as groups of five bits, filled up with zeros."""
    bits = 8 * len(data)
    number, count = int.from_bytes(data, "big") << -bits % 5, (bits + 4) // 5
    return [number >> 5 * (count - 1 - at) & 31 for at in range(count)]


def _bitcoin_cash(text: str) -> str:
    """CashAddr, or the older form that looks like an address of Bitcoin and stands for the same."""
    if text[:1] in ("1", "3"):
        version, payload = _base58check(text, "bitcoin")
        numbers = _five_bits(bytes([0x08 if version else 0x00]) + payload)
        check = _cash_sum([*_CASH_PREFIX, *numbers, *bytes(8)])
        return "".join(_BECH32[number] for number in [*numbers, *(check >> 5 * (7 - at) & 31 for at in range(8))])
    value = _of_one_case(text)
    if not re.fullmatch(f"[{_BECH32}]{{42}}", value):
        refuse("wallet_form")
    numbers = [_BECH32.index(character) for character in value]
    if _cash_sum([*_CASH_PREFIX, *numbers]):
        refuse("wallet_checksum")
    payload = _eight_bits(numbers[:-8])
    if len(payload) != 21 or payload[0] not in (0x00, 0x08):
        refuse("wallet_form")
    return value


def _ethereum(text: str) -> str:
    """Twenty bytes in hexadecimal. Where both cases occur they are a checksum (EIP-55)."""
    if not re.fullmatch("0[xX][0-9A-Fa-f]{40}", text):
        refuse("wallet_form")
    digits, lower = text[2:], text[2:].lower()
    if digits not in (lower, digits.upper()):
        nibbles = keccak_256(lower.encode()).hex()
        spelled = "".join(c.upper() if int(n, 16) >= 8 else c for c, n in zip(lower, nibbles, strict=False))
        if digits != spelled:
            refuse("wallet_checksum")
    return f"0x{lower}"


def _solana(text: str) -> str:
    """An Ed25519 key in Base58. There is no checksum."""
    if len(_decoded(text)) != 32:
        refuse("wallet_form")
    return text


def _monero(text: str) -> str:
    data = b"".join(_monero_block(text[at : at + 11]) for at in range(0, min(len(text), 121), 11))
    if len(data) not in _MONERO_VERSIONS.values():
        refuse("wallet_form")
    if keccak_256(data[:-4])[:4] != data[-4:]:
        refuse("wallet_checksum")
    if _MONERO_VERSIONS.get(data[0]) != len(data):
        refuse("wallet_network")
    return text


def _monero_block(block: str) -> bytes:
    length = _MONERO_BLOCK.get(len(block), 0)
    number = int.from_bytes(_decoded(block), "big")
    if number >> 8 * length:
        refuse("wallet_form")
    return number.to_bytes(length, "big")


def keccak_256(data: bytes) -> bytes:
    """Keccak as it was before it became SHA-3, which pads otherwise (Keccak reference 3.0, rate 1088 bits)."""
    padded = bytearray(data) + bytes(136 - len(data) % 136)
    padded[len(data)] ^= 0x01
    padded[-1] ^= 0x80
    state = [0] * 25
    for start in range(0, len(padded), 136):
        for lane in range(17):
            state[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        state = _keccak_f(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _keccak_f(state: list[int]) -> list[int]:
    register = 1
    for _round in range(24):
        columns = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
        state = [
            lane ^ columns[(at - 1) % 5] ^ _turned(columns[(at + 1) % 5], 1)
            for at, lane in ((at % 5, lane) for at, lane in enumerate(state))
        ]
        x, y, current = 1, 0, state[1]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            state[x + 5 * y], current = _turned(current, (step + 1) * (step + 2) // 2), state[x + 5 * y]
        state = [
            state[at] ^ (~state[at - at % 5 + (at + 1) % 5] & state[at - at % 5 + (at + 2) % 5]) for at in range(25)
        ]
        for bit in range(7):
            register = (register << 1) ^ ((register >> 7) * 0x171)
            if register & 2:
                state[0] ^= 1 << ((1 << bit) - 1)
    return state


def _turned(lane: int, count: int) -> int:
    count %= 64
    return (lane << count | lane >> (64 - count)) & 0xFFFF_FFFF_FFFF_FFFF


NETWORKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "bitcoin": _address("bitcoin"),
        "bitcoincash": _bitcoin_cash,
        "dogecoin": _address("dogecoin"),
        "ethereum": _ethereum,
        "litecoin": _address("litecoin"),
        "monero": _monero,
        "solana": _solana,
        "tron": _address("tron"),
        "xrp": _address("xrp"),
    }
)
"""Each network with the function that checks an address of it and gives its one spelling."""
