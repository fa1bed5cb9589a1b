// What a path has made of the marks and the TTL that one direction's datagrams left with.
#pragma once

#include "session/probe_result.hpp"

#include <optional>
#include <vector>

namespace wyn::session {

// Datagrams that arrived with one traffic class.
struct MarkSeen {
    dgram::TrafficClass sent;
    dgram::TrafficClass received;
    std::uint64_t packets = 0; // first copies

    bool is_remarked() const { return sent.dscp() != received.dscp(); }
    // Left as ECN-capable, arrived as not: whoever did that turns marks of congestion into losses.
    bool is_bleached() const {
        return sent.ecn() != dgram::Ecn::not_ect && received.ecn() == dgram::Ecn::not_ect;
    }
    bool operator==(const MarkSeen&) const = default;
};

// One for each class that arrived, as far as they are told apart (wire::most_classes); empty when
// either record is missing or the receiver's kernel tells no class.
std::vector<MarkSeen> marks_of(const DirectionResult& result);

// Of what arrived, the share with "congestion experienced", 0 to 1; only of what left as
// ECN-capable, for nothing else may be marked.
std::optional<double> congested_ratio(const DirectionResult& result);

// How many routers have lowered the TTL, guessed from the next higher of 64, 128 and 255, with
// which hosts begin; 0: none, the two hosts are on one link.
struct Hops {
    std::uint8_t least = 0;
    std::uint8_t most = 0;
    bool operator==(const Hops&) const = default;
};
std::optional<Hops> hops_of(const DirectionResult& result);

} // namespace wyn::session
