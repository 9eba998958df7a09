"""Loopback HTTP server: object store (signed PUT/GET and a small S3 API) and the control API.

The objects lie as plain files under ``root``: bucket/key. Two kinds of native address are handed out, by ``scheme``:
``file`` (a plain path; fastest, what flytekit treats as local) and ``s3`` (``s3://bucket/key``; what flytekit treats
as remote, so lazy downloads and uploads are exercised through s3fs).
"""

import os
import urllib.parse
import uuid

BUCKET = "my-s3-bucket"


class ObjectStore:
    def __init__(self, root: str, scheme: str = "file"):
        assert scheme in ("file", "s3")
        self.root = os.path.abspath(root)
        self.scheme = scheme
        self.http_base = ""
        os.makedirs(os.path.join(self.root, BUCKET), exist_ok=True)

    def path(self, key: str, bucket: str = BUCKET) -> str:
        p = os.path.normpath(os.path.join(self.root, bucket, key))
        if not (p + "/").startswith(os.path.join(self.root, bucket) + "/"):
            raise ValueError(f"key escapes the bucket: {key!r}")
        return p

    def native(self, key: str) -> str:
        return f"s3://{BUCKET}/{key}" if self.scheme == "s3" else self.path(key)

    def local(self, uri: str) -> str:
        """Path on disk of a native address."""
        if uri.startswith("s3://"):
            bucket, _, key = uri[5:].partition("/")
            return self.path(key, bucket)
        if uri.startswith("file://"):
            return uri[7:]
        return uri

    def signed(self, uri: str) -> str:
        p = os.path.relpath(self.local(uri), self.root)
        return f"{self.http_base}/{urllib.parse.quote(p)}?X-Loopback-Signature=1"

    def write(self, uri: str, data: bytes) -> None:
        p = self.local(uri)
        os.makedirs(os.path.dirname(p), exist_ok=True)
        tmp = f"{p}.{uuid.uuid4().hex}.tmp"
        with open(tmp, "wb") as f:
            f.write(data)
        os.replace(tmp, p)

    def read(self, uri: str) -> bytes | None:
        try:
            with open(self.local(uri), "rb") as f:
                return f.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def s3_env(self) -> dict[str, str]:
        return {
            "FLYTE_AWS_ENDPOINT": self.http_base,
            "FLYTE_AWS_ACCESS_KEY_ID": "loopback",
            "FLYTE_AWS_SECRET_ACCESS_KEY": "loopback",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        }
