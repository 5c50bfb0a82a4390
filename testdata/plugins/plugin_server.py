"""What the plugins share: HTTP over a unix socket, and reports in JSON."""

import datetime
import http.server
import json
import os
import socketserver


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers `GET /report` and `POST /control` from the functions of the server."""

    def do_GET(self):
        if not self.path.startswith("/report?api_version=1&probe_id="):
            return self.send_error(404)
        self.answer(self.server.report())

    def do_POST(self):
        if not self.path.startswith("/control?api_version=1&probe_id="):
            return self.send_error(404)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(self.server.control(json.loads(body)))

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path, report, control=None, handler=Handler):
        if os.path.exists(path):
            os.remove(path)
        self.report, self.control = report, control
        super().__init__(path, handler)

    def handle_error(self, *_):
        """The probe may hang up at any time."""


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def spec(path, label, description, interfaces):
    name = os.path.splitext(os.path.basename(path))[0]
    return {
        "id": name,
        "label": label,
        "description": description,
        "interfaces": interfaces,
        "api_version": "1",
    }
