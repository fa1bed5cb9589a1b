// The effects of one step of a port: datagrams for the network, news for the connection.
#pragma once

#include "dgram/datagrams.hpp"
#include "session/port_link.hpp"
#include "wire/codec.hpp"

#include <optional>
#include <span>
#include <vector>

namespace wyn::session {

// One of those in an outbox.
struct OutDatagram {
    std::size_t begin = 0; // of its bytes
    std::size_t size = 0;
    std::optional<dgram::Endpoint> to;         // unset: the connected peer
    std::optional<dgram::SendOptions> options; // to the connected peer only; unset: as others do
    std::optional<std::uint32_t> probe;        // its number, of a probe of ours or an echo
    // Its number when it is a try of a size: whoever sends it says so if the host refuses it.
    std::optional<std::uint32_t> size_number;
};

// Cleared and used again, so that it allocates only until it has grown to the busiest step.
struct Outbox {
    // An answer as long as an Ethernet frame, and a beat.
    static constexpr std::size_t most_kept = 2048;
    std::vector<std::uint8_t> bytes; // of all datagrams, behind one another
    std::vector<OutDatagram> datagrams;
    std::vector<PortNews> news;
    std::optional<dgram::Endpoint> connect_to; // before any of the datagrams is sent

    std::span<const std::uint8_t> view(const OutDatagram& datagram) const {
        return std::span{bytes}.subspan(datagram.begin, datagram.size);
    }
    void clear_datagrams() {
        datagrams.clear();
        bytes.clear();
        if (bytes.capacity() > most_kept) bytes = {}; // long ones are tried once in a session
    }
    // Of one whose datagrams were cleared.
    void release_memory() {
        bytes = {};
        datagrams = {};
    }
    void clear() {
        clear_datagrams();
        news.clear();
        connect_to.reset();
    }
};

} // namespace wyn::session
