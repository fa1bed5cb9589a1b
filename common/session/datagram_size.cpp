#include "session/datagram_size.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// On loopback a datagram of 64 KiB would fit, and measure nothing that a network does.
constexpr std::uint16_t largest_default_packet = 9000;
// To find the edge of a black hole costs up to 100 kB below this, and 600 kB up to a jumbo frame.
constexpr std::uint16_t largest_when_sparing = 1500;

} // namespace

std::uint16_t DatagramSize::mtu_ceiling() const {
    const std::uint32_t wanted = wish.value_or(0) + header_bytes;
    const std::uint16_t least = sparing ? largest_when_sparing : largest_default_packet;
    return static_cast<std::uint16_t>(std::clamp<std::uint32_t>(wanted, least, 0xffff));
}

std::uint16_t DatagramSize::payload(const PathMtu& path, std::uint16_t allowed) const {
    const std::uint16_t mtu = path.bytes != 0 ? path.bytes : kernel_mtu;
    const std::uint32_t fits = std::min(mtu, largest_default_packet) - header_bytes;
    return static_cast<std::uint16_t>(std::min<std::uint32_t>(wish.value_or(fits), allowed));
}

bool DatagramSize::may_pass(const PathMtu& path, std::uint16_t payload) const {
    const bool edge_known = path.limit && *path.limit != measure::MtuLimit::none;
    return !edge_known || payload + header_bytes <= path.bytes;
}

PathMtu mtu_of(const std::optional<PathMtuFound>& found, wire::Direction direction) {
    const PathMtuFound known = found.value_or(PathMtuFound{});
    return direction == wire::Direction::up ? known.up : known.down;
}

} // namespace wyn::session
