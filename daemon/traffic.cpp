#include "daemon/traffic.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace wyn::daemon {

Rates TrafficMeter::read(MonoTime now, const Traffic& total) {
    const auto span = static_cast<std::uint64_t>((now - since_).count());
    const Rates rates{.up = rate_of(total.up_bytes - seen_.up_bytes, span),
                      .down = rate_of(total.down_bytes - seen_.down_bytes, span)};
    since_ = now;
    seen_ = total;
    return rates;
}

std::string status_line(Phase phase, std::size_t sessions, const Rates& rates) {
    std::string text = sessions == 0 ? "no sessions" : count_of(sessions, "session");
    if (rates.up.bps() != 0 || rates.down.bps() != 0)
        text += fmt::format("; up {}, down {}", print(rates.up), print(rates.down));
    switch (phase) {
    case Phase::serving: return text;
    case Phase::draining: return "draining, no newcomers; " + text;
    case Phase::stopping: return "stopping; " + text;
    }
    return text;
}

} // namespace wyn::daemon
