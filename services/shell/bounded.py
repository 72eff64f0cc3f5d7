"""Ask others over HTTP, and take no more of an answer than is wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
from typing_extensions import override


class Bounded(httpx2.AsyncHTTPTransport):
    """Take answers of so many bytes at most, and none that is packed.

    Whoever is asked may send without end, or a little that is much when unpacked.
    """

    def __init__(self, largest: int, **options: Any) -> None:
        super().__init__(trust_env=False, **options)
        self._largest = largest

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = await super().handle_async_request(request)
        packed = response.headers.get("content-encoding", "identity")
        if packed.lower() != "identity":
            await response.aclose()
            raise httpx2.RemoteProtocolError("packed, unasked")
        assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101  async
        response.stream = _Stream(response.stream, self._largest)
        return response


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, largest: int) -> None:
        self._stream, self._left = stream, largest

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            self._left -= len(part)
            if self._left < 0:
                raise httpx2.RemoteProtocolError("too large")
            yield part

    @override
    async def aclose(self) -> None:
        await self._stream.aclose()
