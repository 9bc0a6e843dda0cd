"""The story, scene by scene: first both journeys, then what goes wrong and how it ends well all the same."""

from __future__ import annotations

from collections.abc import Callable

from registratura.host.terminal.demo.scenes import attaching, cabinet, errors, guesses, registering
from registratura.host.terminal.demo.stage import Stage

SCENES: tuple[tuple[str, Callable[[Stage], None]], ...] = (
    ("Регистрация", registering.registers),
    ("Вход через Госуслуги, пароль в настройках, вход по паролю", registering.sets_a_password),
    ("«Мои карты»: своя и ребёнка", cabinet.keeps_cards),
    ("Разделы кабинета и клиники", cabinet.looks_around),
    ("Прикрепление к клинике", attaching.attaches),
    ("Отказ от согласия", errors.declines),
    ("Не приходит СМС", errors.waits_for_the_sms),
    ("Неподходящие пароли", errors.mistypes_passwords),
    ("Госуслуги говорят «нет»", errors.is_sent_back),
    ("Чужой, использованный и неполный код", guesses.uses_foreign_codes),
    ("Подбор кода: попытки, блокировка, время", guesses.guesses_codes),
    ("Подбор пароля: попытки, блокировка, время", guesses.guesses_passwords),
    ("Нетерпение и забывчивость", errors.hurries_and_forgets),
)
