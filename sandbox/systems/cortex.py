"""MCP-Cortex in miniature: the endpoints that its runbooks read, over HTTP.

`unwell` makes it answer as a sick one: /health says degraded, one circuit breaker is open.
"""

from typing import Any

from aiohttp import web

_OPERATIONS = {
    "latency_p50": 410,
    "latency_p95": 1840,
    "latency_p99": 2950,
    "average_latency": 520,
    "throughput": 42.5,
}


class CortexSandbox:
    """One HTTP server. `seen` holds method and path of every request, oldest first."""

    def __init__(self) -> None:
        """Be well."""
        self.unwell = False
        self.seen: list[tuple[str, str]] = []
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve; port 0: any free one."""
        app = web.Application(middlewares=[self._note])
        app.router.add_get("/health", self._health)
        app.router.add_get("/health/ai", self._health)
        app.router.add_get("/health/circuit-breaker", self._breakers)
        app.router.add_get("/health/dependencies", self._dependencies)
        app.router.add_get("/ready", self._ready)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_route("*", "/api/ai/status", self._status)
        app.router.add_get("/api/ai/background/status", self._background)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End."""
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.seen.append((request.method, request.path))
        answered: web.StreamResponse = await handler(request)
        return answered

    async def _health(self, _request: web.Request) -> web.Response:
        status = "degraded" if self.unwell else "healthy"
        return web.json_response({"status": status, "version": "2.4.1"})

    async def _ready(self, _request: web.Request) -> web.Response:
        return web.json_response({"ready": not self.unwell})

    async def _breakers(self, _request: web.Request) -> web.Response:
        state = "open" if self.unwell else "closed"
        names = {"zai-api": state, "qdrant": "closed", "redis": "closed"}
        return web.json_response({"breakers": [{"name": n, "state": s} for n, s in names.items()]})

    async def _dependencies(self, _request: web.Request) -> web.Response:
        status = "degraded" if self.unwell else "healthy"
        known = [("zai-api", status, 310), ("qdrant", "healthy", 12), ("redis", "healthy", 2)]
        rows = [{"name": n, "status": s, "response_time": t} for n, s, t in known]
        return web.json_response({"dependencies": rows})

    async def _background(self, _request: web.Request) -> web.Response:
        return web.json_response({"queue_depth": 3, "active_jobs": 2, "failed_jobs": 0})

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(text="cache_hits 12000\ncache_size 512\n", content_type="text/plain")

    async def _status(self, _request: web.Request) -> web.Response:
        error_rate = 0.081 if self.unwell else 0.004
        alerts = [{"id": "a-17", "severity": "high", "title": "Error rate"}] if self.unwell else []
        metrics = {
            "operations": _OPERATIONS,
            "quality": {"error_rate": error_rate, "score": 0.93},
            "resources": {"memory_usage_percent": 61},
            "insights": {"generated": 118},
        }
        observability = {
            "active_alerts": alerts,
            "active_alerts_count": len(alerts),
            "status": {"uptime": 86400},
        }
        health = {"status": "degraded" if self.unwell else "healthy"}
        return web.json_response(
            {"metrics": metrics, "health": health, "observability": observability}
        )
