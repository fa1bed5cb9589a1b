#include "sim/result_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wyn::sim {

namespace {

class Comparison {
public:
    Comparison(Complaints& complaints, SimTime now, const session::DirectionResult& result,
               const Flow& flow, Agreement agreement)
        : complaints_{complaints}, now_{now}, result_{result}, flow_{flow}, agreement_{agreement} {}

    void same(std::string_view what, std::uint64_t reported, std::uint64_t truth) {
        const bool fits = agreement_ == Agreement::exact ? reported == truth : reported <= truth;
        if (!fits)
            complaints_.add(7, now_,
                            fmt::format("{}: {} are reported as {}, the network says {} ({})",
                                        name(result_.direction), what, reported, truth,
                                        print(flow_)));
    }

private:
    Complaints& complaints_;
    SimTime now_;
    const session::DirectionResult& result_;
    const Flow& flow_;
    Agreement agreement_;
};

// Every first copy is counted with the marks with which it came. A simulated path makes no more
// classes than are told apart.
void check_marks(Complaints& complaints, SimTime now, const wire::ReceiverRecord& received,
                 const Flow::Seen& seen, Agreement agreement, const std::string& flow) {
    const wire::Marks& marks = received.marks;
    const auto complain = [&](std::string_view what) {
        complaints.add(7, now, fmt::format("marks: {} ({})", what, flow));
    };
    std::uint64_t counted = marks.other_classes;
    std::uint64_t congested = 0;
    for (const wire::ClassCount& one : marks.classes) {
        counted += one.packets;
        if (dgram::TrafficClass{one.traffic_class}.ecn() == dgram::Ecn::ce)
            congested += one.packets;
        const auto truth = seen.classes.find(one.traffic_class);
        const std::uint64_t came = truth == seen.classes.end() ? 0 : truth->second;
        if (one.packets > came ||
            (agreement == Agreement::exact && one.packets > 0 && one.packets != came))
            complain(fmt::format("{} of class {:#x} are {}", came, one.traffic_class, one.packets));
    }
    if (counted == 0) return; // of feedback alone: the server could not tell any more
    if (counted != received.packets)
        complain(fmt::format("{} of {} have a class", counted, received.packets));
    if (congested != marks.congested)
        complain(fmt::format("{} congested are told as {}", congested, marks.congested));
    if (marks.lowest_ttl < seen.lowest_ttl || marks.highest_ttl > seen.highest_ttl)
        complain(fmt::format("TTLs {} to {}", marks.lowest_ttl, marks.highest_ttl));
}

// Everything that was taken by the stack has arrived or has its place in the balance.
void check_losses(Complaints& complaints, SimTime now, const session::DirectionResult& result,
                  const Flow& truth) {
    const auto losses = result.losses();
    if (!losses) return;
    const std::uint64_t missing = truth.sent() - truth.seen().packets;
    if (losses->path + losses->receiver_socket != missing ||
        losses->sender_host != result.sent.packets_refused ||
        losses->total != missing + losses->sender_host)
        complaints.add(7, now,
                       fmt::format("lost: {} in all, {} sender, {} path, {} socket ({})",
                                   losses->total, losses->sender_host, losses->path,
                                   losses->receiver_socket, print(truth)));
    if (losses->receiver_socket > truth.of(Fate::socket_full))
        complaints.add(7, now,
                       fmt::format("{} lost in the receiver's socket ({})", losses->receiver_socket,
                                   print(truth)));
}

} // namespace

void check_direction(Complaints& complaints, SimTime now, const session::DirectionResult& result,
                     const Flow* flow, Agreement agreement) {
    static const Flow nothing;
    const Flow& truth = flow != nullptr ? *flow : nothing;
    Comparison compare{complaints, now, result, truth, agreement};
    if (result.sent_known) compare.same("sent", result.sent.packets_accepted, truth.sent());
    if (!result.received_known) return;
    const Flow::Seen& seen = truth.seen();
    const wire::ReceiverRecord& received = result.received;
    compare.same("received", received.packets, seen.packets);
    compare.same("bytes", received.payload_bytes, seen.bytes);
    compare.same("duplicates", received.duplicates, seen.duplicates);
    compare.same("reordered", received.reordered, seen.reordered);
    if (received.packets > 0) check_marks(complaints, now, received, seen, agreement, print(truth));
    if (received.late != 0)
        complaints.add(7, now, fmt::format("{} late of {}", received.late, print(truth)));
    if (agreement != Agreement::exact || !result.sent_known) return;
    check_losses(complaints, now, result, truth);
    if (received.packets + result.lost_on_the_way().value_or(0) != result.sent.packets_accepted)
        complaints.add(7, now,
                       fmt::format("{}: sent is not received + lost ({})", name(result.direction),
                                   print(truth)));
}

void check_path_mtu(Complaints& complaints, SimTime now, const session::PathMtu& found,
                    const PathLimits& limits, bool is_spotless) {
    const std::size_t most = std::min(
        {std::size_t{9000}, limits.sender_mtu, limits.largest_packet, limits.receiver_mtu});
    if (found.bytes > most || (is_spotless && found.bytes != most))
        complaints.add(
            7, now,
            fmt::format("a path for packets of {} bytes is said to take {}", most, found.bytes));
}

void check_rate(Complaints& complaints, SimTime now, const session::DirectionResult& result,
                const Flow& flow) {
    const Flow::Seen& seen = flow.seen();
    const auto rates = result.rates();
    const double took = to_seconds(seen.last - seen.first);
    if (seen.packets < 2 || took <= 0) return;
    const double truth = static_cast<double>(seen.bytes - seen.first_bytes) * 8 / took;
    if (!rates)
        return complaints.add(14, now, fmt::format("no rate is reported of {:.0f} bit/s", truth));
    if (std::abs(rates->payload.as_double() - truth) > 0.01 * truth)
        complaints.add(
            14, now,
            fmt::format("{} are reported, {:.0f} bit/s arrived", print(rates->payload), truth));
}

} // namespace wyn::sim
