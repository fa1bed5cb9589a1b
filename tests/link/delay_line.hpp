// The way behind the bottleneck: packets are delayed, each by its own time, overtake each other or
// not, and come out in bunches where the receiver coalesces.
#pragma once

#include "link/chance.hpp"
#include "link/link_spec.hpp"
#include "link/packet.hpp"

#include <optional>
#include <vector>

namespace wyn::link {

class DelayLine {
public:
    explicit DelayLine(const Chance& chance) : chance_{chance} {}

    // The times of all calls ascend.
    void enter(WorldTime now, Record record, const LinkSpec& link);
    // When the next one comes out; end_of_time: there is none.
    WorldTime due() const;
    // That one, with its time. Only when there is one.
    Record leave();

private:
    struct OnTheWay {
        WorldTime due;
        std::uint64_t order = 0; // of those that are due at the same time
        Record record;
    };
    struct Held {
        std::uint64_t to_overtake = 0;
        WorldTime earliest; // when it would come out if nobody held it
        WorldTime latest;
        Record record;
    };
    static bool later(const OnTheWay& one, const OnTheWay& other) {
        return one.due != other.due ? one.due > other.due : one.order > other.order;
    }
    Duration jitter(WorldTime now, const Record& record, const Jitter& jitter) const;
    bool holds_back(const Record& record, const Reordering& reordering) const;
    void hold(WorldTime due, const Record& record, const Reordering& reordering);
    void was_overtaken(WorldTime by);
    void release(WorldTime due, const Record& record);
    WorldTime coalesced(WorldTime due) const;

    Chance chance_;
    std::vector<OnTheWay> heap_;
    std::vector<Held> held_;
    std::uint64_t next_order_ = 0;
    WorldTime newest_{}; // no packet that keeps order comes out before
    Duration coalescing_{};
};

} // namespace wyn::link
