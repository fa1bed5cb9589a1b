#include "session/path_marks.hpp"

#include <algorithm>
#include <array>

namespace wyn::session {

namespace {

constexpr std::array<std::uint8_t, 3> first_ttls{64, 128, 255};

std::uint8_t routers_passed(std::uint8_t ttl) {
    const auto* const began = std::ranges::lower_bound(first_ttls, ttl);
    return static_cast<std::uint8_t>(*began - ttl); // 255 is never below
}

} // namespace

std::vector<MarkSeen> marks_of(const DirectionResult& result) {
    std::vector<MarkSeen> seen;
    if (!result.sent_known || !result.received_known) return seen;
    for (const wire::ClassCount& one : result.received.marks.classes)
        if (one.packets > 0)
            seen.push_back({.sent = dgram::TrafficClass{result.sent.traffic_class},
                            .received = dgram::TrafficClass{one.traffic_class},
                            .packets = one.packets});
    return seen;
}

std::optional<double> congested_ratio(const DirectionResult& result) {
    if (marks_of(result).empty() || result.received.packets == 0) return std::nullopt;
    if (dgram::TrafficClass{result.sent.traffic_class}.ecn() == dgram::Ecn::not_ect)
        return std::nullopt;
    // The record may be the peer's: it need not make sense.
    const std::uint64_t congested =
        std::min(result.received.marks.congested, result.received.packets);
    return static_cast<double>(congested) / static_cast<double>(result.received.packets);
}

std::optional<Hops> hops_of(const DirectionResult& result) {
    const wire::Marks& marks = result.received.marks;
    if (!result.received_known || marks.lowest_ttl == 0 || marks.highest_ttl < marks.lowest_ttl)
        return std::nullopt;
    return Hops{.least = routers_passed(marks.highest_ttl),
                .most = routers_passed(marks.lowest_ttl)};
}

} // namespace wyn::session
