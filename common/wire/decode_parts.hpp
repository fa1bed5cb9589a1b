// What the files that decode messages share. Not for others: see wire/codec.hpp.
#pragma once

#include "wire/codec.hpp"
#include "wire/layout.hpp"

#include <cstring>
#include <expected>
#include <optional>

namespace wyn::wire {

using Rejected = std::unexpected<Drop>;
using DecodedBody = std::expected<SealedBody, Drop>;

template <typename Layout>
Layout read(Bytes bytes) {
    Layout layout;
    std::memcpy(&layout, bytes.data(), sizeof layout);
    return layout;
}

template <typename T>
bool within(T value, T low, T high) {
    return value >= low && value <= high;
}

// Whether all of these are times that we compute with; see latest_ns.
template <typename... Times>
bool are_times(const Times&... times) {
    return (... && (times.get() <= latest_ns));
}

// What can be said before the type is known: our magic, and the length that it claims.
inline std::optional<Drop> flaw_of_frame(Bytes datagram) {
    if (datagram.size() < sizeof(HeaderLayout)) return Drop::length;
    const auto header = read<HeaderLayout>(datagram);
    if (header.magic.get() != protocol_magic) return Drop::magic;
    if (header.length.get() != datagram.size()) return Drop::length;
    return std::nullopt;
}

// The counts of a receiver that FEEDBACK and REPORT share, under the same names.
template <typename Layout>
ReceiverRecord counts_of(const Layout& in) {
    return {.packets = in.packets.get(),
            .payload_bytes = in.payload_bytes.get(),
            .duplicates = in.duplicates.get(),
            .reordered = in.reordered.get(),
            .late = in.late.get(),
            .socket_drops = in.socket_drops.get(),
            .rejected = in.rejected.get(),
            .first_arrival_ns = in.first_arrival_ns.get(),
            .last_arrival_ns = in.last_arrival_ns.get()};
}

// decode_report.cpp: its records are a subject of their own.
DecodedBody decode_report(Bytes datagram);

} // namespace wyn::wire
