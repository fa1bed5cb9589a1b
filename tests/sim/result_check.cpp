#include "sim/result_check.hpp"

#include <fmt/format.h>

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
    if (received.late != 0)
        complaints.add(7, now, fmt::format("{} late of {}", received.late, print(truth)));
    if (agreement == Agreement::exact && result.sent_known &&
        received.packets + result.lost_on_the_way().value_or(0) != result.sent.packets_accepted)
        complaints.add(7, now,
                       fmt::format("{}: sent is not received + lost ({})", name(result.direction),
                                   print(truth)));
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
