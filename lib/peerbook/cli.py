"""The command `peerbook`: what the pages do not do themselves."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peerbook import __version__
from peerbook.errors import InputFault, PeerbookError
from peerbook.text import _

if TYPE_CHECKING:
    from peerbook.store.keys import MasterKey

StoreUrl = Annotated[
    str | None,
    typer.Option("--store", help=_("Database address. Without it: your own data folder.")),
]
Port = Annotated[
    int | None,
    typer.Option(
        min=1, max=65535, help=_("Number of the port on this computer. Without it: a free one.")
    ),
]
OpenBrowser = Annotated[
    bool, typer.Option("--browser/--no-browser", help=_("Open the browser when ready."))
]

app = typer.Typer(
    help=_("Workbooks for peer support: plan, record and follow."),
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
key = typer.Typer(help=_("The key of the data."), no_args_is_help=True)
app.add_typer(key, name="key")


def _address(store: str | None, *, create: bool) -> str:
    """Return the address of the store, once it is known to be there and sound.

    It is absolute: a kernel works in another folder than the one the command was given in.
    """
    from peerbook.data_protection.heeding import note_every_no
    from peerbook.privacy.erasure import erase_person
    from peerbook.store import Store
    from peerbook.store.backup import erase_again

    with Store.open(store, create=create) as opened:
        # Whoever looks after a server, or copies a file, may have brought somebody back.
        erase_again(opened, erase_person)
        note_every_no(opened)
        return opened.address


@app.command(help=_("Start the app in your browser."))
def serve(
    store: StoreUrl = None,
    new: Annotated[
        bool, typer.Option("--new", help=_("Begin a new store when there is none at the address."))
    ] = False,
    port: Port = None,
    browser: OpenBrowser = True,
    ip: Annotated[str, typer.Option(help=_("Address to listen on."))] = "127.0.0.1",
    *,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            help=_(
                "Address or network of your own proxy in front, which is believed about where a "
                "request comes from; may be repeated."
            )
        ),
    ] = None,
    host_name: Annotated[
        list[str] | None,
        typer.Option(
            help=_(
                "Name under which browsers find this server, as peerbook.kommune.example; may be "
                "repeated. Under any other name nobody is answered."
            )
        ),
    ] = None,
    hub: Annotated[
        bool, typer.Option("--hub", help=_("Serve one user of a JupyterHub, which starts this."))
    ] = False,
) -> None:
    """Start the app; ends with Ctrl-C."""
    from peerbook.server import serve as start
    from peerbook.store.store import URL_VARIABLE

    # Only one's own data folder is there without being asked for; an address may be mistyped.
    is_own = not store and not os.environ.get(URL_VARIABLE)
    if hub:
        if port or proxy or host_name:
            raise InputFault.at(
                "hub",
                _(
                    "With --hub, JupyterHub says where the server is and how it is reached. Leave "
                    "out --port, --proxy and --host-name."
                ),
            )
        from peerbook.server import serve_behind_hub

        serve_behind_hub(None if is_own else _address(store, create=False))
        return
    address = _address(store, create=new or is_own)
    start(
        port=port, ip=ip, open_browser=browser, store_url=address,
        proxies=proxy or (), names=host_name or (),
    )  # fmt: skip


@app.command(help=_("Start JupyterLab on the same data, for analysts."))
def lab(
    store: StoreUrl = None,
    port: Port = None,
    browser: OpenBrowser = True,
    allow_root: Annotated[
        bool,
        typer.Option(
            "--allow-root", help=_("Start as the superuser too, for instance in a container.")
        ),
    ] = False,
    names: Annotated[
        bool,
        typer.Option("--names", help=_("Show notebooks who participants are, not codes only.")),
    ] = False,
) -> None:
    """Start JupyterLab; ends with Ctrl-C."""
    from peerbook.server import lab as start

    address = _address(store, create=False)
    start(port=port, open_browser=browser, store_url=address, allow_root=allow_root, names=names)


@app.command(help=_("Fill an empty store with invented people from Vejle."))
def demo(
    store: StoreUrl = None,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help=_("Do nothing when the store holds something."))
    ] = False,
    today: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help=_("Day around which the invented courses lie, as 2026-11-24. Without it: today."),
        ),
    ] = None,
) -> None:
    """Fill the store with the synthetic Vejle; refuses a store that holds anything."""
    from peerbook.demo import fill
    from peerbook.store import Store
    from peerbook.text.formats import COPENHAGEN

    day = (today or dt.datetime.now(COPENHAGEN)).date()

    with Store.open(store) as opened:
        if if_empty and not opened.is_empty():
            return
        typer.echo(fill(opened, day).sentence)


@app.command(help=_("Look for what is wrong in the data; one line for each."))
def check(
    store: StoreUrl = None,
    severity: Annotated[
        str,
        typer.Option(help=_("The least that is told: error, warning or note.")),
    ] = "note",
) -> None:
    """Tell what breaks the rules of data quality; exit code 1 when a figure is wrong."""
    from peerbook import small_groups
    from peerbook.quality.report import lines
    from peerbook.store import Store
    from peerbook.text.formats import COPENHAGEN

    with Store.open(store, create=False) as opened:
        threshold = small_groups.threshold_of(opened.setting(small_groups.SETTING))
        told, is_wrong = lines(opened, dt.datetime.now(COPENHAGEN).date(), threshold, severity)
    for line in told:
        typer.echo(line)
    if is_wrong:
        raise typer.Exit(1)


@app.command(help=_("Run a workbook without a browser, for a scheduler."))
def run(
    workbook: Annotated[str, typer.Argument(help=_("Name of the workbook, e.g. course_plan."))],
    output: Annotated[Path, typer.Option(help=_("Notebook to write the result to."))],
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", help=_("A parameter as name=value; may be repeated.")),
    ] = None,
    store: StoreUrl = None,
) -> None:
    """Run a workbook with checked parameters."""
    from peerbook.runs import run as start
    from peerbook.store import Store
    from peerbook.store.store import URL_VARIABLE

    given: dict[str, object] = {}
    for entry in parameter or []:
        name, equals, value = entry.partition("=")
        if not equals:
            raise InputFault.at(
                "parameter",
                _("Write a parameter as name=value, not “{entry}”.").format(entry=entry),
            )
        if name in given:
            raise InputFault.at(
                "parameter",
                _("The parameter “{name}” is given more than once. Give it one value.").format(
                    name=name
                ),
            )
        given[name] = value
    with Store.open(store, create=False) as opened:
        os.environ[URL_VARIABLE] = opened.address
        typer.echo(start(workbook, given, output, opened))


@app.command(help=_("Write the templates to fill in Excel, and what their columns mean."))
def templates(
    folder: Annotated[Path, typer.Argument(help=_("Folder to write them to; made if need be."))],
) -> None:
    """Write every template as .xlsx, and the data dictionary."""
    from peerbook.course.frames import templates as known
    from peerbook.files.intake import write_templates

    for path in write_templates(known(), folder):
        typer.echo(path)


@app.command(
    help=_("Look for CPR numbers, names, phone numbers, mail addresses and secrets in files.")
)
def scan(
    paths: Annotated[
        list[Path] | None, typer.Argument(help=_("Files and folders. Without any: this folder."))
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help=_("Look at what the next git commit would hold."))
    ] = False,
    hook: Annotated[
        bool, typer.Option("--hook", help=_("Have git look before every commit, from now on."))
    ] = False,
    names: Annotated[
        bool, typer.Option("--names/--no-names", help=_("Look for the names in the store too."))
    ] = True,
    store: StoreUrl = None,
) -> None:
    """Tell where something personal stands, and never what; exit code 1 when there is any."""
    from peerbook.personal import Names
    from peerbook.privacy import scan as leaks
    from peerbook.store import Store

    here = Path.cwd()
    if hook:
        typer.echo(leaks.install_hook(here, with_names=names))
        return
    known = Names(())
    if names:
        with Store.open(store, create=False) as opened, opened.read() as session:
            known = leaks.names_of_all(session)
    folder = leaks.top_of(here) if staged else here
    files = leaks.staged_files(folder) if staged else leaks.files_under(paths or [Path()])
    found = leaks.scan(files, known, leaks.read_allowed(folder / leaks.ALLOWED_FILE))
    for line in leaks.told(found):
        typer.echo(line)
    if found.findings:
        raise SystemExit(1)


@app.command(help=_("Make an encrypted backup of the data, and prove that it opens."))
def backup(
    folder: Annotated[
        Path | None,
        typer.Argument(help=_("Folder to write it to. Without it: “backups” beside the data.")),
    ] = None,
    store: StoreUrl = None,
    drill: Annotated[
        bool,
        typer.Option("--drill", help=_("Bring the newest one back on trial, and delete it again.")),
    ] = False,
    if_due: Annotated[
        bool, typer.Option("--if-due", help=_("Only when the last one is a week old or more."))
    ] = False,
) -> None:
    """Make a backup, or try the newest one."""
    from peerbook.privacy.erasure import erase_person
    from peerbook.store import Store
    from peerbook.store import backup as backups

    now = dt.datetime.now(dt.UTC)
    with Store.open(store, create=False) as opened:
        if drill:
            typer.echo(backups.drill(opened, now, folder, erase_person).sentence)
        elif not if_due or backups.is_due(opened, now):
            typer.echo(backups.make_backup(opened, now, folder))


@app.command(help=_("Bring a backup back. Data that are there already are set aside."))
def restore(
    file: Annotated[Path, typer.Argument(help=_("The backup."))],
    store: StoreUrl = None,
) -> None:
    """Restore a backup, with the recovery code where the key is not on this computer."""
    from peerbook.data_protection.heeding import heed
    from peerbook.privacy.erasure import erase_person
    from peerbook.store import backup as backups
    from peerbook.store.engine import open_database
    from peerbook.store.store import address_of
    from peerbook.text import format_date
    from peerbook.text.formats import COPENHAGEN

    target = address_of(store)
    master = None if backups.key_is_here(file) else _recovery_code()
    now = dt.datetime.now(dt.UTC)
    back, aside = backups.restore(file, target, now, master, erase=erase_person, heed=heed)
    typer.echo(
        _("{rows} rows are back at {place}.").format(
            rows=back.number_of_rows, place=open_database(target).place
        )
    )
    since = _(
        "All is as it was on {day}. What was saved since has to be saved again. A no that was said "
        "since is heeded, when you took the whole folder of backups along; if not, write it again "
        "first."
    )
    made_at = dt.datetime.fromisoformat(back.made_at).astimezone(COPENHAGEN)
    typer.echo(since.format(day=format_date(made_at.date())))
    if aside is not None:
        told = _("What was there before is now {place}. After {days} days a backup removes it.")
        typer.echo(told.format(place=aside, days=backups.KEPT_DAYS))


@key.command("show", help=_("Show the recovery code to write down on paper."))
def key_show(store: StoreUrl = None) -> None:
    """Print the recovery code in numbered rows."""
    from peerbook.store import Store

    with Store.open(store, create=False) as opened:
        groups = opened.keys.master().recovery_code.split("-")
    for first in range(0, len(groups), 4):
        numbered = enumerate(groups[first : first + 4], first + 1)
        typer.echo("   ".join(f"{number:>2}. {group}" for number, group in numbered))
    typer.echo(
        _(
            "Write it down by hand and keep it locked away, not beside the computer. Whoever has "
            "it and a backup can read everything. Without it nobody can, should the computer be "
            "lost."
        )
    )


@key.command("restore", help=_("Type in the recovery code, when the key is gone."))
def key_restore(store: StoreUrl = None) -> None:
    """Keep the key of a store again."""
    from peerbook.store.store import take_key

    take_key(store, _recovery_code())
    typer.echo(_("The key is right, and is kept again. The data can be opened."))


@key.command("rotate", help=_("Encrypt everything under a new key."))
def key_rotate(store: StoreUrl = None) -> None:
    """Change the key; can be run again when it was cut off."""
    from peerbook.store import Store
    from peerbook.store.backup import rotate_key

    with Store.open(store, create=False) as opened:
        rotate_key(opened)
    typer.echo(
        _(
            "Everything is encrypted under a new key. Write down its recovery code: “peerbook key "
            "show”. Keep the old code as long as you keep backups made before today."
        )
    )


def _recovery_code() -> MasterKey:
    from peerbook.store.keys import MasterKey

    return MasterKey.from_recovery_code(typer.prompt(_("Recovery code")))


@app.command(name="import", help=_("Take a file in: a filled template, or another program’s."))
def take_in(
    file: Annotated[Path, typer.Argument(help=_("The file, .xlsx or CSV; a ZIP with --whole."))],
    *,
    site: Annotated[str, typer.Option(help=_("Name of the place."))] = "",
    course: Annotated[int, typer.Option(help=_("Number of the course it is about."))] = 0,
    matching: Annotated[
        str, typer.Option(help=_("Name under which you matched its columns on the page."))
    ] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", help=_("An answer to a question, as it is offered.")),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Only show what it would do."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Save without asking."))] = False,
    all_data: Annotated[
        bool,
        typer.Option("--whole", help=_("A file with all data, into an empty or new store.")),
    ] = False,
    store: StoreUrl = None,
) -> None:
    """Show what a file would do, and save it."""
    import getpass

    if all_data:
        _take_in_all(file, store)
        return

    from peerbook import small_groups
    from peerbook.data import import_command, import_words
    from peerbook.data.importing import Import
    from peerbook.data.kinds import place_named
    from peerbook.data.sources import saved_matchings
    from peerbook.store import Store
    from peerbook.text.formats import COPENHAGEN

    with Store.open(store, create=False) as opened:
        with opened.read() as session:
            place = place_named(session, site, course)
            known = saved_matchings(session)
        threshold = small_groups.threshold_of(opened.setting(small_groups.SETTING))
        found = Import.of(
            opened, getpass.getuser(), file.name, _bytes_of(file),
            place=place, today=dt.datetime.now(COPENHAGEN).date(), threshold=threshold,
        ).answered(_answers(answer or []))  # fmt: skip
        if matching:
            if matching not in known:
                message = _("No columns are matched under the name “{name}”.")
                raise InputFault.at("matching", message.format(name=matching))
            found = found.matched_by(known[matching])
        look = found.look()
        for line in import_command.told(look):
            typer.echo(line)
        if dry_run:
            return
        if not import_words.can_be_saved(look):
            raise typer.Exit(code=1)
        if not yes and not typer.confirm(import_words.save_label(look) + "?"):
            return
        receipt = found.save(look)
        typer.echo(_("Saved. Receipt {number}.").format(number=receipt.number))


def _take_in_all(file: Path, store: str | None) -> None:
    """Put all data into a store that is empty, or made now."""
    import getpass

    from peerbook.data.whole import fill_from
    from peerbook.store import Store

    packed = _bytes_of(file)
    with Store.open(store) as opened:
        with opened.write(getpass.getuser()) as session:
            fill_from(session, packed)
        typer.echo(_("All data are in {place}.").format(place=opened.address))


@app.command(help=_("Take all data out as one ZIP: tables, codebook and summary."))
def export(
    file: Annotated[Path, typer.Argument(help=_("The file to write; it must not be there yet."))],
    *,
    with_names: Annotated[
        bool,
        typer.Option("--with-names", help=_("With names and contacts, so it can be read back.")),
    ] = False,
    store: StoreUrl = None,
) -> None:
    """Write everything in the store to a file only its owner can read."""
    from peerbook.data.whole import way_out
    from peerbook.desk import SYNTHETIC_SETTING, owner
    from peerbook.privacy.taken_out import note_taken_out
    from peerbook.store import Store
    from peerbook.text.formats import COPENHAGEN

    with Store.open(store, create=False) as opened:
        synthetic = bool(opened.setting(SYNTHETIC_SETTING, False))
        with opened.read() as session:
            made = way_out(
                session,
                with_names=with_names,
                made_on=dt.datetime.now(COPENHAGEN).date(),
                synthetic=synthetic,
            )
        if with_names:
            with opened.write(owner().name) as session:
                note_taken_out(session, dt.datetime.now(COPENHAGEN).date())
    _write_new(file, made.packed())
    typer.echo(file)


@app.command(help=_("Write the hand-over booklet to print: all that whoever takes over must know."))
def handover(
    file: Annotated[Path, typer.Argument(help=_("The PDF to write; it must not be there yet."))],
    store: StoreUrl = None,
) -> None:
    """Write the booklet; it holds nobody who takes part, and no key."""
    from peerbook.desk import SYNTHETIC_SETTING
    from peerbook.guide.handover import handover_paper
    from peerbook.store import Store
    from peerbook.text.formats import COPENHAGEN

    with Store.open(store, create=False) as opened:
        synthetic = bool(opened.setting(SYNTHETIC_SETTING, False))
        today = dt.datetime.now(COPENHAGEN).date()
        _name, data, _kind = handover_paper(opened, today, synthetic=synthetic)
    _write_new(file, data)
    typer.echo(file)


def _write_new(file: Path, data: bytes) -> None:
    """Write a file only its owner can read, and never over another."""
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as target:
            target.write(data)
    except FileExistsError:
        message = _("The file {file} is there already. Choose another name.")
        raise InputFault.at("file", message.format(file=file)) from None
    except OSError as error:
        message = _("The file {file} cannot be written. Choose another place.")
        raise InputFault.at("file", message.format(file=file)) from error


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = _("The file {file} cannot be read. Check where it is.")
        raise InputFault.at("file", message.format(file=file)) from error


def _answers(written: list[str]) -> dict[str, str]:
    pairs = {}
    for entry in written:
        key, equals, value = entry.partition("=")
        if not equals:
            raise InputFault.at("answer", _("Write an answer as it is offered, such as row7=new."))
        pairs[key] = value
    return pairs


user_app = typer.Typer(help=_("Make users and help them in, on this machine."))
app.add_typer(user_app, name="user")


@user_app.command("add", help=_("Make a user; name and password are asked for."))
def user_add(
    role: Annotated[str, typer.Option(help=_("What the user is here for."))] = "leader",
    site: Annotated[
        list[str] | None, typer.Option(help=_("Only at this site; may be repeated."))
    ] = None,
    store: StoreUrl = None,
) -> None:
    """Make a user."""
    from peerbook.access import commands
    from peerbook.store import Store

    with Store.open(store, create=False) as opened:
        commands.add(opened, role, site or [])


@user_app.command("list", help=_("Show who may come in."))
def user_list(store: StoreUrl = None) -> None:
    """Show the users."""
    from peerbook.access import commands
    from peerbook.store import Store

    with Store.open(store, create=False) as opened:
        commands.tell(opened)


@user_app.command("reset", help=_("Give a user another password, and let them in again."))
def user_reset(store: StoreUrl = None) -> None:
    """Give a user another password."""
    from peerbook.access import commands
    from peerbook.store import Store

    with Store.open(store, create=False) as opened:
        commands.reset(opened)


@user_app.command("shut-out", help=_("Let a user in no more."))
def user_shut_out(store: StoreUrl = None) -> None:
    """Shut a user out."""
    from peerbook.access import commands
    from peerbook.store import Store

    with Store.open(store, create=False) as opened:
        commands.shut_out(opened)


@app.command(
    name="postgres-roles",
    help=_("Print what the administrator of a PostgreSQL server runs to make room for the data."),
)
def postgres_roles(
    database: Annotated[str, typer.Argument(help=_("Name of the database to make."))] = "peerbook",
) -> None:
    """Print the SQL that makes a database with an owner and a user."""
    from peerbook.store.postgres_guard import roles_for

    if not (database.isascii() and database.isidentifier() and database.islower()):
        raise InputFault.at(
            "database", _("The name of a database is small letters, digits and “_” here.")
        )
    typer.echo(roles_for(database), nl=False)


@app.command(help=_("See whether anything was changed behind peerbook's back."))
def audit(
    store: StoreUrl = None,
    head: Annotated[
        list[str] | None,
        typer.Option(
            help=_("An end of the chain noted earlier, as number:letters; may be repeated.")
        ),
    ] = None,
) -> None:
    """Check the chain over the histories, and tell its end, to be noted elsewhere."""
    from peerbook.store import Head, Store, backup

    noted = [Head.read(written) for written in head or []]
    with Store.open(store, create=False) as opened:
        ends = backup.known_ends(opened)
        verdict = opened.verify_audit([*noted, *ends.heads])
    typer.echo(verdict.sentence)
    if ends.sentence:
        typer.echo(ends.sentence)
    if ends.forged or not verdict.is_whole:
        raise typer.Exit(1)


@app.command(help=_("Show the version."))
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _misuse(error: typer.TyperException) -> str:
    """Return in the user's language what typer says in English: what cannot be, and where to look.

    Its exceptions tell more or less; what they do not know is left out.
    """
    parameter = getattr(error, "param", None)
    what = parameter.opts[0] if parameter else getattr(error, "option_name", "")
    context = getattr(error, "ctx", None)
    if isinstance(error, typer.BadParameter):
        told = _("“{what}” cannot be that.") if error.message else _("“{what}” is missing.")
    elif what:
        told = _("“{what}” cannot be used like that.")
    else:
        told = _("There is no such command, or there is too much behind it.")
    advice = _("“{command} --help” shows how it is written.")
    command = context.command_path if context else _command_asked_for()
    return f"{told.format(what=what)} {advice.format(command=command)}"


def _command_asked_for() -> str:
    known = typer.main.get_group(app).commands
    return " ".join(["peerbook", *[word for word in sys.argv[1:2] if word in known]])


def main() -> None:
    """Run the command and end with its exit code; without any, tell which there are.

    A fault becomes one line each on standard error and exit code 1, a command that is not written
    as it should be one line and exit code 2.
    """
    try:
        code = app(sys.argv[1:] or ["--help"], prog_name="peerbook", standalone_mode=False)
        raise SystemExit(code)
    except typer.Abort:  # Ctrl-C at a question, or nobody there to answer it
        typer.echo(_("Stopped before it was done."), err=True)
        raise SystemExit(1) from None
    except typer.TyperException as error:
        typer.echo(_misuse(error), err=True)
        raise SystemExit(error.exit_code) from None
    except InputFault as fault:
        for one in fault.faults:
            typer.echo(one.message, err=True)
        raise SystemExit(1) from None
    except PeerbookError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None
