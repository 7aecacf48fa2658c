"""Makes jupyter_client choose ports that are still free when a kernel listens on them, as the package
internal/ports does: they are held by sockets that are bound to them and do not listen."""
import random
import socket

from jupyter_client.connect import LocalPortCache

held = []


def find_available_port(self, ip):
    """Finds a port below those of outgoing connections, one of which could get it meanwhile."""
    while True:
        port = random.randrange(10000, 32768)
        s = socket.socket()
        try:
            s.bind((ip, port))
        except OSError:
            s.close()
            continue
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.append(s)
        return port


LocalPortCache.find_available_port = find_available_port
