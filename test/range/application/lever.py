"""A lever for the range inside each process of the application: code that comes by a unix socket runs in a thread of it."""
import contextlib
import io
import os
import socket
import threading
import traceback

FOLDER = '/run/range'


def serve(name, scope):
    """Listens on FOLDER/NAME.sock. An answer is what the code printed, or `! ` and its error."""
    path = os.path.join(FOLDER, name + '.sock')
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o777)
    listener.listen(8)

    def answer(connection):
        with connection:
            code = b''
            while part := connection.recv(65536):
                code += part
            said = io.StringIO()
            try:
                exec(code.decode(), {**scope, 'say': lambda *words: print(*words, file=said)})
                reply = said.getvalue()
            except BaseException:
                reply = '! ' + traceback.format_exc(limit=-2)
            with contextlib.suppress(OSError):
                connection.sendall(reply.encode())
                # A child may hold it too.
                connection.shutdown(socket.SHUT_RDWR)

    def loop():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
