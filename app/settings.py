"""Settings of the process, from the environment (`TIDEHALL_…`) or a `.env` file.

For: where the database is, where to listen, how patient to be. What a *hall* could want otherwise stands in its hall
file (core/plan.py), not here.
"""

from datetime import datetime
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One process. Every default serves one box in one hall."""

    model_config = SettingsConfigDict(env_prefix="TIDEHALL_", env_file=".env", extra="ignore")

    database: str = Field("sqlite:///var/tidehall.db", description="SQLAlchemy URL; SQLite for one box")
    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for the hall's network")
    port: int = Field(8410, description="port to listen on")
    public_url: str = Field(
        "", description="how phones reach the server, for the QR; empty: as the kiosk did"
    )
    busy_seconds: float = Field(
        5.0, ge=0, description="how long a commit waits while another process holds the database"
    )
    body_limit: int = Field(
        65536, description="bytes of a request body at most; the largest honest one is a few hundred"
    )
    file_limit: int = Field(
        1_048_576, description="bytes of a hall file that is sent; 30 windows make some 30,000"
    )
    board_limit: int = Field(65536, description="bytes written ahead to a slow screen before it skips scenes")
    screen_seconds: float = Field(
        10.0, description="an unchanged scene is repeated so often, so that silence means a broken line"
    )
    key_seconds: float = Field(5.0, gt=0, description="a revoked key ends within so many seconds, everywhere")
    session_hours: float = Field(12.0, description="a sign-in ends by itself: one working day")
    devices: bool = Field(
        True,
        description="drive the devices that the hall file names; one process for each database does, a second one says so "
        "and ends: start all but one with false",
    )
    card_key: str = Field(
        "",
        description="key of the hash that is kept of a card or phone number; empty: a file beside an SQLite database",
    )
    site: Path | None = Field(
        None,
        description="folder of what is the hall's own: theme.css, logo.svg, pictures of notices; served as /site",
    )
    voice: str = Field(
        "espeak",
        description="who makes the sound where a hall wants the server's: espeak, clips:FOLDER, or a command with {out}",
    )
    sounds: Path = Field(Path("var/sounds"), description="where sounds are kept once they are made")
    sounds_megabytes: float = Field(
        200.0, gt=0, description="the oldest sounds go beyond this: some 1,000 sentences"
    )
    snapshots: Path = Field(
        Path("var/snapshots"),
        description="where halls are kept as they were, so that a start need not live a large day again; may be deleted",
    )
    snapshot_events: int = Field(
        10_000,
        ge=0,
        description="a new snapshot after so many events: a start folds them in a sixth of a second; 0: none",
    )
    photos: Path = Field(Path("var/photos"), description="folder of the photos that hall files name")
    clock_start: datetime | None = Field(None, description="a demonstration's first moment (with offset)")
    clock_speed: float = Field(1.0, gt=0, description="hall seconds per real second, with clock_start")

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, where there is one."""
        prefix = "sqlite:///"
        return Path(self.database.removeprefix(prefix)) if self.database.startswith(prefix) else None
