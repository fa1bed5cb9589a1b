// How many events may be written: what sessions do and bring is kept, what strangers and troubles
// can cause without end is not. Stays below what the journal takes of one service by its defaults,
// so that it is we who choose and count what is left out. Pure.
#pragma once

#include "clock/time.hpp"
#include "journal/event.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wyn::journal {

// At most `depth` at once, and one more after each `interval`.
class Allowance {
public:
    constexpr Allowance(Duration interval, std::uint32_t depth)
        : interval_{interval}, slack_{interval * (depth - 1)} {}

    bool has_one(MonoTime now) const { return used_up_to_ - now <= slack_ || used_up_to_ <= now; }
    void take_one(MonoTime now) { used_up_to_ = std::max(used_up_to_, now) + interval_; }

private:
    Duration interval_;
    Duration slack_;
    MonoTime used_up_to_{};
};

// Events of one kind that were not written.
struct LeftOut {
    std::string_view kind; // its name, "client_refused"
    std::string reason;    // where the limit tells reasons apart, else empty
    std::uint64_t count = 0;
};

class RateLimit {
public:
    // Of one kind, and of refusals and troubles for one reason.
    static constexpr std::uint32_t burst_of_kind = 10;
    static constexpr Duration interval_of_kind = 30s;
    // Of all kinds but the records of sessions.
    static constexpr std::uint32_t most_per_second = 20;
    // Clients admitted, tests and ends: the purpose of the journal. 200 sessions a second with five
    // events each, for as long as it takes.
    static constexpr std::uint32_t records_per_second = 1000;
    static constexpr std::uint32_t burst_of_records = 3000;
    // From the first event that is left out to the sentence about it.
    static constexpr Duration tell_after = 30s;

    // Whether it may be written now; one that may not is counted.
    bool admits(MonoTime now, const Event& event);

    // When what was left out is to be told; `never` when nothing was.
    MonoTime due() const { return tell_at_; }
    std::vector<LeftOut> left_out() const;
    // It has been told, or it could not be, and is to be told later.
    void told();
    void could_not_tell(MonoTime now) { tell_at_ = now + tell_after; }

private:
    struct Kind {
        Allowance allowance{interval_of_kind, burst_of_kind};
        std::uint64_t left_out = 0;
    };
    using Key = std::pair<std::string_view, std::string>; // the name, the reason

    Kind& kind_of(const Event& event);
    bool is_within(MonoTime now, const Event& event, Kind& kind);

    Allowance records_{Duration{1s} / records_per_second, burst_of_records};
    Allowance others_{Duration{1s} / most_per_second, most_per_second};
    std::map<Key, Kind> kinds_;
    MonoTime tell_at_ = never;
};

} // namespace wyn::journal
