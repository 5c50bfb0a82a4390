"""An HTTP server that answers as it is asked to, and a client at a known pace.

Paths are /STATUS/MILLIS: the status to answer with, and how long to take for it. HTTP/1.1 is
Python's own server; HTTP/2 is in plain text with prior knowledge, frames made by hand (RFC 9113),
the block of a request being its path.

    traffic.py serve 1|2                           prints its port
    traffic.py ask 1|2|fresh PORT PER_SECOND COUNT PATH…
                                                   turns round the paths, a connection for each, or
                                                   (HTTP/1.1) for each request
"""

import http.client
import http.server
import itertools
import socket
import sys
import threading
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, SETTINGS = 1, 4
END_STREAM, END_HEADERS = 1, 4


def order(path):
    """The status and the seconds of a path."""
    _, status, millis = path.split("/")
    return int(status), int(millis) / 1000


class Plain(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        status, seconds = order(self.path)
        time.sleep(seconds)
        self.send_response(status)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


def serve_1():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    print(server.server_port, flush=True)
    server.serve_forever()


def frame(kind, flags, stream, body):
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body


def exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            sys.exit()
        data += piece
    return data


def read_frame(connection):
    head = exactly(connection, 9)
    body = exactly(connection, int.from_bytes(head[:3], "big"))
    return head[3], int.from_bytes(head[5:], "big"), body


def serve_2():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=frames_of, args=(listener.accept()[0],), daemon=True).start()


def frames_of(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    exactly(connection, len(PREFACE))
    connection.sendall(frame(SETTINGS, 0, 0, b""))
    turn = threading.Lock()

    def answer(stream, status):
        # The name :status by its index, the value spelled out.
        block = b"\x08\x03" + str(status).encode()
        with turn:
            connection.sendall(frame(HEADERS, END_STREAM | END_HEADERS, stream, block))

    while True:
        kind, stream, body = read_frame(connection)
        if kind == HEADERS:
            status, seconds = order(body.decode())
            threading.Timer(seconds, answer, (stream, status)).start()


def client_1(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(path):
        connection.request("GET", path)
        connection.getresponse().read()

    return ask


def client_fresh(port):
    def ask(path):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", path)
        connection.getresponse().read()
        connection.close()

    return ask


def client_2(port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(PREFACE + frame(SETTINGS, 0, 0, b""))
    streams = itertools.count(1, 2)

    def ask(path):
        flags = END_STREAM | END_HEADERS
        connection.sendall(frame(HEADERS, flags, next(streams), path.encode()))
        while read_frame(connection)[0] != HEADERS:
            pass

    return ask


def keep_asking(client, path, first, apart, count):
    """Requests at fixed times, so that one that is late does not delay those after it."""
    for number in range(count):
        time.sleep(max(0, first + number * apart - time.monotonic()))
        client(path)


def ask(version, port, per_second, count, paths):
    begin = time.monotonic() + 0.1
    new_client = {"1": client_1, "2": client_2, "fresh": client_fresh}[version]
    askers = []
    for index, path in enumerate(paths):
        pace = (begin + index / per_second, len(paths) / per_second, count // len(paths))
        asker = threading.Thread(target=keep_asking, args=(new_client(port), path, *pace))
        asker.start()
        askers.append(asker)
    for asker in askers:
        asker.join()


if sys.argv[1] == "serve":
    serve_1() if sys.argv[2] == "1" else serve_2()
else:
    version, port, per_second, count = sys.argv[2:6]
    ask(version, int(port), float(per_second), int(count), sys.argv[6:])
