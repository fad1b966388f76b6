"""JSON-RPC over HTTP on 127.0.0.1 in front of a local chain.

Prints one line of JSON on standard output when it is ready; everything else goes to standard error.
"""

import argparse
import http.server
import json
import os
import signal
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from devnet_chain import Refused, open_chain
from devnet_methods import Methods, data

BODY_LIMIT = 16 << 20
BATCH_LIMIT = 1_000


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 128

    def __init__(self, port, methods):
        super().__init__(("127.0.0.1", port), Handler)
        self.methods, self.lock = methods, threading.Lock()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)

    def answer(self, body):
        try:
            request = json.loads(body)
        except ValueError:
            return {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "parse error"}}
        if not isinstance(request, list):
            return self.reply(request)
        if not 0 < len(request) <= BATCH_LIMIT:
            message = "empty batch" if not request else "batch too large"
            return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": message}}
        return [self.reply(one) for one in request]

    def reply(self, request):
        reply = {"jsonrpc": "2.0", "id": request.get("id") if isinstance(request, dict) else None}
        try:
            return reply | {"result": self.call(request)}
        except Refused as error:
            said = {"code": error.code, "message": str(error)}
            return reply | {"error": said | ({"data": error.data} if error.data is not None else {})}
        except Exception as error:
            print(f"devnet: {request!r:.400}: {type(error).__name__}: {error}", file=sys.stderr)
            return reply | {"error": {"code": -32603, "message": f"internal error: {type(error).__name__}: {error}"}}

    def call(self, request):
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            raise Refused("invalid request", -32600)
        name, parameters = request["method"], request.get("params") or []
        method = None if name.startswith("_") else getattr(self.methods, name, None)
        if not callable(method):
            raise Refused(f"the method {name} does not exist/is not available", -32601)
        count, optional = method.__code__.co_argcount - 1, len(method.__defaults__ or ())
        if not isinstance(parameters, list) or not count - optional <= len(parameters) <= count:
            raise Refused(f"{name} takes {count - optional} to {count} parameters in a list", -32602)
        with self.lock:
            return method(*parameters)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm, timeout = "HTTP/1.1", True, 300

    def do_POST(self):
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            return self.say(411, b"{}", close=True)
        if not 0 <= length <= BODY_LIMIT:
            return self.say(413, b"{}", close=True)
        self.say(200, json.dumps(self.server.answer(self.rfile.read(length))).encode())

    def say(self, status, body, close=False):
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self._headers_buffer.append(b"\r\n" + body)
        self.flush_headers()


def main():
    parser = argparse.ArgumentParser(prog="devnet")
    parser.add_argument("--chain-id", type=int, required=True)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--state", help="a directory that keeps the chain")
    parser.add_argument("--finality-lag", type=int, default=0, help="blocks that `finalized` stays behind `latest`")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input ends")
    options = parser.parse_args()

    chain = open_chain(options.chain_id, options.state)
    chain.lag = options.finality_lag
    try:
        server = Server(options.port, Methods(chain))
    except OSError as error:
        raise SystemExit(f"devnet: port {options.port} cannot be used: {error.strerror}")

    def stop(*_):
        threading.Thread(target=server.shutdown, daemon=True).start()

    def follow_stdin():
        while sys.stdin.buffer.read(4096):
            pass
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if options.exit_with_stdin:
        threading.Thread(target=follow_stdin, daemon=True).start()
    ready = {
        "url": f"http://127.0.0.1:{server.server_port}", "chainId": chain.id, "genesisHash": data(chain.blocks[0].hash)
    }
    print(json.dumps(ready), flush=True)
    server.serve_forever(poll_interval=0.05)
    # Whoever holds the lock finishes: nothing is cut in the middle of being written.
    with server.lock:
        os._exit(0)


if __name__ == "__main__":
    main()
