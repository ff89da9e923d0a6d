"""`matchmaker mail`: how the outbox stands, sending again, and mail that came back."""

from __future__ import annotations

import sys

import click
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.notices import bounces, outbox


@click.group()
def mail() -> None:
    """Mail: what waits, what failed, what came back."""


@mail.command()
@click.pass_obj
def status(config: Config) -> None:
    """How many letters wait, failed and came back, and why the oldest waits."""
    way = "by SMTP" if config.mail_url else f"into {config.data_dir / 'mail'}; nothing is sent"
    click.echo(f"Mail goes {way}.")
    with Session(make_engine(config.database_url)) as db:
        stands = outbox.state_of_outbox(db)
    click.echo(
        f"{stands.waiting:,} wait, the oldest for {stands.oldest_seconds:,.0f} s; "
        f"{stands.failed:,} failed; {stands.bounced:,} came back."
    )
    if stands.trouble:
        click.echo(f"The oldest waits because: {stands.trouble}")


@mail.command()
@click.pass_obj
def retry(config: Config) -> None:
    """Send all failed letters again; those that came back stay."""
    with Session(make_engine(config.database_url)) as db, db.begin():
        count = outbox.retry_failed(db)
    click.echo(f"{count:,} letters wait to be sent again.")


@mail.command()
@click.pass_obj
def bounced(config: Config) -> None:
    """Read one report of a mail server from standard input, as its alias hands it over."""
    report = bounces.read_report(sys.stdin.buffer.read(bounces.LONGEST))
    with Session(make_engine(config.database_url)) as db, db.begin():
        letter = bounces.note_bounce(db, report) if report else None
        address = letter.address if letter else ""
    if address:
        click.echo(f"Noted that mail to {address} came back.")
    else:
        # An answer, a delay, a report about foreign mail: nothing to note, and no error, or
        # the mail server would send a report about the report.
        click.echo("This is no final report about a letter of ours; nothing was noted.")
