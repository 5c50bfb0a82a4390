"""HTTP requests per second of a process: this one, on a port of loopback that it prints."""

import http.server
import os
import sys
import threading
import time
import plugin_server

PATH, HOST = sys.argv[1], sys.argv[2]
SPEC = plugin_server.spec(PATH, "HTTP requests", "Counts HTTP requests.", ["reporter"])
count, since = 0, time.monotonic()


class Counted(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global count
        count += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def report():
    global count, since
    now = time.monotonic()
    rate, count, since = count / (now - since), 0, now
    date = plugin_server.now()
    key = "http_requests_per_second"
    node_id = f"{HOST};{os.getpid()}"
    node = {
        "id": node_id,
        "topology": "process",
        "metrics": {key: {"samples": [{"date": date, "value": rate}], "min": 0, "max": rate}},
        "latest": {"http_port": {"timestamp": date, "value": str(served.server_port)}},
    }
    process = {
        "nodes": {node_id: node},
        "metric_templates": {key: {"id": key, "label": "HTTP requests/s", "priority": 0.1}},
        "metadata_templates": {
            "http_port": {"id": "http_port", "label": "HTTP port", "priority": 9, "from": "latest"}
        },
    }
    return {"Process": process, "Plugins": [SPEC]}


served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counted)
print(served.server_port, flush=True)
threading.Thread(target=served.serve_forever, daemon=True).start()
plugin_server.Server(PATH, report).serve_forever()
