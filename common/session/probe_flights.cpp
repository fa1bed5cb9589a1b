#include "session/probe_flights.hpp"

#include "clock/stamp_map.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// A probe that has returned waits for further copies, as long as one more round trip, within
// bounds.
constexpr Duration shortest_linger = 10ms;
constexpr Duration longest_linger = 1s;
// How long maps of other echoes are waited for, before one is asked for.
constexpr Duration shortest_grace = 20ms;
constexpr Duration longest_grace = 500ms;

// A record whose times make sense together: what a lying server says may not turn time around.
bool is_sound(const stats::ProbeRecord& record) {
    return record.rtt() >= Duration::zero();
}

} // namespace

void ProbeFlights::set_waits(Duration shortest, Duration longest) {
    shortest_wait_ = shortest;
    longest_wait_ = longest;
}

Duration ProbeFlights::wait() const {
    return std::min(std::max(3 * longest_rtt_, shortest_wait_), longest_wait_);
}

ProbeFlights::Flight& ProbeFlights::add(MonoTime now, MonoTime planned) {
    Flight flight{.sent_ns = to_ns(now)};
    flight.record.number = next_number();
    flight.record.planned = planned;
    flight.record.handed = now;
    flight.record.sent = {now, StampOrigin::user};
    flight.record.sent_estimate = now;
    return flights_.emplace_back(flight);
}

ProbeFlights::Flight* ProbeFlights::find(std::uint32_t number) {
    const std::uint32_t index = number - first_;
    return index < flights_.size() ? &flights_[index] : nullptr;
}

void ProbeFlights::on_departure(std::uint32_t number, const Stamp& left) {
    Flight* const flight = find(number);
    if (flight == nullptr || left.time < flight->record.handed - stamp_tolerance) return;
    stats::ProbeRecord record = flight->record;
    record.sent = left;
    if (record.fate == stats::ProbeFate::returned && !is_sound(record)) return;
    flight->record = record;
}

bool ProbeFlights::on_echo(Flight& flight, const Stamp& stamp, MonoTime read,
                           const wire::Echo& echo) {
    stats::ProbeRecord& record = flight.record;
    flight.arrived = true;
    if (stamp.time > record.handed + wait()) return false;
    record.fate = stats::ProbeFate::returned;
    record.far_received = {mono_from_ns(echo.probe_received_ns),
                           echo.kernel_stamp ? StampOrigin::kernel : StampOrigin::user};
    record.far_handed = mono_from_ns(echo.sent_ns);
    record.far_sent = {record.far_handed, StampOrigin::user};
    record.far_sent_estimate = record.far_handed;
    record.received = stamp;
    record.read = std::max(read, stamp.time);
    // It cannot have left later than its echo came.
    if (!is_sound(record)) record.sent = {record.handed, StampOrigin::user};
    flight.echo_stamped = echo.stamped;
    note_rtt(record.rtt());
    return true;
}

void ProbeFlights::on_news_of_others(MonoTime asked, const wire::Echo& echo, bool of_sweep) {
    if (of_sweep && echo.number > echo.map.newest + 1U)
        apply({.highest = echo.number - 1, .count = echo.number - 1U - echo.map.newest}, asked);
    wire::StretchReader reader{echo.map};
    while (const auto stretch = reader.next())
        apply(*stretch, asked);
    follow(echo.followed);
}

void ProbeFlights::end_following(MonoTime asked) {
    for (Flight& flight : flights_)
        if (flight.record.fate == stats::ProbeFate::returned &&
            flight.record.received.time <= asked)
            flight.complete = true;
}

std::optional<std::uint32_t> ProbeFlights::first_untold(MonoTime now) const {
    const Duration grace = std::clamp(2 * longest_rtt_, shortest_grace, longest_grace);
    for (const Flight& flight : flights_) {
        if (now < flight.record.handed + wait() / 2 + grace) break;
        const bool is_pending = flight.record.fate == stats::ProbeFate::pending;
        if (is_pending && !flight.arrived && !flight.missed) return flight.record.number;
    }
    return std::nullopt;
}

// That a probe is missing means something only when it had time to arrive before the question.
void ProbeFlights::apply(const wire::Stretch& stretch, MonoTime asked) {
    if (flights_.empty()) return;
    const std::uint64_t last = std::min<std::uint64_t>(stretch.highest, next_number() - 1U);
    const std::uint64_t lowest = stretch.highest + std::uint64_t{1} - stretch.count;
    for (std::uint64_t number = std::max<std::uint64_t>(lowest, first_); number <= last; ++number) {
        Flight& flight = flights_[number - first_];
        if (stretch.came)
            flight.arrived = true;
        else if (asked >= flight.record.handed + wait() / 2)
            flight.missed = true;
    }
}

// An echo is complete when all that was promised of it has been told.
void ProbeFlights::follow_one(Flight& flight, std::optional<Duration> left,
                              std::optional<Duration> stamped) {
    if (flight.record.fate != stats::ProbeFate::returned) return;
    stats::ProbeRecord record = flight.record;
    if (left) record.far_sent_estimate = record.far_handed + *left;
    if (stamped)
        record.far_sent = {record.far_handed + *stamped, StampOrigin::kernel};
    else if (record.far_sent.origin == StampOrigin::user)
        record.far_sent.time = record.far_sent_estimate;
    if (stamped || (left && !flight.echo_stamped)) flight.complete = true;
    if (is_sound(record)) flight.record = record;
}

void ProbeFlights::follow(const wire::Followed& followed) {
    for (std::uint32_t i = 0; i < wire::most_followed && i <= followed.number; ++i)
        if (Flight* const flight = find(followed.number - i))
            follow_one(*flight, followed.left_after[i], followed.stamped_after[i]);
    // What is older than it tells of is told no more.
    for (Flight& flight : flights_) {
        if (followed.number - flight.record.number > followed.number) break; // not older
        if (followed.number - flight.record.number < wire::most_followed) break;
        flight.complete = true;
    }
}

MonoTime ProbeFlights::settles() const {
    if (flights_.empty()) return never;
    const Flight& flight = flights_.front();
    const stats::ProbeRecord& record = flight.record;
    // Of one that nobody knows anything of, a map may still come.
    const bool is_told = flight.arrived || flight.missed;
    if (record.fate != stats::ProbeFate::returned)
        return record.handed + (is_told ? wait() : std::max(wait(), longest_wait_));
    if (!flight.complete) return record.received.time + wait();
    return record.received.time + std::clamp(longest_rtt_, shortest_linger, longest_linger);
}

ProbeFlights::Flight ProbeFlights::settle() {
    Flight flight = flights_.front();
    flights_.pop_front();
    ++first_;
    if (flight.record.fate == stats::ProbeFate::pending)
        flight.record.fate = flight.arrived  ? stats::ProbeFate::lost_back
                             : flight.missed ? stats::ProbeFate::lost_there
                                             : stats::ProbeFate::lost;
    return flight;
}

} // namespace wyn::session
