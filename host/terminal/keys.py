"""`registratura keys`: key files, and changing the master key or the key for digests while the portal runs."""

from __future__ import annotations

from registratura.host.terminal.console import say
from registratura.host.terminal.failures import Complaint
from registratura.host.terminal.opening import keys_of, opened
from registratura.storage import KeyFile, change_key_file, create_key_file, load_key_file
from registratura.storage.keys import ENVIRONMENT, locked


def new(file: str) -> int:
    """A file with new keys."""
    made = create_key_file(file)
    say(f"Ключи записаны в {made}; читать их можете только вы.", "green")
    say("Сделайте копию и храните её отдельно от базы: без ключа базу не прочитать.")
    return 0


def prepare(file: str) -> int:
    """A master key that is to come, for portals on several machines."""
    with locked(file):
        before = load_key_file(file)
        added = change_key_file(file, KeyFile.prepared) != before
    done = "добавлен новый главный ключ" if added else "уже есть новый главный ключ; файл не изменён"
    say(f"В {file} {done}. Пока работает прежний.", "green")
    say("Разложите файл по всем машинам портала, затем: registratura keys rotate")
    return 0


def rotate(database: str, keys: str | None) -> int:
    """The next master key, or a new one, wraps from now on."""
    file = _file(database, keys)
    with locked(file):
        with opened(database, keys):
            changed = change_key_file(file, KeyFile.rotated)
        with opened(database, keys) as portal:
            wrapped = portal.operator.rewrap_keys()
    say(f"Главный ключ теперь {changed.master.id}. Ключей данных завёрнуто заново: {wrapped}.", "green")
    say("Сделайте копию файла ключей и разложите его по всем машинам портала.")
    say("Прежний ключ пока в нём: он нужен программам, которые уже работают.")
    say("Когда все они начаты заново, уберите его: registratura keys retire")
    return 0


def retire(database: str, keys: str | None) -> int:
    """Former master keys are forgotten, once nothing is wrapped by them."""
    file = _file(database, keys)
    with locked(file):
        with opened(database, keys) as portal:
            wrapped = portal.operator.rewrap_keys()
        change_key_file(file, KeyFile.retired)
    say("Прежние главные ключи убраны из файла." + (f" Завёрнуто заново: {wrapped}." if wrapped else ""), "green")
    say(f"Файл с ними оставлен рядом: {file}.before-…; с ним открываются старые копии базы. Уберите его подальше.")
    return 0


def prepare_digests(file: str) -> int:
    """A key for digests that every process is to have before anything is found by it."""
    with locked(file):
        before = load_key_file(file)
        newest, *_ = change_key_file(file, KeyFile.with_new_digest_key).digest
    there = newest in before.digest
    if there:
        say(f"В {file} уже есть новый ключ отпечатков, {newest.id}; файл не изменён.", "green")
        say("Если команды rotate --digests ещё не было, находит прежний ключ, и осталось сделать вот что.")
    else:
        say(f"В {file} добавлен новый ключ отпечатков, {newest.id}. Находит пока прежний.", "green")
    say("Разложите файл по всем машинам портала и начните на них все программы заново.")
    say("Только когда заново начаты все: registratura keys rotate --digests")
    if there:
        say("Если она уже была, находит новый ключ. Следующий можно добавить, когда убран прежний:")
        say("registratura keys retire --digests")
    return 0


def rotate_digests(database: str, keys: str | None) -> int:
    """What is found by digests is found by those under the new key."""
    file = _file(database, keys)
    with locked(file), opened(database, keys) as portal:
        portal.operator.rekey_digests()
    say("Всё, что находят по отпечаткам, теперь находят по отпечаткам под новым ключом.", "green")
    say("Прежние отпечатки пока записываются тоже: по ним находят программы, которые уже работают.")
    say("Когда все они начаты заново, уберите прежние: registratura keys retire --digests")
    return 0


def retire_digests(database: str, keys: str | None) -> int:
    """Digests under former keys go; those keys stay under the new one."""
    file = _file(database, keys)
    with locked(file):
        with opened(database, keys) as portal:
            portal.operator.drop_digests()
        changed = change_key_file(file, KeyFile.with_one_digest_key)
    say(f"Отпечатков под прежними ключами больше нет; новые записываются под ключом {changed.digest[0].id}.", "green")
    say("Разложите файл ключей по всем машинам и начните программы заново. До этого они пишут и прежние отпечатки;")
    say("чтобы убрать и эти, повторите потом: registratura keys retire --digests")
    return 0


def _file(database: str, keys: str | None) -> str:
    file = keys_of(database, keys)
    if file.startswith(ENVIRONMENT):
        raise Complaint(
            "Ключи из переменной окружения меняют там, где её задают: смените их в файле и задайте её заново."
        )
    return file
