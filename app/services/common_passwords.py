"""Which passwords are guessed first: common words, walks over the keyboard, sequences and repetitions.

A password is taken apart into the fewest pieces. A common word, a sequence, a repetition of what came before, a number,
and a few symbols in a row count as one piece each, as every other character does. `p@ssw0rd2024!!` is three pieces,
`kettle harbour violin` twenty-one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import takewhile

# Fewer pieces than this are guessed in seconds, whatever their length.
ENOUGH = 6
# A repeated block shorter than the shortest password is a short password typed twice.
SHORTEST_BLOCK = 12
# Only so much is taken apart: the time grows with the square of the length.
LONGEST_JUDGED = 128

_WORDS = """
password passwort passwd passcode passphrase pass pwd secret login signin access account qwerty qwertz azerty letmein
opensesame trustno welcome hello world iloveyou iloveu loveyou lovely love forever changeme changeit change default
guest test testing temp demo sample example user username admin administrator root toor superuser system server
service database mysql mariadb oracle postgres redis office company manager operator viewer backoffice opsdesk flask
python linux windows ubuntu internet computer google microsoft apple samsung abc abcd asdf zxcv qwer qaz wsx master
dragon monkey shadow sunshine princess superman batman spiderman starwars pokemon naruto football baseball basketball
soccer hockey liverpool chelsea arsenal barcelona manchester united michael jordan jennifer jessica michelle daniel
charlie thomas andrew joshua ashley nicole hannah christopher summer winter spring autumn january february march april
june july august september october november december monday tuesday wednesday thursday friday saturday sunday whatever
freedom nothing blessed angel flower cookie chocolate butterfly cheese ginger pepper summertime tinkerbell killer
hunter ranger jesus christ family mustang ferrari mercedes corvette money lucky happy secure security private
temporary new old my the this is so much me you please none null china zhongguo beijing shanghai shenzhen woaini
woaiwo aini wodemima mima wode mimashi nihao zhanghao guanliyuan baobao laopo laogong shengri xiaoming woshishui
taobao alibaba tencent huawei xiaomi weixin wechat baidu qq 5201314 1314520 520 1314 888 666 密码 我爱你 我的 你好
一生一世 一心一意 生日快乐 管理员 中国 北京 上海
"""
WORDS = (*_WORDS.split(), *(word[::-1] for word in _WORDS.split()))
# Characters that stand for a letter ("leet"): what may be typed in its place.
LEET = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!|", "l": "1!|", "o": "0", "s": "5$", "t": "7+", "z": "2"}
# Any three or more neighbours in one of these lines, in either direction, are one piece.
_LINES = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiopü",
    "azertyuiop",
    "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik,(ol.)p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
    "a1b2c3d4e5f6g7h8i9j0",
    "1a2b3c4d5e6f7g8h9i0j",
    "一二三四五六七八九十",
)
SEQUENCES = _LINES + tuple(line[::-1] for line in _LINES)
SHORTEST_SEQUENCE = 3
SHORTEST_REPETITION = 3
_DIGITS_AND_SYMBOLS = "".join(c for c in map(chr, range(32, 127)) if not c.isalpha())
_NO_SEPARATORS = str.maketrans("", "", " -_.")
_NUMBER_OR_SYMBOLS = re.compile(r"[0-9]+|[^0-9a-z\x80-\U0010ffff]{1,3}")


def is_common(password: str, words: Iterable[str] = ()) -> bool:
    """Tell whether `password` is among those that are tried first, in any case and any width.

    Args:
        password: as it was typed.
        words: further words that are easily guessed here, such as the user's name.
    """
    text = folded(password)[:LONGEST_JUDGED]
    if not text.strip(_DIGITS_AND_SYMBOLS) or _is_short_block_repeated(text):
        return True
    known = (*WORDS, *filter(None, map(folded, words)))
    return any(_has_few_pieces(variant, known) for variant in _variants(text))


def contains(password: str, word: str) -> bool:
    """Tell whether `word` stands in `password`, in any case and any width, symbols between letters ignored."""
    text = folded(password)
    return any(
        _reads(variant, start, folded(word)) for variant in (text, alphanumeric(text)) for start in range(len(variant))
    )


def folded(text: str) -> str:
    """Return `text` without differences of case and width (NFKC, then Unicode's case folding)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def alphanumeric(text: str) -> str:
    """Return the letters and digits of `text`."""
    return "".join(filter(str.isalnum, text))


def _is_short_block_repeated(text: str) -> bool:
    """Tell whether `text` is one short block twice or more often (the block may break off at the end)."""
    longest = min(SHORTEST_BLOCK - 1, len(text) // 2)
    return any(text[period:] == text[:-period] for period in range(1, longest + 1))


def _variants(text: str) -> set[str]:
    """Return `text`, the same without what separates letters, and, where most are typed twice, with each once."""
    joined = text.translate(_NO_SEPARATORS)
    squeezed = "".join(c for index, c in enumerate(joined) if not index or joined[index - 1] != c)
    return {text, joined} | ({squeezed} if len(squeezed) <= len(joined) * 0.6 else set())


def _has_few_pieces(text: str, words: Iterable[str]) -> bool:
    """Tell whether fewer than `ENOUGH` pieces make up `text`: a search, breadth first, for the fewest."""
    frontier = reached = {0}
    for _ in range(ENOUGH - 1):
        frontier = {end for start in frontier for end in _piece_ends(text, start, words)} - reached
        reached = reached | frontier
    return len(text) in reached


def _piece_ends(text: str, start: int, words: Iterable[str]) -> Iterator[int]:
    """Yield where a piece that begins at `start` can end."""
    if start == len(text):
        return
    yield start + 1
    yield from (start + len(word) for word in words if _reads(text, start, word))
    yield from (start + length for length in _sequence_lengths(text, start))
    if few := _NUMBER_OR_SYMBOLS.match(text, start):
        yield few.end()
    ends = range(start + SHORTEST_REPETITION, len(text) + 1)
    yield from takewhile(lambda end: text[start:end] in text[: end - 1], ends)


def _sequence_lengths(text: str, start: int) -> Iterator[int]:
    """Yield how many characters from `start` on follow one another in a line, for every line and length."""
    for line in SEQUENCES:
        at = line.find(text[start : start + SHORTEST_SEQUENCE])
        both = zip(text[start:], line[at:], strict=False) if at >= 0 else ()
        length = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
        yield from range(SHORTEST_SEQUENCE, length + 1)


def _reads(text: str, start: int, word: str) -> bool:
    """Tell whether `word` stands in `text` at `start`, leet undone."""
    part = text[start : start + len(word)]
    return len(part) == len(word) > 0 and all(
        c == letter or c in LEET.get(letter, "") for c, letter in zip(part, word, strict=True)
    )
