"""A registry on a shared server: what is created there, in which encoding, and what a refusal of the server means."""

from __future__ import annotations

import json
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest

import numguard as ng
from numguard.bench import server
from numguard.errors import DamagedError, RegistryError
from registry_stores import is_there, make_schema
from warm import numguard

pytestmark = pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")

_names = count()


def ask(address: str, *statements: str) -> list[Any]:
    """The rows of the last of some statements, by another connection than the registry's."""
    with closing(server.connect(address)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if statements[-1].startswith("SELECT") else []


def of(address: str, *, user: str = "postgres", database: str = "postgres", options: str = "") -> str:
    """The address for another user or database."""
    changed = address.replace("postgres@", f"{user}@").replace("/postgres?", f"/{database}?")
    return changed + (f"&{options}" if options else "")


def make_database(address: str, how: str) -> str:
    name = f"cases_{next(_names)}"
    ask(address, f"CREATE DATABASE {name} TEMPLATE template0 {how}")
    return of(address, database=name)


def make_user(address: str, how: str = "LOGIN") -> str:
    name = f"desk_{next(_names)}"
    ask(address, f"CREATE ROLE {name} {how}")
    return name


def tables_in(address: str) -> int:
    schemas = "schemaname NOT IN ('pg_catalog', 'information_schema')"
    found: int = ask(address, f"SELECT count(*) FROM pg_tables WHERE {schemas}")[0][0]
    return found


def complaint(number: str = "AI-1", district: str = "Nuh", source: str = "1930") -> pa.Table:
    return pa.table(
        {
            "acknowledgement_no": [number],
            "source": [source],
            "district": [district],
            "suspect_mobiles": ["98765 43210"],
        }
    )


# Encodings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["environment", "address", "user"])
def test_no_client_encoding_changes_what_is_recorded(postgres: str, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    address = make_schema(postgres)
    with ng.Registry(address, by="HC 1234") as registry:
        registry.add_complaints(complaint(district="गुरुग्राम é"))
    other = address
    if how == "environment":
        monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    elif how == "address":
        other += "&client_encoding=LATIN1"
    else:
        user = make_user(postgres, "LOGIN SUPERUSER")
        ask(postgres, f"ALTER ROLE {user} SET client_encoding = 'LATIN1'")
        other = of(address, user=user)
    with ng.Registry(other, by="सिपाही é") as registry:
        assert registry.add_complaints(complaint(district="गुरुग्राम é"), name="again").repeated == 1
        registry.add_complaints(complaint("AI-2", "नूह é"), name="रिपोर्ट.csv")
        registry.verify()
    monkeypatch.delenv("PGCLIENTENCODING", raising=False)
    with ng.Registry(address, by="HC 1234") as registry:
        registry.verify()
        assert registry.intakes()["by"].to_pylist()[-1] == "सिपाही é"


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_no_registry_is_created_in_another_encoding_and_one_there_is_read(
    postgres: str, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    address = make_database(postgres, f"ENCODING '{encoding}' LOCALE 'C'")
    why = f"has the encoding {encoding}, and a new registry needs"
    with ng.Registry(address, by="HC 1234") as registry, pytest.raises(RegistryError, match=why):
        registry.add_complaints(complaint())
    assert tables_in(address) == 0
    # As an older numguard made one.
    with monkeypatch.context() as older:
        older.setattr("numguard.registry.log.postgresql.PostgreSQL.refuse_to_build", lambda _: None)
        with ng.Registry(address, by="सिपाही") as registry:
            registry.add_complaints(complaint(district="गुरुग्राम é"))
    monkeypatch.setenv("PGCLIENTENCODING", "UTF8")
    with ng.Registry(address, by="HC 1234") as registry:
        registry.verify()
        assert registry.intakes()["by"].to_pylist() == ["सिपाही"]
        assert registry.add_complaints(complaint("AI-2", "नूह"), name="2").added == 1
        registry.verify()


def test_text_that_was_converted_is_named_as_a_reason_of_damage(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = make_database(postgres, "ENCODING 'LATIN1' LOCALE 'C'")
    with monkeypatch.context() as older:
        older.setattr("numguard.registry.log.postgresql.PostgreSQL.refuse_to_build", lambda _: None)
        older.setattr("numguard.registry.log.postgresql.PostgreSQL._prepare_text", lambda _: None)
        older.setenv("PGCLIENTENCODING", "UTF8")
        with ng.Registry(address, by="é") as registry:
            registry.add_complaints(complaint())
        # What the encoding does not have is an error of this text, and no damage of the log.
        with ng.Registry(address, by="सिपाही") as registry:
            with pytest.raises(RegistryError, match="character that the encoding of the database") as raised:
                registry.add_complaints(complaint("AI-2"))
            assert not isinstance(raised.value, DamagedError)
    why = "the database has the encoding LATIN1, its text was recorded with another client_encoding"
    with ng.Registry(address) as registry, pytest.raises(DamagedError, match=why):
        registry.verify()


# What is created ---------------------------------------------------------------------------------------------


READING = (
    ["list"],
    ["verify"],
    ["complaints", "list"],
    ["history", "98765 43210"],
    ["complaints", "withdraw", "1", "--dry-run", "--by", "HC 1234"],
)


def test_only_complaints_and_merge_create_a_registry(postgres: str, tmp_path: Path) -> None:
    address = make_schema(postgres)
    before = tables_in(address)
    sheet = tmp_path / "desk.csv"
    sheet.write_text("acknowledgement_no,source,suspect_mobiles\nAI-1,1930,98765 43210\n")
    for verb in READING:
        done = numguard(*verb, "--registry", address)
        assert done.returncode == 2, verb
        assert "postgresql: there is no registry in this database and schema" in done.stderr
    add = ["complaints", "add", str(sheet), "--by", "HC 1234", "--registry", address]
    done = numguard(*add, "--dry-run")
    assert (done.returncode, "1 complaint would be added" in done.stderr) == (0, True)
    with ng.Registry(by="HC 1234") as registry, pytest.raises(RegistryError, match="postgresql: there is no registry"):
        registry.merge(address)
    assert tables_in(address) == before
    assert numguard(*add).returncode == 0
    assert tables_in(address) > before
    assert numguard("list", "--registry", address).returncode == 0


def test_the_first_event_creates_the_tables(postgres: str) -> None:
    address = make_schema(postgres)
    before = tables_in(address)
    with ng.Registry(address, by="A") as one, ng.Registry(address, by="B") as two:
        assert one.add_complaints(complaint(), dry_run=True).added == 1
        assert (len(one.numbers()), repr(one)) == (0, "<Registry postgresql>")
        with pytest.raises(RegistryError, match="there is no registry in this database"):
            one.backup("copy.db")
        assert tables_in(address) == before
        one.add_complaints(complaint())
        assert two.add_complaints(complaint(), dry_run=True).repeated == 1
        assert two.add_complaints(complaint("AI-2"), name="2").id == 2
        # What was there and is gone is not created again.
        schema = ask(address, "SELECT current_schema()")[0][0]
        ask(postgres, f"DROP SCHEMA {schema} CASCADE", f"CREATE SCHEMA {schema}")
        two._case.store.dialect.close()
    assert tables_in(address) == before


def test_the_first_event_has_the_moment_of_the_server(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numguard.registry.log.postgresql.PostgreSQL.clock", "SELECT 1700000000000000::bigint AS now")
    with ng.Registry(make_schema(postgres), by="HC 1234") as registry:
        registry.decide(["98765 43210"], "protected", "of a bank")
        assert registry._case.store.moment_of(1) == 1_700_000_000_000_000


def test_no_second_registry_hides_the_first(postgres: str) -> None:
    address = make_database(postgres, "")
    user = make_user(postgres)
    with ng.Registry(address, by="HC 1234") as registry:
        registry.add_complaints(complaint())
    ask(address, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}")
    desk = address.replace("postgres@", f"{user}@")
    with ng.Registry(desk) as registry:
        assert len(registry.numbers()) == 1
    ask(address, f"CREATE SCHEMA {user} AUTHORIZATION {user}")
    before = tables_in(address)
    with pytest.raises(RegistryError, match=f"the current schema, {user}, has no registry, and the schema public"):
        ng.Registry(desk)
    assert tables_in(address) == before
    with ng.Registry(f"{desk}&options=-csearch_path%3Dpublic") as registry:
        assert len(registry.numbers()) == 1


# Messages ----------------------------------------------------------------------------------------------------


def test_an_address_is_shown_nowhere(postgres: str, tmp_path: Path) -> None:
    user = make_user(postgres, "LOGIN SUPERUSER PASSWORD 's3cret'")
    address = of(make_schema(postgres), user=f"{user}:s3cret")
    with ng.Registry(address, by="HC 1234") as registry:
        registry.add_complaints(complaint())
    merge = ["merge", address, "--registry", str(tmp_path / "state.db"), "--by", "SI State"]
    done = [numguard(*merge), numguard(*merge), numguard(*merge, "--json")]
    assert [one.returncode for one in done] == [0, 0, 0]
    assert "postgresql: 1 event of registry" in done[0].stderr
    assert "postgresql: nothing new" in done[1].stderr
    assert json.loads(done[2].stdout)["merged"][0]["file"] == "postgresql"
    done.append(numguard("merge", of(address, options="options=-csearch_path%3Dpublic"), *merge[2:]))
    assert (done[-1].returncode, "postgresql: there is no registry" in done[-1].stderr) == (3, True)
    done.append(numguard("merge", address, *merge[1:]))
    assert (done[-1].returncode, done[-1].stderr.count("postgresql: nothing new")) == (0, 2)
    assert "s3cret" not in "".join(one.stdout + one.stderr for one in done)


@pytest.mark.parametrize(
    ("user", "database", "options", "message"),
    [
        ("nobody", "postgres", "", "the server has no such database or user"),
        ("postgres", "nowhere", "", "the server has no such database or user"),
        ("LOGIN CONNECTION LIMIT 0", "postgres", "", "the server has too many connections; try again"),
        ("NOLOGIN", "postgres", "", "the server refuses this user or password"),
        ("postgres", "postgres", "foo=bar", "the address is malformed, or has an option that is unknown"),
        ("postgres", "postgres", "options=-cfoo%3D1", "the address is malformed, or has an option that is unknown"),
        ("post%zz", "postgres", "", "the address is malformed"),
        ("postgres", "postgres", "port=x", "the address is malformed"),
        ("postgres", "postgres", "host=nowhere.invalid", "the server cannot be reached: no host of that name"),
        ("postgres", "postgres", "options=-csearch_path%3Dnowhere", "the search path has no schema that exists"),
    ],
)
def test_a_server_that_answered_was_reached(
    postgres: str, user: str, database: str, options: str, message: str
) -> None:
    user = make_user(postgres, user) if "LOGIN" in user else user
    with pytest.raises(RegistryError, match=f"^postgresql: {message}"):
        ng.Registry(of(postgres, user=user, database=database, options=options))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ('fatal: password authentication failed for user "full"', "the server refuses this user or password"),
        ('fatal: no pg_hba.conf entry for host "10.0.0.1", user "desk"', "the server refuses this user or password"),
        ("fatal: sorry, too many clients already", "the server has too many connections; try again later"),
        ('fatal: permission denied for database "cases"', "the server refuses this user: it needs CONNECT"),
        ("fatal: the database system is starting up", "the server accepts no connections at the moment"),
        ('root certificate file "root.crt" does not exist', "the certificate of the server"),
    ],
)
def test_what_a_refusal_to_connect_means(
    postgres: str, monkeypatch: pytest.MonkeyPatch, words: str, message: str
) -> None:
    def refuse(_: str) -> None:
        raise OSError(f'connection to server at "10.0.0.2", port 5432 failed: {words}')

    monkeypatch.setattr("adbc_driver_postgresql.connect", refuse)
    with pytest.raises(RegistryError, match=f"^postgresql: {message}"):
        ng.Registry(postgres)


def test_a_time_limit_of_the_server_ends_no_call(postgres: str) -> None:
    limits = quote("-cstatement_timeout=900s -cidle_session_timeout=900s")
    address = make_schema(postgres).replace("options=", f"options={limits}%20")
    with ng.Registry(address, by="HC 1234") as registry:
        registry.add_complaints(complaint())
        for name in ("statement_timeout", "idle_session_timeout"):
            query = f"SELECT coalesce(current_setting('{name}', true), '0') AS one"
            assert registry._case.store.dialect.fetch(query)["one"].to_pylist() == ["0"]


def test_a_user_without_temporary_tables_learns_what_is_missing(postgres: str) -> None:
    address = make_database(postgres, "")
    user = make_user(postgres)
    with ng.Registry(address, by="HC 1234") as registry:
        registry.add_complaints(complaint())
    name = ask(address, "SELECT current_database()")[0][0]
    ask(address, f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
    ask(address, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}")
    desk = address.replace("postgres@", f"{user}@")
    with ng.Registry(desk) as registry, pytest.raises(RegistryError, match="needs TEMPORARY on the database"):
        registry.history("98765 43210")
    ask(address, f"GRANT TEMPORARY ON DATABASE {name} TO {user}")
    with ng.Registry(desk, by="HC 1234") as registry:
        assert len(registry.history("98765 43210")) == 1
        with pytest.raises(RegistryError, match="to record, INSERT, UPDATE and DELETE too; the first event, CREATE"):
            registry.decide(["98765 43210"], "confirmed", "why")


def test_a_turkish_database_knows_the_same_number_with_zeros(postgres: str) -> None:
    try:
        address = make_database(postgres, "LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C' ENCODING 'UTF8'")
    except Exception:
        pytest.skip("this server has no ICU")
    with ng.Registry(address, by="HC 1234") as registry:
        registry.add_complaints(complaint("AI-1"))
        again = registry.add_complaints(complaint("00AI-1"), name="2")
    assert again.alike["why"].to_pylist() == ["leading_zeros"]
