// How long the datagrams of a load are, by the user's wish and by what is known of the path.
#pragma once

#include "session/port_link.hpp"

namespace wyn::session {

struct DatagramSize {
    // UDP payload that the user wants; none: what fits the path, at most what a jumbo frame holds.
    std::optional<std::uint16_t> wish;
    std::uint32_t header_bytes = 28; // of IP and UDP
    std::uint16_t kernel_mtu = 1500; // of the path, where nothing better is known
    bool sparing = false;            // of bytes: it is not worth them to look for jumbo frames

    // The largest packet that is worth knowing of the path.
    std::uint16_t mtu_ceiling() const;
    // Payload of each datagram, at most what the server allows.
    std::uint16_t payload(const PathMtu& path, std::uint16_t allowed) const;
    // False only when it is known that such datagrams do not pass.
    bool may_pass(const PathMtu& path, std::uint16_t payload) const;
};

// That of a direction, whatever is known of it.
PathMtu mtu_of(const std::optional<PathMtuFound>& found, wire::Direction direction);

} // namespace wyn::session
