// IP packets as bytes, as far as an emulated link has to understand them: what a link model wants
// to know of one, what a link does to one, and the answer of a router to one that is too big.
#pragma once

#include "link/packet.hpp"

#include <optional>
#include <span>
#include <vector>

namespace wyn::emulator {

using Bytes = std::span<std::uint8_t>;
using ConstBytes = std::span<const std::uint8_t>;

// What a link model sees of a packet that a host wants to send; nothing for what is not a whole
// IPv4 or IPv6 packet to one host: a kernel's multicast chatter is not carried.
// `handle` is left to the caller. The flow is that of a queue that tells flows apart: a hash of
// both addresses, the protocol and, of UDP and TCP, both ports.
std::optional<link::Packet> describe(ConstBytes packet);

// Writes the traffic class and the hop limit as they came out of the link, and mends the checksum
// of an IPv4 header. `packet` is one that was described.
void rewrite(Bytes packet, const link::Packet& as_it_came_out);

// The payload of a UDP datagram in a packet that was described; empty for everything else.
ConstBytes udp_payload(ConstBytes packet);

// Damages one bit behind the headers, so that a checksum finds it: no host hands such a datagram
// over. A packet without anything behind its headers stays as it is.
void damage(Bytes packet);

// What a router answers that cannot pass a packet on: ICMP "fragmentation needed" (RFC 792, RFC
// 1191), or ICMPv6 "packet too big" (RFC 4443, section 3.2), from an address of its own. Nothing
// for an IPv4 packet that may be cut: this router does not cut.
std::vector<std::uint8_t> too_big(ConstBytes packet, std::uint32_t mtu);

} // namespace wyn::emulator
