#include "daemon/port_sockets.hpp"

#include "net/udp_socket.hpp"
#include "session/port_link.hpp"

#include <fmt/format.h>

namespace wyn::daemon {

Result<net::Fd> PortSockets::open(std::uint16_t port, const dgram::Address& local) {
    const net::UdpOptions options{.receive_buffer_bytes = session::wanted_receive_buffer};
    if (lent_.empty()) return net::open_udp({.address = local, .port = port}, options);
    const auto lent = lent_.find(port);
    if (lent == lent_.end())
        return fail(fmt::format("port {} is not among those of the service manager", port));
    if (auto renewed = net::renew_udp(lent->second.get(), options); !renewed)
        return pass_on(renewed);
    return net::duplicate(lent->second.get());
}

std::vector<settings::PortRange> PortSockets::lent_ranges() const {
    std::vector<settings::PortRange> ranges;
    for (const auto& [port, socket] : lent_) {
        if (!ranges.empty() && ranges.back().last + 1 == port)
            ranges.back().last = port;
        else
            ranges.push_back({port, port});
    }
    return ranges;
}

} // namespace wyn::daemon
