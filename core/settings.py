"""What may be set from outside, with defaults. `run.py` loads it from the environment; core only knows the shape."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Settings(BaseModel):
    """Recoup's settings. In the environment each is `RECOUP_` + its name in capitals; see .env.example."""

    db: str = Field("sqlite:///recoup.db", description="where the store is, as a database URL")
    host: str = Field("127.0.0.1", description="address to listen on; only this machine until sign-in exists")
    port: int = Field(8050, ge=1, le=65535, description="port to listen on")
    data_dir: str = Field("", description="folder for uploads in progress; beside the database when empty")
    max_upload_mb: int = Field(2048, ge=1, description="largest file the browser may send")
    currency: str = Field("", max_length=3, description="ISO code shown beside amounts when the files do not say")
    who: str = Field(
        "analyst",
        min_length=1,
        max_length=60,
        description="name written into batches and decisions until sign-in exists",
    )
    pack_days: int = Field(
        10, ge=0, le=60, description="days after a month-end when its pack is closed; later files restate it"
    )
    discount_rate: float = Field(
        0.10, ge=0, le=1, description="yearly rate at which later cash counts for less (0.10 is 10 % a year)"
    )
