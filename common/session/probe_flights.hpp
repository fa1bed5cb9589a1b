// The probes under way, each with its record, until their fate is settled: in the order of their
// numbers, and no more of them than are sent within the longest wait.
#pragma once

#include "session/port_link.hpp"

#include <algorithm>
#include <deque>

namespace wyn::session {

class ProbeFlights {
public:
    struct Flight {
        stats::ProbeRecord record;
        std::uint64_t sent_ns = 0; // as the probe says
        bool asks = false;         // the kernel is to stamp its departure
        bool echo_stamped = false; // the server's kernel was asked to stamp that of the echo
        bool complete = false;     // a later echo said all that can be said of its departure
        bool arrived = false;      // a map says that it reached the server
        bool missed = false;       // a map that was made long enough after it says that it did not
    };

    // How long is waited, for an echo and for what may come after it; of a probe of which nothing
    // is known `longest` at least.
    void set_waits(Duration shortest, Duration longest);
    void note_rtt(Duration rtt) { longest_rtt_ = std::max(longest_rtt_, rtt); }

    std::uint32_t next_number() const { return first_ + static_cast<std::uint32_t>(size()); }
    bool empty() const { return flights_.empty(); }
    std::size_t size() const { return flights_.size(); }
    Flight& add(MonoTime now, MonoTime planned);
    // The newest was not sent.
    void take_back() { flights_.pop_back(); }
    // Null: it is settled, or was never sent.
    Flight* find(std::uint32_t number);

    void on_departure(std::uint32_t number, const Stamp& left);
    // The first copy of an echo has come; `flight` is of its number and has not returned. False: it
    // was waited for long enough, and is lost all the same.
    bool on_echo(Flight& flight, const Stamp& stamp, MonoTime read, const wire::Echo& echo);
    // What any echo says of other probes; `asked` is when the message that it answers was sent. One
    // that answers a sweep tells of all numbers below its own.
    void on_news_of_others(MonoTime asked, const wire::Echo& echo, bool of_sweep);
    // No probe will come any more: of departures before `asked` nothing more will be told.
    void end_following(MonoTime asked);

    // The first that has not come back for half of the wait and of which no map has told; nothing
    // when there is none.
    std::optional<std::uint32_t> first_untold(MonoTime now) const;

    // When the first one's fate will be settled, as it looks now.
    MonoTime settles() const;
    // Takes it out, with its fate.
    Flight settle();

    Duration longest_rtt() const { return longest_rtt_; }
    Duration wait() const;

private:
    void apply(const wire::Stretch& stretch, MonoTime asked);
    void follow(const wire::Followed& followed);
    static void follow_one(Flight& flight, std::optional<Duration> left,
                           std::optional<Duration> stamped);

    std::deque<Flight> flights_;
    std::uint32_t first_ = 0; // number of the first
    Duration longest_rtt_{};
    Duration shortest_wait_{};
    Duration longest_wait_{};
};

} // namespace wyn::session
