"""S3 by s3fs, such that nobody waits for a server that does not answer."""

from __future__ import annotations

import asyncio
from typing import Any

from fsspec.asyn import sync_wrapper
from s3fs import S3FileSystem

# Seconds to wait for a connection, for what comes next of an answer, and for a call with what it sends, tries included.
CONNECT_S = 3
ANSWER_S = 10
CALL_S = 60
TRIES = 2


class Bucket(S3FileSystem):
    """The S3 file system: keys and address by the environment, nothing remembered of what is in it."""

    retries = TRIES

    async def _call_s3(self, method: str, *args: Any, **kwargs: Any) -> Any:
        # aiohttp waits without an end for a server that takes a connection and then nothing ("Expect: 100-continue").
        return await asyncio.wait_for(super()._call_s3(method, *args, **kwargs), CALL_S)

    call_s3 = sync_wrapper(_call_s3)


def bucket() -> Bucket:
    """Return the file system, the same for all threads of this process."""
    timeouts = {"connect_timeout": CONNECT_S, "read_timeout": ANSWER_S, "retries": {"total_max_attempts": 1}}
    return Bucket(config_kwargs=timeouts, use_listings_cache=False)
