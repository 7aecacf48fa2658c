"""Makes jupyter_client choose ports that are still free when a kernel listens on them."""
import random, socket
from jupyter_client.connect import LocalPortCache


def find_available_port(self, ip):
    """Finds a port below those of outgoing connections, one of which could get it meanwhile."""
    while True:
        port = random.randrange(10000, 32768)
        with socket.socket() as s:
            try:
                s.bind((ip, port))
            except OSError:
                continue
        if port not in self.currently_used_ports:
            self.currently_used_ports.add(port)
            return port


LocalPortCache.find_available_port = find_available_port
