#include "stats/latency_events.hpp"

#include <algorithm>
#include <utility>

namespace wyn::stats {

std::optional<LatencyEvent> LossRunWatch::on_returned(MonoTime sent) noexcept {
    const auto run = close(sent, true);
    last_returned_ = sent;
    return run;
}

std::optional<LatencyEvent> LossRunWatch::on_lost(std::uint32_t number, MonoTime sent,
                                                  Way way) noexcept {
    if (run_.count == 0) run_ = {.at = sent, .number = number};
    ++run_.count;
    if (way == Way::up) ++run_.lost_up;
    if (way == Way::down) ++run_.lost_down;
    last_lost_ = sent;
    const Duration silent = sent - last_returned_.value_or(run_.at);
    if (run_.outage || run_.count < outage_probes || silent < outage_length) return std::nullopt;
    run_.outage = true;
    ++outages_;
    return OutageBegan{.at = run_.at, .number = run_.number};
}

std::optional<LatencyEvent> LossRunWatch::finish() noexcept {
    return close(last_lost_, false);
}

std::optional<LatencyEvent> LossRunWatch::close(MonoTime until, bool ended) noexcept {
    if (run_.count == 0) return std::nullopt;
    LossRun run = std::exchange(run_, {});
    run.ended = ended;
    run.silence = until - last_returned_.value_or(run.at);
    if (run.outage) longest_outage_ = std::max(longest_outage_, run.silence);
    return run;
}

} // namespace wyn::stats
