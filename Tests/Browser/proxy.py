"""Stands between the page and `rif serve`, and answers late, wrongly or not at all, as it is told."""

import http.client
import http.server
import socket
import struct
import threading
import time


class Proxy:
    """`rule(method, path)` answers None, or what is wrong with this answer:

    ("late", seconds)                     the answer, later
    ("trickle", seconds)                  its second half so much later than its first
    ("cut",)                              its first half, and the end of the connection
    ("reset",)                            nothing but a reset connection
    ("answer", status, type, text)        another answer
    """

    def __init__(self, server):
        self.server = server
        self.rule = lambda method, path: None
        self.seen = []  # (seconds, method, path) of every request
        self.streams = 0  # event streams that are open
        self.most_streams = 0
        self.lock = threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                proxy.handle(self)

            do_GET = do_POST = do_HEAD = do_DELETE = handle_one

            def log_message(self, *given):
                pass

        class Threads(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # A browser that hangs up is none.

        self.listener = Threads(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.listener.server_port}"
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()

    def count(self, part, since=0.0):
        return sum(1 for at, _, path in list(self.seen) if part in path and at >= since)

    def handle(self, client):
        body = client.rfile.read(int(client.headers.get("Content-Length") or 0))
        self.seen.append((time.monotonic(), client.command, client.path))
        wrong = self.rule(client.command, client.path) or ("",)
        if wrong[0] == "late":
            time.sleep(wrong[1])
        if wrong[0] == "reset":
            client.close_connection = True
            client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return client.connection.close()
        if wrong[0] == "answer":
            return self.send(client, wrong[1], {"Content-Type": wrong[2]}, wrong[3].encode())
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            headers = {name: value for name, value in client.headers.items() if name.lower() not in ("host", "connection", "accept-encoding", "origin", "referer")}
            try:
                upstream.request(client.command, client.path, body or None, headers)
                answer = upstream.getresponse()
            except OSError:
                return self.send(client, 502, {"Content-Type": "text/html"}, b"<h1>502 Bad Gateway</h1>")
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server")}
            if "event-stream" in kept.get("Content-Type", ""):
                return self.stream(client, answer, kept)
            text = answer.read()
            half = len(text) // 2
            if wrong[0] == "cut":
                client.close_connection = True
                return self.send(client, answer.status, kept, text[:half], length=len(text))
            if wrong[0] == "trickle":
                self.send(client, answer.status, kept, text[:half], length=len(text))
                time.sleep(wrong[1])
                client.wfile.write(text[half:])
                return None
            return self.send(client, answer.status, kept, text)
        finally:
            upstream.close()

    def send(self, client, status, headers, text, length=None):
        client.send_response_only(status)
        for name, value in headers.items():
            client.send_header(name, value)
        client.send_header("Content-Length", str(len(text) if length is None else length))
        client.end_headers()
        client.wfile.write(text)
        client.wfile.flush()

    def stream(self, client, answer, headers):
        """An event stream as it comes, until either side hangs up."""
        client.close_connection = True
        client.send_response_only(200)
        for name, value in headers.items():
            client.send_header(name, value)
        client.send_header("Connection", "close")
        client.end_headers()
        with self.lock:
            self.streams += 1
            self.most_streams = max(self.most_streams, self.streams)
        # A browser that leaves is seen before there is something to tell it.
        threading.Thread(target=self.hang_up, args=(client.connection, answer.fp.raw._sock), daemon=True).start()
        try:
            while piece := answer.read1(65536):
                client.wfile.write(piece)
                client.wfile.flush()
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        finally:
            with self.lock:
                self.streams -= 1

    @staticmethod
    def hang_up(client, upstream):
        try:
            client.recv(1)
            upstream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
