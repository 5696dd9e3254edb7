"""The random numbers of TensorFlow Playground: those of the JavaScript library seedrandom 2.4.

It seeds the cipher ARC4 with a text, and takes 52 random bits or more from it for each number.
Here, a seed is a whole number that stands for a text.
"""

import re

_SIZE = 256  # of ARC4's table of bytes


def seed_text(seed: int) -> str:
    """Return the text that a seed stands for.

    Of 159704 it is "0.59704", as TensorFlow Playground's own seeds are a 0, a point and five
    digits. Of 1, and of a number that does not begin with 1, it is the number itself.
    """
    digits = str(seed)
    return f"0.{digits[1:]}" if digits[0] == "1" and len(digits) > 1 else digits


def seed_number(text: str) -> int | None:
    """Return the seed that stands for a text; None if there is none below 2**32."""
    fraction = re.fullmatch(r"0\.([0-9]{1,9})", text)
    if not fraction and not re.fullmatch("[0-9]{1,10}", text):
        return None
    number = int(f"1{fraction[1]}" if fraction else text)
    return number if number < 2**32 and seed_text(number) == text else None


class Stream:
    """A stream of random numbers.

    Parameters
    ----------
    seed : the text that seeds it, not empty

    Attributes
    ----------
    count : how many numbers were drawn
    """

    def __init__(self, seed: str) -> None:
        self.count = 0
        key = _key(seed)
        self._table = table = list(range(_SIZE))
        self._i = self._j = 0
        j = 0
        for i, byte in enumerate(table):
            j = (j + key[i % len(key)] + byte) % _SIZE
            table[i], table[j] = table[j], byte
        self._bytes(_SIZE)  # the first ones would betray the key

    def random(self) -> float:
        """Return a number from 0 to 1, without 1."""
        self.count += 1
        number, scale, more = self._bytes(6), 2**48, 0
        while number < 2**52:
            number, scale, more = (number + more) * 256, scale * 256, self._bytes(1)
        while number >= 2**53:
            number, scale, more = number / 2, scale // 2, more // 2  # type: ignore[assignment]
        return (number + more) / scale

    def uniform(self, low: float, high: float) -> float:
        """Return a number from low to high."""
        return self.random() * (high - low) + low

    def skip(self, count: int) -> None:
        """Draw some numbers and forget them."""
        for _ in range(count):
            self.random()

    def _bytes(self, count: int) -> int:
        """Return the next bytes of ARC4 as one number, the first byte the highest."""
        table, i, j, number = self._table, self._i, self._j, 0
        for _ in range(count):
            i = (i + 1) % _SIZE
            byte = table[i]
            j = (j + byte) % _SIZE
            other = table[i] = table[j]
            table[j] = byte
            number = number * _SIZE + table[(byte + other) % _SIZE]
        self._i, self._j = i, j
        return number


def _key(seed: str) -> list[int]:
    """Mix a text into at most 256 bytes, as seedrandom's `mixkey` does."""
    key, smear = [0] * min(len(seed), _SIZE), 0
    for place, character in enumerate(seed):
        smear ^= key[place % _SIZE] * 19
        key[place % _SIZE] = (smear + ord(character)) % _SIZE
    return key
