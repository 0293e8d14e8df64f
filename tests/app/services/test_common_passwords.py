"""What is guessed first is common, in any case, width and disguise; what is not so made is not."""

from __future__ import annotations

import random
import string
import time

import pytest

from app.services.common_passwords import contains, is_common

WORDS_IN_DISGUISE = """
    password1234 PASSWORD1234 P@ssw0rd1234 P@$$w0rd2024 Passw0rd!Passw0rd! pa55word2024 p-a-s-s-w-o-r-d-1 drowssap1234
    ＰＡＳＳＷＯＲＤ１２３４ passwordpassword newpassword1 thisismypassword letmein12345 trustno1trustno1 iloveyou1234
    administrator Administrator1! Admin@123456 admin123456789 nimda1234567 root12345678 Welcome@2024 changeme1234
    Opsdesk2026!! 0p5d35k_2024! Summer2024!!! January2024! Monday12345! Company123456 Huawei@12345 helloworld12
    woaini1314520 woaini5201314 5201314woaini wodemima1234 zhongguo1949 密码密码123456我爱你
"""
REPETITIONS = """
    aaaaaaaaaaaa abcabcabcabc aabbccddeeff ababababcdcdcdcd kfzqmwkfzqmw 我爱你我爱你我爱你我爱你
"""
SEQUENCES = """
    123456789012 qwertyuiop12 qwertyuiopasdfghjkl abcdefghijkl mlkjihgfedcba 1qaz2wsx3edc zaq12wsxcde3 1q2w3e4r5t6y
    q1w2e3r4t5y6 a1b2c3d4e5f6 qweasdzxc123 123qweasdzxc 1234qwerASDF Qwer1234!@#$ !QAZ2wsx#EDC !QAZ@WSX#EDC
    a123456789012 qq123456789012 asd123456789 aa123456789a abc123abc123
"""
DIGITS_AND_SYMBOLS = ["13812345678901", "110101199003074518", "138-1234-5678", "2024/11/22 14:05", "!@#$%^&*()_+"]


@pytest.mark.parametrize("password", [*(WORDS_IN_DISGUISE + REPETITIONS + SEQUENCES).split(), *DIGITS_AND_SYMBOLS])
def test_what_is_tried_first_is_common(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "kettle harbour violin",
        "pale-lilac-river-oak",
        "sunshine-coffee-7",
        "xK9-qwerty-pL2mN",
        "Kj8#mPq2vX9z",
        "kettle-83746201",
        "一只白马在河边吃草不抬头",
        "Grüße aus dem Süden",
        "k#9$!x&*%@w?",
        "🐎🔋📎✅🌊🍵🚲🎻🪵🧭🧵🪁",
    ],
)
def test_unrelated_words_and_random_characters_are_not_common(password: str) -> None:
    assert not is_common(password)


def test_random_passwords_are_not_common() -> None:
    dice = random.Random(20261120)
    for alphabet in (string.ascii_lowercase, string.ascii_letters + string.digits, string.printable[:95]):
        for _ in range(50):
            password = "".join(dice.choices(alphabet, k=12))
            assert not is_common(password), password


def test_further_words_count_as_common() -> None:
    assert not is_common("kettlestone2024")
    assert is_common("kettlestone2024", words=["Kettlestone"])


@pytest.mark.parametrize(
    ("password", "word", "found"),
    [
        ("xx-ZhangWei-88", "zhangwei", True),
        ("Zh4ngW3i19900101", "zhangwei", True),
        ("z.h.a.n.g.wei!!", "zhangwei", True),
        ("ｚｈａｎｇｗｅｉ８８", "zhangwei", True),
        ("zhang-and-others", "zhangwei", False),
        ("anything at all", "", False),
    ],
)
def test_a_word_is_found_in_a_password(password: str, word: str, found: bool) -> None:
    assert contains(password, word) is found


@pytest.mark.parametrize("password", ["ab" * 500 + "Zz" * 500, "ab!c3" * 200, "password" * 100, "x" * 1000])
def test_a_long_password_is_judged_in_no_time(password: str) -> None:
    began = time.process_time()
    assert is_common(password)
    assert time.process_time() - began < 2
