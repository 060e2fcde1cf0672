"""A mail server that listens over real SMTP, keeps what it is sent, and answers as it is told to."""

from __future__ import annotations

import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer


class MailServer:
    """Takes mails; `answer` is what it says to a recipient."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.mails: list[bytes] = []
        server = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 here")
                while line := self.rfile.readline():
                    word = line[:4].upper()
                    if word == b"DATA":
                        self.say("354 go on")
                        server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    self.say(server.answer if word == b"RCPT" else "221 bye" if word == b"QUIT" else "250 OK")

            def say(self, answer: str) -> None:
                self.wfile.write(f"{answer}\r\n".encode())

        self.server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.host, self.port = "127.0.0.1", self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
