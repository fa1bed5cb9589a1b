#include "session/latency_answerer.hpp"

#include "clock/stamp_map.hpp"
#include "session/received_map.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// What a client that was late may catch up with.
constexpr Duration burst = 1s;

} // namespace

std::expected<wire::Echo, wire::Drop> LatencyAnswerer::on_probe(Stamp arrived, MonoTime now,
                                                                std::uint8_t traffic_class,
                                                                const wire::Probe& probe) {
    if (!has_budget(now, probe.length)) return std::unexpected{wire::Drop::limit};
    if (!probe.sweep) seen_.record(probe.number);
    wire::Echo echo{.length = probe.length,
                    .number = probe.number,
                    .kernel_stamp = arrived.origin == StampOrigin::kernel,
                    .stamped = probe.stamp_echo && !probe.sweep && ladder_.should_ask(),
                    .traffic_class = traffic_class,
                    .probe_sent_ns = probe.sent_ns,
                    .probe_received_ns = to_ns(arrived.time),
                    .sent_ns = to_ns(now),
                    .received = static_cast<std::uint32_t>(seen_.received()),
                    .duplicates = duplicates_,
                    .reordered = static_cast<std::uint32_t>(seen_.reordered()),
                    .map = map(probe),
                    .clock = clock_,
                    .followed = followed()};
    if (!probe.sweep) remember(probe.number, now, echo.stamped);
    return echo;
}

wire::ReceivedMap LatencyAnswerer::map(const wire::Probe& probe) const {
    const std::size_t room = wire::map_bytes_in(probe.length);
    return probe.sweep ? map_of(seen_, room, probe.number) : map_of(seen_, room);
}

// A virtual time that runs ahead by what each probe costs (the generic cell rate algorithm).
bool LatencyAnswerer::has_budget(MonoTime now, std::size_t length) {
    Duration cost = shortest_probe_interval;
    if (max_rate_.bps() != 0)
        cost =
            std::max(cost, from_seconds(static_cast<double>(8 * length) / max_rate_.as_double()));
    const MonoTime used_until = std::max(budget_used_until_, now) + cost;
    if (used_until - now > burst) return false;
    budget_used_until_ = used_until;
    return true;
}

void LatencyAnswerer::on_copy(const wire::Probe& probe) {
    // One that is older than the messages' own window may be a first copy: nobody can tell.
    if (!probe.sweep && seen_.has(probe.number)) ++duplicates_;
}

void LatencyAnswerer::remember(std::uint32_t number, MonoTime made, bool waits) {
    Answered& place = answered_[number % remembered];
    if (place.waits) ladder_.on_missing();
    place = {.number = number,
             .made = made,
             .left_after = std::nullopt,
             .stamped_after = std::nullopt,
             .waits = waits};
}

void LatencyAnswerer::note_followed(std::uint32_t number) {
    if (!newest_followed_ || number > *newest_followed_) newest_followed_ = number;
}

void LatencyAnswerer::on_handed(std::uint32_t number, const dgram::SendOutcome& outcome) {
    Answered& answered = answered_[number % remembered];
    if (answered.number != number || outcome.status != dgram::SendStatus::sent) return;
    if (outcome.handed == MonoTime{}) return; // a door without a clock
    answered.left_after = std::max(outcome.left - answered.made, Duration{1});
    note_followed(number);
}

void LatencyAnswerer::on_departure(std::uint32_t number, const Stamp& left) {
    Answered& answered = answered_[number % remembered];
    const Duration after = left.time - answered.made;
    if (!answered.waits || answered.number != number || after < -stamp_tolerance) return;
    answered.waits = false;
    answered.stamped_after = std::max(after, Duration{1});
    note_followed(number);
    ladder_.on_stamp();
}

wire::Followed LatencyAnswerer::followed() const {
    if (!newest_followed_) return {};
    wire::Followed followed{.number = *newest_followed_};
    for (std::uint32_t i = 0; i < wire::most_followed && i <= followed.number; ++i) {
        const Answered& answered = answered_[(followed.number - i) % remembered];
        if (answered.number != followed.number - i) continue;
        followed.left_after[i] = answered.left_after;
        followed.stamped_after[i] = answered.stamped_after;
    }
    return followed;
}

} // namespace wyn::session
