"""An S3 server of the test's own, moto's, in a process of its own: with a bucket, until it is stopped."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

BUCKET = "opsdesk-test"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "only-for-tests", "AWS_DEFAULT_REGION": "us-east-1"}
START_WITHIN_S = 60


class PrivateS3:
    """A server that keeps nothing on the disk."""

    def __init__(self) -> None:
        """Start it, and wait until it has its bucket."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._make_bucket()

    def client(self) -> Any:
        """Connect to it, as somebody does who is not opsdesk."""
        return boto3.client(
            "s3",
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            region_name=KEYS["AWS_DEFAULT_REGION"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def stop(self) -> None:
        """End it, with all that it keeps."""
        self._process.kill()
        self._process.wait()

    def _make_bucket(self) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                self.client().create_bucket(Bucket=BUCKET)
                return
            except BotoCoreError:
                if time.monotonic() > deadline:
                    self.stop()
                    raise
                time.sleep(0.05)


@contextmanager
def private_s3() -> Iterator[PrivateS3]:
    """Start an S3 server; it is stopped afterwards."""
    server = PrivateS3()
    try:
        yield server
    finally:
        server.stop()
