#include "session/terms.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

template <typename Unit>
std::uint32_t in(Duration duration) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<Unit>(duration).count());
}

constexpr Duration quickest_feedback = 5ms;
constexpr Duration slowest_feedback = 20ms;

} // namespace

Duration feedback_interval_of(const Terms& terms, wire::Search search, Duration rtt) {
    if (search != wire::Search::s3) return terms.feedback_interval;
    return std::min(terms.feedback_interval,
                    std::clamp<Duration>(rtt / 4, quickest_feedback, slowest_feedback));
}

Duration longest_feedback_interval_of(const Terms& terms, wire::Search search) {
    if (search != wire::Search::s3) return terms.feedback_interval;
    return std::min<Duration>(terms.feedback_interval, slowest_feedback);
}

Terms terms_of(const wire::Assign& assign) {
    using std::chrono::microseconds;
    using std::chrono::milliseconds;
    return {.max_rate = BitRate{assign.max_rate_bps},
            .max_volume_bytes = assign.max_volume_bytes,
            .max_duration = milliseconds{assign.max_duration_ms},
            .max_datagram_bytes = assign.max_datagram_bytes,
            .heartbeat = microseconds{assign.heartbeat_us},
            .adjustment_delay = microseconds{assign.adjustment_delay_us},
            .feedback_interval = microseconds{assign.feedback_interval_us},
            .half_open = milliseconds{assign.half_open_ms},
            .idle_timeout = milliseconds{assign.idle_timeout_ms}};
}

void put(const Terms& terms, wire::Assign& assign) {
    using std::chrono::microseconds;
    using std::chrono::milliseconds;
    assign.max_rate_bps = terms.max_rate.bps();
    assign.max_volume_bytes = terms.max_volume_bytes;
    assign.max_duration_ms = in<milliseconds>(terms.max_duration);
    assign.max_datagram_bytes = terms.max_datagram_bytes;
    assign.heartbeat_us = in<microseconds>(terms.heartbeat);
    assign.adjustment_delay_us = in<microseconds>(terms.adjustment_delay);
    assign.feedback_interval_us = in<microseconds>(terms.feedback_interval);
    assign.half_open_ms = in<milliseconds>(terms.half_open);
    assign.idle_timeout_ms = in<milliseconds>(terms.idle_timeout);
}

} // namespace wyn::session
