"""The features keep the rules for writing them, and each rule sees what breaks it."""

from pathlib import Path

import pytest

from registratura.features.spec.lint import features, main, offences, offences_in, scenarios_in

GOOD = """# language: ru
Функция: Проба
  Описание.

  Правило: Правило
    @R1
    Сценарий: Всё в порядке
      Дано Маргарита дома
      Когда Маргарита выходит
      Тогда Маргарита на улице
"""


def test_the_features_keep_the_rules() -> None:
    assert len(features()) > 10
    assert offences_in(features()) == []


def test_a_good_feature_is_let_through() -> None:
    assert offences(GOOD) == []
    assert [scenario.numbers for scenario in scenarios_in(GOOD)] == [("R1",)]


@pytest.mark.parametrize(
    ("good", "bad", "line", "offence"),
    [
        ("Функция:", "Свойство:", 2, "слово «Свойство» здесь не в ходу"),
        ("  Правило: Правило\n", "", 6, "«Всё в порядке»: стоит вне правила"),
        ("Тогда Маргарита на улице", "Тогда да\n      Когда Маргарита бежит", 7, "«Когда» встречается 2 раза"),
        ("      Когда Маргарита выходит\n", "", 7, "«Когда» встречается 0 раз"),
        ("      Дано Маргарита дома\n      Когда", "      Когда", 7, ""),
        ("на улице\n", "на улице\n      Дано Маргарита дома\n", 7, "порядок нарушен"),
        ("      Тогда Маргарита на улице\n", "", 7, "порядок нарушен"),
        ("на улице\n", "на улице\n" + "      И да\n" * 5, 7, "предложений 8: уложитесь в 2–7"),
        ("      Дано", "      Допустим", 8, "предложение начинается с «Допустим»"),
        ("Описание.", "Описание.\n  Если дождь.", 2, "описание начинает строку со слова «Если»"),
        ("дома", "до\N{LATIN SMALL LETTER M}а", 8, "смешаны русские и латинские буквы"),
        ("Маргарита дома", "Маргарита\N{NO-BREAK SPACE}дома", 8, "невидимый знак U+00A0"),
        ("# language", "\N{ZERO WIDTH NO-BREAK SPACE}# language", 1, "невидимый знак U+FEFF"),
        ("@R1", "@R99", 6, "метка @R99 неизвестна: в описаниях портала такого номера нет"),
        ("@R1", "@U57", 6, "метка @U57 неизвестна: ожидаемые ветви"),
        ("@R1", "@use.with_drivr=http", 6, "метка @use.with_drivr=http неизвестна: метка — номер"),
        ("выходит", "нажимает кнопку", 9, "«нажимает» — слово об экране"),
        ("Всё в порядке", "Ссылка видна", 7, "«Ссылка» — слово об экране"),
        ("Дано Маргарита", "Маргарита", 7, "«Всё в порядке»: «Маргарита дома» ничего не выполняет"),
        ("Когда Маргарита", "Маргарита", 9, "файл не читается как Gherkin"),
        ("# language: ru\n", "", 1, "Первой строкой поставьте: # language: ru"),
        ("# language: ru", "# language: xx", 1, "файл не читается как Gherkin"),
    ],
)
def test_each_rule_sees_what_breaks_it(good: str, bad: str, line: int, offence: str) -> None:
    assert good in GOOD
    found = offences(GOOD.replace(good, bad, 1))
    assert not offence or any(at == line and offence in what for at, what in found), found
    assert offence or not found


def test_what_is_shown_may_be_named_as_it_is() -> None:
    assert offences(GOOD.replace("на улице", "видит «Нажмите на ссылку»")) == []


def test_two_scenarios_of_one_name_are_named_with_both_places() -> None:
    [said] = offences_in({"one.feature": GOOD, "two.feature": GOOD})
    assert said == "two.feature:7: название «Всё в порядке» уже есть (one.feature:7): дайте другое"


def test_the_command_names_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file := tmp_path / "bad.feature").write_text(GOOD.replace("@R1", "@R99"), "utf-8")
    assert main([str(file)]) == 1
    assert capsys.readouterr().out.startswith(f"{file}:6: «Всё в порядке»: метка @R99")
    assert main([]) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, ": файл не открывается. Проверьте имя"),
        (b"\xff\xfe", ":1: файл записан не в UTF-8. Сохраните его в UTF-8"),
        (GOOD.encode("cp1251"), ":2: файл записан не в UTF-8. Сохраните его в UTF-8"),
    ],
    ids=["missing", "random bytes", "cp1251"],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_looked_at(
    content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "bad.feature", tmp_path / "other.feature"
    if content is not None:
        file.write_bytes(content)
    other.write_text(GOOD.replace("@R1", "@R99"), "utf-8")
    assert main([str(file), str(other)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{file}{said}"
    assert second.startswith(f"{other}:6: ")
