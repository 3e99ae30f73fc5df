"""Run a workbook without a browser; parameters are judged before a kernel starts."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from traitlets.config import Config

from peerbook import __version__
from peerbook.course import records
from peerbook.desk import BY_CODES_VARIABLE
from peerbook.errors import Fault, InputFault, PeerbookError, Place, support_code
from peerbook.files.origin import fingerprint
from peerbook.paths import can_be_socket, product_folder
from peerbook.sites import site_records
from peerbook.store import Store
from peerbook.store.tables import Audit, Event
from peerbook.text import _, format_list

logger = logging.getLogger(__name__)

LARGEST_PARAMETERS_BYTES = 64 * 1024
LONGEST_TEXT = 100
LARGEST_NUMBER = 2**31 - 1
_LATEST = [
    select(func.max(one)) for one in (Audit.seq, Audit.at, Event.seq, Event.recorded_at)
]  # fmt: skip
"""What tells one state of the record from every other: both histories only ever grow."""
_CHECK = "check"
"""Tag of the cell that tells what may leave."""
_CODE_LINE = re.compile(r"\w+\.py:\d+")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PLAIN_TEXT = re.compile(r"[\w .,'()/-]*")


def _site_fault(session: Session, value: object) -> str | None:
    names = [site.name for site in site_records.sites(session)]
    if value == "" or value in names:
        return None
    return _("There is no site called “{value}”. Known sites: {names}.").format(
        value=value, names=format_list(names) or _("none")
    )


def _course_fault(session: Session, value: object) -> str | None:
    if value == 0 or records.course_exists(session, int(str(value))):
        return None
    return _("There is no course number {value}. Use 0 for the latest one.").format(value=value)


_KNOWN: dict[str, Callable[[Session, object], str | None]] = {
    "site": _site_fault,
    "course": _course_fault,
}


def workbooks() -> list[str]:
    """Return the names of the workbooks there are: the pages, and those for analysts."""
    folder = product_folder("workbooks")
    found = (*folder.glob("*.ipynb"), *folder.glob("analysis/*.ipynb"))
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in found)


def workbook(name: str) -> Path:
    """Return the path of the workbook called `name`.

    Raises
    ------
    InputFault
        When there is no such workbook.
    """
    known = workbooks()
    if name not in known:
        raise InputFault.at(
            "notebook",
            _("There is no workbook called “{name}”. Choose one of: {known}.").format(
                name=name[:LONGEST_TEXT], known=format_list(known)
            ),
        )
    return product_folder("workbooks") / f"{name}.ipynb"


def _read(raw: object, kind: str) -> tuple[object, str | None]:
    """Return a parameter's value as its kind, and what is wrong with it."""
    if kind == "int":
        text = str(raw) if isinstance(raw, int | str) and not isinstance(raw, bool) else ""
        if not re.fullmatch(r"-?[0-9]{1,10}", text) or abs(int(text)) > LARGEST_NUMBER:
            return None, _("must be a whole number")
        return int(text), None
    if not isinstance(raw, str):
        return None, _("must be a text")
    if len(raw) > LONGEST_TEXT:
        return None, _("may be at most {n} characters long").format(n=LONGEST_TEXT)
    if not _PLAIN_TEXT.fullmatch(raw):
        return None, _("may only hold letters, digits, spaces and . , ' ( ) / -")
    return raw, None


def check_parameters(
    path: Path, given: Mapping[str, object], session: Session
) -> dict[str, object]:
    """Return the parameters as the workbook's own types, once every one of them is sound.

    Parameters
    ----------
    path
        The workbook; its `parameters` cell says which parameters there are.
    given
        Values by name, numbers as numbers or digits.
    session
        Reads which sites and courses exist.

    Raises
    ------
    InputFault
        With one fault for every parameter that is unknown, of the wrong kind, too large, or that
        names a site or course that is not there.
    """
    try:
        size = len(json.dumps(dict(given)))
    except (TypeError, ValueError):
        raise InputFault.at(
            "parameters", _("Parameters are texts and whole numbers only.")
        ) from None
    if size > LARGEST_PARAMETERS_BYTES:
        raise InputFault.at(
            "parameters",
            _("The parameters are too large: at most {n} kB in all.").format(
                n=LARGEST_PARAMETERS_BYTES // 1024
            ),
        )
    declared = papermill.inspect_notebook(str(path))
    faults = []
    sound: dict[str, object] = {}
    for name, raw in given.items():
        if name not in declared:
            message = _("The workbook “{workbook}” has no parameter called “{name}”.").format(
                workbook=path.stem, name=name[:LONGEST_TEXT]
            )
            faults.append(Fault(message, Place(field=name)))
            continue
        value, wrong = _read(raw, declared[name]["inferred_type_name"])
        if wrong is not None:
            wrong = _("The parameter “{name}” {wrong}.").format(name=name, wrong=wrong)
        elif name in _KNOWN:
            wrong = _KNOWN[name](session, value)
        if wrong is not None:
            faults.append(Fault(wrong, Place(field=name)))
        else:
            sound[name] = value
    if faults:
        raise InputFault(faults)
    return sound


