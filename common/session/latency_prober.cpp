#include "session/latency_prober.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <limits>

namespace wyn::session {

namespace {

// Records are told in batches, and counts at least this often while probes are sent.
constexpr Duration news_wait = 50ms;
constexpr Duration longest_news_wait = 1s;
// After the last probe the first sweep leaves when its echo should be back. Further ones follow,
// but never more of them than are remembered while one is under way.
constexpr Duration shortest_time_back = 20ms;
constexpr Duration shortest_sweep_interval = 50ms;
constexpr Duration longest_sweep_interval = 500ms;
constexpr int sweeps_under_way = 8;

unsigned dscp_of(std::uint8_t traffic_class) {
    return traffic_class >> 2U;
}

} // namespace

void LatencyProber::set(MonoTime now, const SetProbing& order) {
    if (order.interval == Duration::zero()) {
        if (order.unanswered) flights_.set_waits(order_.shortest_wait, order_.shortest_wait);
        if (schedule_) stop(now);
        return;
    }
    order_ = order;
    flights_.set_waits(order.shortest_wait, order.longest_wait);
    flights_.note_rtt(order.known_rtt);
    schedule_.emplace(now, order.interval, order.timing, order.seed);
    end_ = order.most_time > Duration::zero() ? saturating_add(now, order.most_time) : never;
    left_ = order.most_probes;
    next_sweep_ = now + sweep_interval();
    last_news_ = now;
    began_ = true;
    over_told_ = false;
}

// Numbers do not begin anew: after 2^32 probes, 24 days at the shortest interval, it is over.
bool LatencyProber::is_at_end(MonoTime now) const {
    return now >= end_ || flights_.next_number() == std::numeric_limits<std::uint32_t>::max();
}

void LatencyProber::stop(MonoTime now) {
    schedule_.reset();
    next_sweep_ = now + std::clamp<Duration>(flights_.longest_rtt() * 3 / 2, shortest_time_back,
                                             longest_sweep_interval);
}

Duration LatencyProber::sweep_interval() const {
    return std::clamp<Duration>(flights_.longest_rtt() / sweeps_under_way, shortest_sweep_interval,
                                longest_sweep_interval);
}

dgram::SendOptions LatencyProber::options() const {
    return {.traffic_class = static_cast<std::uint8_t>(order_.dscp << 2U)};
}

std::optional<LatencyProber::Due> LatencyProber::on_timer(MonoTime now) {
    if (schedule_ && is_at_end(now)) stop(now);
    if (schedule_ && now >= schedule_->next()) return probe(now);
    return sweep(now);
}

std::optional<LatencyProber::Due> LatencyProber::probe(MonoTime now) {
    const ProbeSchedule::Slot slot = schedule_->take(now);
    counts_.skipped += slot.skipped;
    ProbeFlights::Flight& flight = flights_.add(now, slot.planned);
    flight.asks = ladder_.should_ask();
    Due due{.probe = {.length = order_.payload_bytes,
                      .number = flight.record.number,
                      .stamp_echo = order_.stamp_echoes,
                      .sent_ns = flight.sent_ns},
            .options = options()};
    if (flight.asks) due.options.departure_id = flight.record.number;
    ++counts_.sent;
    if (order_.most_probes != 0 && --left_ == 0) stop(now);
    return due;
}

std::optional<LatencyProber::Due> LatencyProber::sweep(MonoTime now) {
    if (flights_.empty() || now < next_sweep_) return std::nullopt;
    next_sweep_ = now + sweep_interval();
    const auto below = sweep_below(now);
    if (!below) return std::nullopt;
    sweeps_[swept_++ % most_sweeps] = {.number = *below, .sent = now};
    return Due{.probe = {.length = order_.payload_bytes,
                         .number = *below,
                         .sweep = true,
                         .sent_ns = to_ns(now)},
               .options = options()};
}

// Where to look: as far above the first probe that needs it as a map is sure to reach down; at the
// end anywhere, because there are departures to hear of, too.
std::optional<std::uint32_t> LatencyProber::sweep_below(MonoTime now) const {
    const std::uint32_t next = flights_.next_number();
    if (const auto untold = flights_.first_untold(now)) {
        const auto sure = static_cast<std::uint32_t>(8 * wire::map_bytes_in(order_.payload_bytes));
        return next - *untold > sure ? *untold + sure : next;
    }
    return schedule_ ? std::nullopt : std::optional{next};
}

void LatencyProber::on_handed(std::uint32_t number, const dgram::SendOutcome& outcome) {
    ProbeFlights::Flight* const flight = flights_.find(number);
    WYN_CHECK(flight != nullptr && number + 1 == flights_.next_number());
    if (outcome.status != dgram::SendStatus::sent) {
        flights_.take_back(); // its number is the next one's
        --counts_.sent;
        ++counts_.refused;
        return;
    }
    if (outcome.handed == MonoTime{}) return; // a door without a clock
    stats::ProbeRecord& record = flight->record;
    record.handed = outcome.handed;
    record.sent_estimate = outcome.left;
    record.sent = {record.sent_estimate, StampOrigin::user};
}

bool LatencyProber::answers_sweep(const wire::Echo& echo) const {
    return std::ranges::any_of(sweeps_, [&](const Sweep& sweep) {
        return sweep.number == echo.number && to_ns(sweep.sent) == echo.probe_sent_ns &&
               sweep.sent != MonoTime{};
    });
}

std::optional<wire::Drop> LatencyProber::on_echo(const Arrival& at, const wire::Echo& echo) {
    if (echo.sent_ns < echo.probe_received_ns) return wire::Drop::value;
    if (answers_sweep(echo)) {
        const MonoTime asked = mono_from_ns(echo.probe_sent_ns);
        note(at, echo);
        flights_.on_news_of_others(asked, echo, true);
        if (!schedule_) flights_.end_following(asked);
        return std::nullopt;
    }
    ProbeFlights::Flight* const flight = flights_.find(echo.number);
    if (flight == nullptr) {
        if (echo.number >= flights_.next_number()) return wire::Drop::unexpected;
        ++counts_.late;
        return std::nullopt;
    }
    const bool is_new = flight->record.fate == stats::ProbeFate::pending;
    if (!is_new || flight->sent_ns != echo.probe_sent_ns) return wire::Drop::unexpected;
    const MonoTime asked = flight->record.handed;
    if (!flights_.on_echo(*flight, at.stamp, at.read, echo)) ++counts_.late;
    note(at, echo);
    if (echo.sent_ns < newest_echo_ns_) ++counts_.reordered_back;
    newest_echo_ns_ = std::max(newest_echo_ns_, echo.sent_ns);
    if (dscp_of(echo.traffic_class) != order_.dscp) ++counts_.remarked_there;
    if (dscp_of(at.traffic_class) != dscp_of(echo.traffic_class)) ++counts_.remarked_back;
    flights_.on_news_of_others(asked, echo, false);
    return std::nullopt;
}

// What is cumulative counts from the newest one that tells it.
void LatencyProber::note(const Arrival& at, const wire::Echo& echo) {
    counts_.socket_drops = std::max(counts_.socket_drops, at.socket_drops);
    if (echo.sent_ns < newest_told_ns_) return;
    newest_told_ns_ = echo.sent_ns;
    counts_.reordered_there = echo.reordered;
    counts_.duplicates_there = echo.duplicates;
    far_clock_ = echo.clock;
    far_clock_known_ = true;
}

void LatencyProber::on_copy(const wire::Echo& echo) {
    const std::uint32_t next = flights_.next_number();
    if (echo.number >= next) return; // of a sweep
    if (ProbeFlights::Flight* const flight = flights_.find(echo.number)) {
        // Older than the messages' own window, and no copy.
        if (flight->record.fate != stats::ProbeFate::returned) return;
        if (flight->record.duplicates < std::numeric_limits<std::uint16_t>::max())
            ++flight->record.duplicates;
    }
    ++counts_.duplicates_back;
}

void LatencyProber::count(const ProbeFlights::Flight& flight) {
    const stats::ProbeRecord& record = flight.record;
    switch (record.fate) {
    case stats::ProbeFate::lost_there: ++counts_.lost_there; return;
    case stats::ProbeFate::lost_back: ++counts_.lost_back; return;
    case stats::ProbeFate::pending:
    case stats::ProbeFate::lost: ++counts_.lost; return;
    case stats::ProbeFate::returned: ++counts_.returned; break;
    }
    const auto count_unstamped = [](const Stamp& stamp, bool wanted, std::uint32_t& counter) {
        if (wanted && stamp.origin != StampOrigin::kernel) ++counter;
    };
    count_unstamped(record.sent, true, counts_.unstamped_sent);
    count_unstamped(record.far_received, true, counts_.unstamped_far_received);
    count_unstamped(record.far_sent, order_.stamp_echoes, counts_.unstamped_far_sent);
    count_unstamped(record.received, true, counts_.unstamped_received);
    if (!flight.asks) return;
    if (record.sent.origin == StampOrigin::kernel)
        ladder_.on_stamp();
    else
        ladder_.on_missing();
}

// The clock is looked at for the first one only: those behind it wait for it.
MonoTime LatencyProber::news_due() const {
    if (is_over()) return over_told_ ? never : MonoTime{};
    const MonoTime settled = std::max(flights_.settles(), last_news_ + news_wait);
    return schedule_ ? std::min(settled, last_news_ + longest_news_wait) : settled;
}

std::optional<LatencyNews> LatencyProber::take_news(MonoTime now) {
    if (now < news_due()) return std::nullopt;
    LatencyNews news;
    while (news.count < LatencyNews::most_records && flights_.settles() <= now) {
        const ProbeFlights::Flight flight = flights_.settle();
        count(flight);
        news.records[news.count++] = flight.record;
    }
    if (news.count < LatencyNews::most_records) last_news_ = now;
    news.over = over_told_ = is_over();
    news.counts = counts_;
    news.far_clock = far_clock_;
    news.far_clock_known = far_clock_known_;
    return news;
}

MonoTime LatencyProber::due() const {
    MonoTime due = news_due();
    if (schedule_) due = std::min({due, schedule_->next(), end_});
    if (!flights_.empty()) due = std::min(due, next_sweep_);
    return due;
}

} // namespace wyn::session
