// The sockets of the clients' ports: opened when a client gets them, or, where the service manager
// has opened all of them for us, lent again and again.
#pragma once

#include "dgram/address.hpp"
#include "net/fd.hpp"
#include "settings/ranges.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace wyn::daemon {

class PortSockets {
public:
    // `lent` are the sockets of the service manager by their ports. When there are any, no others
    // are opened: the service may have no network of its own.
    explicit PortSockets(std::map<std::uint16_t, net::Fd> lent) : lent_{std::move(lent)} {}

    // A socket at this port for the client who asked at `local`, in the state of a new one. A lent
    // one answers from the address that its own address and the host's routes say. Errors: another
    // program has the port; it is not among the lent ones.
    Result<net::Fd> open(std::uint16_t port, const dgram::Address& local);

    // The ports of the lent sockets, as ranges; empty when there are none.
    std::vector<settings::PortRange> lent_ranges() const;

private:
    std::map<std::uint16_t, net::Fd> lent_;
};

} // namespace wyn::daemon
