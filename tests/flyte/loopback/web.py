"""The HTTP side: signed addresses, a small S3 API, and the control API of the tests."""

import email.utils
import hashlib
import http.server
import json
import os
import re
import shutil
import socket
import threading
import time
import traceback
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from .objects import BUCKET, ObjectStore

Control = Callable[[str, str, dict[str, str], dict[str, Any]], Any]


class Web(http.server.ThreadingHTTPServer):
    """The HTTP server; it runs in a thread of its own from the beginning."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, store: ObjectStore, control: Control, port: int = 0, listening: int | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler, bind_and_activate=listening is None)
        if listening is not None:
            self.socket.close()
            self.socket = socket.socket(fileno=listening)
            self.server_address = self.socket.getsockname()
        self.store, self.control = store, control
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.counts: Counter[str] = Counter()
        store.http_base = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, name="http", daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that were killed are no news."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Web

    def log_message(self, *_: Any) -> None:
        """The counters say enough."""

    def _answer(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        query = {name: v[0] for name, v in urllib.parse.parse_qs(url.query, keep_blank_values=True).items()}
        path = urllib.parse.unquote(url.path)
        try:
            if path.startswith("/control/"):
                self._control(path.removeprefix("/control/"), query)
                return
            bucket, _, key = path.lstrip("/").partition("/")
            self.server.counts[self.command] += 1
            if key:
                self._object(bucket, key, query)
            else:
                self._bucket(bucket, query)
        except (BrokenPipeError, ConnectionResetError):
            pass

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _answer

    def _control(self, path: str, query: dict[str, str]) -> None:
        try:
            code, answer = 200, self.server.control(self.command, path, query, json.loads(self._body() or b"{}"))
        except KeyError as error:
            code, answer = 404, {"error": f"not found: {error}"}
        except Exception:  # noqa: BLE001 - the test that asked is to see it
            code, answer = 500, {"error": traceback.format_exc()}
        self._send(code, json.dumps(answer).encode(), "application/json")

    def _bucket(self, bucket: str, query: dict[str, str]) -> None:
        body = self._body()
        if not bucket:
            name = f"<Buckets><Bucket><Name>{BUCKET}</Name></Bucket></Buckets>"
            self._send(200, f"<ListAllMyBucketsResult>{name}</ListAllMyBucketsResult>".encode())
        elif self.command in ("HEAD", "PUT"):
            self._send(200)
        elif self.command == "POST" and "delete" in query:
            for key in re.findall(rb"<Key>(.*?)</Key>", body):
                _remove(self.server.store.path(key.decode(), bucket))
            self._send(200, b"<DeleteResult></DeleteResult>")
        elif self.command == "GET" and "location" in query:
            self._send(200, b"<LocationConstraint>us-east-1</LocationConstraint>")
        elif self.command == "GET":
            self._list(bucket, query)
        else:
            self._error(405, "MethodNotAllowed")

    def _object(self, bucket: str, key: str, query: dict[str, str]) -> None:
        path = self.server.store.path(key, bucket)
        match self.command:
            case "PUT":
                self._put(path, query)
            case "POST" if "uploads" in query:
                self._begin_upload(bucket, key)
            case "POST" if "uploadId" in query:
                self._end_upload(path, bucket, key, query)
            case "DELETE":
                _remove(path)
                self._send(204)
            case "GET" | "HEAD":
                self._get(path)
            case _:
                self._error(405, "MethodNotAllowed")

    def _put(self, path: str, query: dict[str, str]) -> None:
        source = self.headers.get("x-amz-copy-source")
        data = self._body()
        if "partNumber" in query:
            self.server.uploads[query["uploadId"]][int(query["partNumber"])] = data
        elif source:
            bucket, _, key = urllib.parse.unquote(source).lstrip("/").partition("/")
            with open(self.server.store.path(key, bucket), "rb") as file:
                data = file.read()
            self.server.store.write(path, data)
        elif self.path.split("?")[0].endswith("/"):
            os.makedirs(path, exist_ok=True)
        else:
            self.server.store.write(path, data)
        tag = f'"{hashlib.md5(data).hexdigest()}"'
        if source:
            self._send(200, f"<CopyObjectResult><ETag>{tag}</ETag></CopyObjectResult>".encode())
        else:
            self._send(200, headers={"ETag": tag})

    def _begin_upload(self, bucket: str, key: str) -> None:
        self._body()
        upload = uuid.uuid4().hex
        self.server.uploads[upload] = {}
        names = f"<Bucket>{bucket}</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
        self._send(200, f"<InitiateMultipartUploadResult>{names}</InitiateMultipartUploadResult>".encode())

    def _end_upload(self, path: str, bucket: str, key: str, query: dict[str, str]) -> None:
        self._body()
        parts = self.server.uploads.pop(query["uploadId"])
        data = b"".join(parts[number] for number in sorted(parts))
        self.server.store.write(path, data)
        names = f"<Bucket>{bucket}</Bucket><Key>{escape(key)}</Key><ETag>{hashlib.md5(data).hexdigest()}-1</ETag>"
        self._send(200, f"<CompleteMultipartUploadResult>{names}</CompleteMultipartUploadResult>".encode())

    def _get(self, path: str) -> None:
        if not os.path.isfile(path):
            self._error(404, "NoSuchKey")
            return
        with open(path, "rb") as file:
            data = file.read()
        headers = {
            "ETag": f'"{hashlib.md5(data).hexdigest()}"',
            "Accept-Ranges": "bytes",
            "Last-Modified": email.utils.formatdate(os.path.getmtime(path), usegmt=True),
        }
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes="):
            self._send(200, data, "application/octet-stream", headers)
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(data) - int(last))
        stop = min(len(data), int(last) + 1) if first and last else len(data)
        if start >= len(data) > 0:
            self._error(416, "InvalidRange")
            return
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
        self._send(206, data[start:stop], "application/octet-stream", headers)

    def _list(self, bucket: str, query: dict[str, str]) -> None:
        store, prefix, delimiter = self.server.store, query.get("prefix", ""), query.get("delimiter", "")
        base = store.path("", bucket)
        keys: list[str] = []
        folders: set[str] = set()
        for folder, _, files in os.walk(store.path(os.path.dirname(prefix), bucket)):
            for file in files:
                key = os.path.relpath(os.path.join(folder, file), base)
                if not key.startswith(prefix) or file.endswith(".tmp"):
                    continue
                inner, found, _ = key[len(prefix) :].partition(delimiter or "\0")
                if found:
                    folders.add(prefix + inner + delimiter)
                else:
                    keys.append(key)
        start, limit = int(query.get("continuation-token") or 0), int(query.get("max-keys") or 1000)
        page = sorted(keys)[start : start + limit]
        more = start + limit < len(keys)
        self._send(200, _listing(bucket, prefix, base, page, sorted(folders), start + limit if more else 0))

    def _body(self) -> bytes:
        raw = bytearray()
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().strip().split(b";")[0], 16):
                raw += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            raw += self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return _unwrapped(raw) if "aws-chunked" in self.headers.get("Content-Encoding", "") else bytes(raw)

    def _error(self, code: int, name: str) -> None:
        self._send(code, f"<Error><Code>{name}</Code><Message>{name}</Message></Error>".encode())

    def _send(
        self, code: int, body: bytes = b"", kind: str = "application/xml", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.end_headers()
        if self.command != "HEAD" and body:
            self.wfile.write(body)


def _listing(bucket: str, prefix: str, base: str, keys: list[str], folders: list[str], following: int) -> bytes:
    entries = [
        f"<Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(keys) + len(folders)}</KeyCount>",
        f"<MaxKeys>1000</MaxKeys><IsTruncated>{'true' if following else 'false'}</IsTruncated>",
    ]
    if following:
        entries.append(f"<NextContinuationToken>{following}</NextContinuationToken>")
    for key in keys:
        status = os.stat(os.path.join(base, key))
        changed = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(status.st_mtime))
        entries.append(
            f'<Contents><Key>{escape(key)}</Key><LastModified>{changed}</LastModified><ETag>"0"</ETag>'
            f"<Size>{status.st_size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )
    entries += [f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in folders]
    return f"<ListBucketResult>{''.join(entries)}</ListBucketResult>".encode()


def _remove(path: str) -> None:
    if os.path.isdir(path):
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.exists(path):
        os.unlink(path)


def _unwrapped(raw: bytes | bytearray) -> bytes:
    """What a body of kind aws-chunked carries."""
    found, start = bytearray(), 0
    while True:
        end = raw.index(b"\r\n", start)
        size = int(raw[start:end].split(b";")[0], 16)
        if size == 0:
            return bytes(found)
        found += raw[end + 2 : end + 2 + size]
        start = end + 2 + size + 2