def _make_ready(output: Path) -> None:
    """Make sure that a result can be written, and read by its owner only.

    Raises
    ------
    InputFault
        When it cannot, with why and what to do.
    """
    wrong = None
    try:
        if output.suffix != ".ipynb":
            wrong = _("The result is a notebook: give “{path}” a name that ends in .ipynb.")
        elif not output.parent.is_dir():
            wrong = _("The folder of “{path}” is not there. Make it first, or choose another.")
        elif output.resolve().parent == product_folder("workbooks").resolve():
            wrong = _("“{path}” lies among the workbooks themselves. Choose another folder.")
        elif output.exists() and not output.is_file():
            wrong = _("“{path}” is no file that can be written. Choose another name.")
        else:
            handle = os.open(output, os.O_WRONLY | os.O_CREAT, 0o600)
            os.close(handle)
            output.chmod(0o600)  # where it was there before
    except OSError:
        wrong = _("“{path}” cannot be written. Choose another folder, or ask for the right to it.")
    if wrong is not None:
        raise InputFault.at("output", wrong.format(path=output))


def _kernel_settings(folder: Path) -> Config:
    """Return how a run speaks to its kernel: by sockets in a folder of its own, if there are."""
    config = Config()
    config.KernelManager.connection_file = str(folder / "run.json")
    if can_be_socket(folder / "run-ipc-1"):
        config.KernelManager.transport = "ipc"
    return config


@contextlib.contextmanager
def _by_codes() -> Iterator[None]:
    """Let kernels that start meanwhile know people by their codes only."""
    before = os.environ.get(BY_CODES_VARIABLE)
    os.environ[BY_CODES_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[BY_CODES_VARIABLE]
        else:
            os.environ[BY_CODES_VARIABLE] = before


def _failure(name: str, error: Exception, injected: bool) -> PeerbookError:
    """Return what to tell when a workbook has stopped, and log where it did, without any value.

    What its own exception says may name people, and so goes nowhere.
    """
    code = support_code()
    advice = _(
        "Nothing was written. Run it again; if it keeps happening, pass on the code {code}."
    ).format(code=code)
    if not isinstance(error, PapermillExecutionError):
        logger.error("%s in workbook %s, code %s", type(error).__name__, name, code)
        told = _("The workbook “{workbook}” could not be run to its end.").format(workbook=name)
        return PeerbookError(f"{told} {advice}")
    cell = error.cell_index + 1 - injected
    lines = " > ".join(_CODE_LINE.findall(_COLOUR.sub("", "\n".join(error.traceback))))
    logger.error("%s in cell %d of %s, code %s: %s", error.ename, cell, name, code, lines)
    told = _("The workbook “{workbook}” stopped with an error in its cell number {cell}.").format(
        workbook=name, cell=cell
    )
    return PeerbookError(f"{told} {advice}")


def run(name: str, given: Mapping[str, object], output: Path, store: Store) -> Path:
    """Run the workbook `name` and return the path of the notebook with its results.

    The result is something that leaves. So it holds what the check cell says and no other output:
    a page names people, and an analyst's cells look at them one by one. It is readable to its owner
    only. Its metadata tell which peerbook made it and, by a fingerprint, from which state of the
    record.

    Raises
    ------
    InputFault
        Before any kernel starts, when the workbook, a parameter or the output is not right.
    PeerbookError
        When the workbook does not run to its end, with the cell it stopped in. An earlier result
        stays as it was.
    """
    path = workbook(name)
    with store.read() as session:
        parameters = check_parameters(path, given, session)
        state = fingerprint(*map(session.scalar, _LATEST))
    _make_ready(output)
    # PyZMQ logs a traceback when a kernel ends while its words are on their way, or after that.
    logging.getLogger("tornado.general").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, _by_codes():
        try:
            done = papermill.execute_notebook(
                str(path),
                None,  # papermill would write what a failing cell said, too
                parameters,
                progress_bar=False,
                cwd=str(path.parent),
                config=_kernel_settings(Path(folder)),
                store_widget_state=False,
                # A kernel says of itself, in English, that it has only TCP sockets, or was stopped.
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            )
        except (PapermillExecutionError, RuntimeError) as error:  # the latter when a kernel dies
            if not output.stat().st_size:
                output.unlink()
            # Papermill puts a cell with the parameters into the workbook when there are any.
            raise _failure(name, error, injected=bool(parameters)) from None
    for cell in done.cells:
        if cell.cell_type == "code" and _CHECK not in cell.metadata.get("tags", ()):
            cell.outputs = []
    done.metadata["peerbook"] = {"version": __version__, "data": state}
    nbformat.write(done, output)
    return output
