"""The commonest passwords."""

import pytest

from mentorhub.rules.common_passwords import _whole, is_common


@pytest.mark.parametrize(
    "password",
    [
        *(
            "password12",
            "Password123!",
            "P@ssw0rd123!",
            "passw0rd1234",
            "qwerty12345",
            "Welcome123!",
            "Summer2026!",
        ),
        *(
            "1234567890",
            "0987654321",
            "123123123123",
            "aaaaaaaaaa",
            "abababababab",
            "qwertyuiop",
            "zxcvbnm,./",
        ),
        *(
            "q1w2e3r4t5",
            "iloveyou123",
            "ILOVEYOU123",
            "letmein12345",
            "liverpool1",
            "administrator",
            "abcdefghij",
        ),
    ],
)
def test_what_anybody_would_try_first_is_common(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        *(
            "a long walk in the rain",
            "correct horse battery",
            "kangaroo-violin-42",
            "Sup3r-secret-pw!",
            "x" * 128,
        ),
        *("😀" * 128, "пароль для проверки", "my password is long", "hunter2hunter3x", "Secret-garden-of-7"),
    ],
)
def test_what_takes_somebody_who_knows_to_guess_is_not(password: str) -> None:
    assert not is_common(password)


def test_the_list_ships_and_has_only_what_could_be_chosen() -> None:
    assert len(_whole()) > 500
    assert [word for word in _whole() if len(word) < 10] == []
