"""`init`, `validate` and `topics`: before the first run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streamal.cli.console import print_json, print_table, say
from streamal.cli.options import Config, Json, settings_from

if TYPE_CHECKING:
    from streamal.settings import Settings

topics_app = typer.Typer(
    help="Create or check the topics; `run` and `send` create them too.", no_args_is_help=True
)


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to write it.")] = Path(),
) -> None:
    """Write a commented `streamal.yaml` with every setting at its default.

    Beside it goes the JSON Schema that editors check it with. A file that is there is
    never written over.
    """
    import json

    from streamal.errors import UsageError
    from streamal.settings import SCHEMA_FILE, schema, template

    target = folder / "streamal.yaml"
    if target.exists():
        raise UsageError(f"{target} is there already; remove it first, or choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text(template(), encoding="utf-8")
        schema_text = json.dumps(schema(), indent=2) + "\n"
        (folder / SCHEMA_FILE).write_text(schema_text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}") from None
    say(f"wrote {target} and {SCHEMA_FILE}; `streamal validate` checks it")


def validate(
    config: Config = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Look at the configuration only.")
    ] = False,
    json: Json = False,
) -> None:
    """Check the configuration, then the model, the broker, its topics and permissions.

    Exit 78 for a configuration that cannot work, 1 where the topics are not as they
    must be, `run` lacks a permission on a topic or group, or the model is configured
    otherwise than the one in `updates`. A file that is not there yet
    is no problem: `run` and `send` make it.
    """
    from streamal.app import model_of
    from streamal.settings import warnings

    settings = settings_from(config)
    notes = warnings(settings)
    model_of(settings)()
    problems, found = ([], "") if offline else _topics(settings, notes)
    if json:
        print_json({"valid": not problems, "warnings": notes, "problems": problems})
    for note in notes:
        say(f"warning: {note}")
    _fail_on(problems)
    if not json:
        say(f"the configuration is valid{found}")


def _topics(settings: "Settings", notes: list[str]) -> tuple[list[str], str]:
    """Return what is wrong with topics and permissions, or else in what state they are."""
    from streamal.app import is_there, model_problems, right_problems

    if is_there(settings):
        problems = _kept(settings, notes) or right_problems(settings) or model_problems(settings)
        return problems, ", and the topics are there"
    path = Path(getattr(settings.broker, "path", ""))
    if not path.parent.is_dir():
        return [f"the folder {path.parent} of {path.name} is not there; make it first"], ""
    return [], f"; {path} is not there yet: `streamal run` or `streamal send` makes it"


def _kept(settings: "Settings", notes: list[str]) -> list[str]:
    """Return what is wrong with the topics; `run` needs no right to see how they are kept."""
    from streamal.app import topic_problems
    from streamal.errors import NotAllowed

    try:
        return topic_problems(settings)
    except NotAllowed as error:
        notes.append(f"how the topics are kept was not checked: {error}")
        return []


def _fail_on(problems: list[str]) -> None:
    from streamal.errors import CheckFailed

    if problems:
        raise CheckFailed("\n       ".join(problems))


@topics_app.command("create")
def create(config: Config = None, json: Json = False) -> None:
    """Create the topics that are missing, with the partitions and retention they need."""
    from streamal.app import create_topics

    made, there = create_topics(settings_from(config))
    if json:
        print_json({"created": made, "topics": there})
    else:
        say(f"created {', '.join(made)}" if made else "all topics are there")


@topics_app.command("check")
def check(
    config: Config = None,
    acls: Annotated[
        bool,
        typer.Option(
            "--acls", help="Print the permissions that are needed, and no more; ask none."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Check that every topic is there, with its partitions and as it must be kept.

    Exit 1 if not. With `--acls` it prints the access control list that Kafka needs for
    least privilege, for each of the programs that take part.
    """
    settings = settings_from(config)
    if acls:
        _print_rights(settings, json)
        return
    from streamal.app import topic_problems, topics_of, topics_there

    found, problems = topics_there(settings), topic_problems(settings)
    if json:
        print_json({"topics": found, "problems": problems})
    else:
        specs = topics_of(settings).specs()
        rows = [(spec.name, str(found.get(spec.name, "missing"))) for spec in specs]
        print_table("Topics", rows, ("topic", "partitions"))
    _fail_on(problems)


def _print_rights(settings: "Settings", json: bool) -> None:
    from msgspec.structs import asdict, astuple

    from streamal.app import topics_of
    from streamal.lab.rights import rights

    needed = rights(topics_of(settings), settings.topics.prefix)
    if json:
        print_json({"acls": [asdict(right) for right in needed]})
    else:
        rows = [(*astuple(right)[:-1], ", ".join(right.operations)) for right in needed]
        head = ("who", "resource", "pattern", "name", "operations")
        print_table("Least privilege", rows, head)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(validate)
    app.add_typer(topics_app, name="topics")
