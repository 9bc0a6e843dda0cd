"""The loop: open, take turns, say goodbye."""

from __future__ import annotations

from registratura.host.terminal.console import say
from registratura.host.terminal.opening import world
from registratura.host.terminal.play.ask import Leaves
from registratura.host.terminal.play.memory import Memory
from registratura.host.terminal.play.player import Player


def play_portal(database: str, keys: str | None) -> int:
    """Play until the person leaves, by «в», Ctrl-C or the end of what was typed."""
    with world(database, keys) as made:
        memory = Memory(database)
        returned = "С возвращением! Вы там же, где остановились." if memory.place.path else "Добро пожаловать!"
        say(f"{returned} Госуслуги и клиники здесь учебные, люди придуманы.", "green")
        player = Player(made, memory)
        try:
            while True:
                player.turn()
        except (Leaves, EOFError, KeyboardInterrupt):
            say("\nДо свидания! Всё сохранено: registratura play продолжит с этого места.", "green")
    return 0
