"""A plugin that does what it should not, by the name of its socket."""

import os
import sys
import threading
import time
import plugin_server

PATH = sys.argv[1]
NAME = os.path.splitext(os.path.basename(PATH))[0]
FOREVER = threading.Event()


class Misbehaving(plugin_server.Handler):
    def do_GET(self):
        getattr(self, NAME.replace("-", "_"))()

    def hanging(self):
        FOREVER.wait()

    def dripping(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X: y\r\n")
            time.sleep(0.1)

    def malformed(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"Host\":[")

    def no_http(self):
        self.wfile.write(b"hello\r\n\r\n")

    def failing(self):
        self.send_error(500)

    def endless(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            self.wfile.write(b" " * (1 << 20))


plugin_server.Server(PATH, None, handler=Misbehaving).serve_forever()
