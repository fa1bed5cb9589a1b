"""A router that translates addresses (NAT), without the kernel's help: what a client sends to some
of its UDP ports it sends on to the same ports of the server, from an address of its own, and the
other way."""

import selectors
import socket
import threading

from network import ROUTED_SERVER, RoutedNetwork

# The router's addresses: whom the client asks, and whom the server sees.
OUTER, INNER = "10.214.0.2", "10.213.0.2"


class _Port:
    """One port of the router; the newest who sent to it is its client."""

    def __init__(self, network: RoutedNetwork, number: int):
        self.outer = network.udp_socket("router", OUTER, number)
        self.inner = network.udp_socket("router", INNER)
        self.inner.connect((ROUTED_SERVER, number))
        self._client = None

    def forward(self, came_in: socket.socket) -> None:
        try:
            datagram, sender = came_in.recvfrom(65535)
            if came_in is self.outer:
                self._client = sender
                self.inner.send(datagram)
            elif self._client is not None:
                self.outer.sendto(datagram, self._client)
        except OSError:
            pass  # refused by the other end, or longer than the cable carries: lost, as in a router


class Translator:
    """For one client at a time; from its entry to its exit."""

    def __init__(self, network: RoutedNetwork, ports: list[int]):
        self._ports = [_Port(network, number) for number in ports]
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Translator":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._wake.close()
        self._thread.join()
        for port in self._ports:
            port.outer.close()
            port.inner.close()
        self._woken.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            for port in self._ports:
                for end in (port.outer, port.inner):
                    selector.register(end, selectors.EVENT_READ, port)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        return
                    key.data.forward(key.fileobj)
