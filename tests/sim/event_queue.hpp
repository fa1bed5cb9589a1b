// Simulated time: a queue of what will happen, ordered by (time, number). Time never passes by
// itself, it moves to the next event, so an hour of simulation costs what its events cost.
#pragma once

#include "base/random.hpp"
#include "link/world_time.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace wyn::sim {

// The world's own time. No code under test ever sees it: each host has a clock of its own
// (sim/host_clock.hpp).
using SimTime = link::WorldTime;
using link::end_of_time;

// One source of chance for each part of a world, by the world's seed and the part's name: a part
// that is added draws nothing from the others, so their run stays what it was.
SeededRandom random_for(std::uint64_t seed, std::string_view part);

class EventQueue {
public:
    using Action = std::function<void()>;

    SimTime now() const { return now_; }
    // `when` lies not in the past. Events of the same time happen in the order of their numbers.
    void at(SimTime when, Action action);
    void after(Duration wait, Action action) { at(now_ + wait, std::move(action)); }

    // Moves to the next event that lies not after `until` and lets it happen; false when there is
    // none, and then the time is `until`.
    bool step(SimTime until);

    std::uint64_t happened() const { return happened_; }
    // Events in a row without time going on. A healthy world stays in the hundreds.
    std::uint64_t at_this_time() const { return at_this_time_; }

private:
    struct Event {
        SimTime when;
        std::uint64_t number;
        Action action;
    };
    static bool later(const Event& one, const Event& other) {
        return one.when != other.when ? one.when > other.when : one.number > other.number;
    }

    SimTime now_{};
    std::uint64_t next_number_ = 0;
    std::uint64_t happened_ = 0;
    std::uint64_t at_this_time_ = 0;
    std::vector<Event> heap_;
};

// One event that may be moved, and that is gone with its owner.
class Timer {
public:
    Timer(EventQueue& queue, EventQueue::Action action);

    // Replaces the time set before; end_of_time: no event. A time in the past means now.
    void set(SimTime when);
    SimTime when() const { return state_->when; }

private:
    struct State {
        EventQueue::Action action;
        SimTime when = end_of_time;
        std::uint64_t set_count = 0;
    };
    EventQueue& queue_;
    std::shared_ptr<State> state_;
};

} // namespace wyn::sim
