// The effects of one step of a port: datagrams for the network, news for the connection.
#pragma once

#include "dgram/datagrams.hpp"
#include "session/port_link.hpp"
#include "wire/layout.hpp"

#include <optional>
#include <span>
#include <vector>

namespace wyn::session {

struct OutDatagram {
    // To fill its 1472 bytes with zeros first would take as long as to seal a short message.
    OutDatagram() {} // NOLINT(*-pro-type-member-init,*-use-equals-default)

    std::array<std::uint8_t, wire::longest_sealed> bytes;
    std::size_t size = 0;
    std::optional<dgram::Endpoint> to;         // unset: the connected peer
    std::optional<dgram::SendOptions> options; // to the connected peer only; unset: as others do
    std::optional<std::uint32_t> probe;        // its number, of a probe of ours

    std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
};

// Cleared and used again, so that it allocates only until it has grown to the busiest step.
struct Outbox {
    std::vector<OutDatagram> datagrams;
    std::vector<PortNews> news;
    std::optional<dgram::Endpoint> connect_to; // before any of the datagrams is sent

    void clear() {
        datagrams.clear();
        news.clear();
        connect_to.reset();
    }
};

} // namespace wyn::session
