// What the path does to single packets: it changes their marks, or swallows the large ones.
#include "verdict/rules.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::verdict {

namespace {

// So many packets and such a share of them are no accident, and no second path that some take.
constexpr std::uint64_t enough_packets = 10;
constexpr double nearly_all = 0.99;
// Sizes whose probes vanished so often did not meet a chance loss.
constexpr std::uint32_t enough_vanished = 3;

Confidence confidence_of(const Share& changed) {
    return changed.hits >= enough_packets && changed.ratio() >= nearly_all ? Confidence::high
                                                                           : Confidence::medium;
}

// The most frequent change of those that count as one.
template <typename IsChange>
const Mark* main_change(const std::vector<Mark>& marks, IsChange is_change) {
    const Mark* most = nullptr;
    for (const Mark& mark : marks)
        if (is_change(mark) && mark.packets > 0 &&
            (most == nullptr || mark.packets > most->packets))
            most = &mark;
    return most;
}

std::uint64_t all_of(const std::vector<Mark>& marks, std::uint8_t sent) {
    std::uint64_t packets = 0;
    for (const Mark& mark : marks)
        if (mark.sent == sent) packets += mark.packets;
    return packets;
}

bool is_capable(const Mark& mark) {
    const unsigned ecn = ecn_of(mark.sent);
    return ecn != 0 && ecn != congestion_experienced;
}

} // namespace

std::optional<Finding> remarked(const Evidence& /*evidence*/, const Load& load) {
    if (!load.marks) return std::nullopt;
    const Mark* const mark = main_change(
        *load.marks, [](const Mark& one) { return dscp_of(one.sent) != dscp_of(one.received); });
    if (mark == nullptr) return std::nullopt;
    const Share changed{.hits = mark->packets, .trials = all_of(*load.marks, mark->sent)};
    return Finding{
        .code = Code::remarked,
        .direction = load.direction,
        .confidence = confidence_of(changed),
        .level = Level::warn,
        .sentence = fmt::format("Datagrams of the {} leave with DSCP {} and arrive with {}: the "
                                "path does not treat them as marked.",
                                noun(load.direction), dscp_of(mark->sent), dscp_of(mark->received)),
        .evidence = {count_value("sent_dscp", dscp_of(mark->sent)),
                     count_value("received_dscp", dscp_of(mark->received)),
                     count_value("changed", changed.hits), count_value("packets", changed.trials)},
        .advice = "Ask whoever runs the path whether it trusts this mark, and from whom."};
}

std::optional<Finding> ecn_bleached(const Evidence& /*evidence*/, const Load& load) {
    if (!load.marks) return std::nullopt;
    const Mark* const mark = main_change(
        *load.marks, [](const Mark& one) { return is_capable(one) && ecn_of(one.received) == 0; });
    if (mark == nullptr) return std::nullopt;
    const Share changed{.hits = mark->packets, .trials = all_of(*load.marks, mark->sent)};
    return Finding{
        .code = Code::ecn_bleached,
        .direction = load.direction,
        .confidence = confidence_of(changed),
        .level = Level::warn,
        .sentence =
            fmt::format("Datagrams of the {} leave as ECN-capable and arrive as not: queues "
                        "behind that place can only drop.",
                        noun(load.direction)),
        .evidence = {count_value("sent_ecn", ecn_of(mark->sent)),
                     count_value("bleached", changed.hits), count_value("packets", changed.trials)},
        .advice = "Look for a router or firewall that rewrites the whole TOS octet."};
}

std::optional<Finding> pmtu_blackhole(const Evidence& /*evidence*/, const Load& load) {
    if (!load.mtu || !load.mtu->tried_bytes || load.mtu->icmp_heard != false) return std::nullopt;
    const PathMtu& mtu = *load.mtu;
    if (mtu.bytes >= *mtu.tried_bytes) return std::nullopt;
    const std::uint32_t vanished = mtu.vanished.value_or(0);
    if (mtu.vanished && vanished == 0) return std::nullopt; // none was lost: it was not tried
    // Where one in ten gets lost anyway, three in a row are no proof.
    const bool lossy = !path_loss(load) || path_loss(load)->ratio() >= 0.1;
    Finding finding{
        .code = Code::pmtu_blackhole,
        .direction = load.direction,
        .confidence = vanished >= enough_vanished && !lossy ? Confidence::high : Confidence::medium,
        .level = Level::bad,
        .sentence = fmt::format("Packets of the {} above {} bytes vanish, and no router says so "
                                "(ICMP): large transfers may hang.",
                                noun(load.direction), mtu.bytes),
        .evidence = {bytes_value("path_mtu", mtu.bytes), bytes_value("tried", *mtu.tried_bytes)},
        .advice = fmt::format("{}ip link set mtu {}, or let ICMP pass on the way.",
                              on(sender_of(load)), mtu.bytes)};
    if (mtu.vanished) finding.evidence.push_back(count_value("vanished", vanished));
    return finding;
}

} // namespace wyn::verdict
