// A quantity that keeps its value until it gets another one, with all its history.
#pragma once

#include "link/world_time.hpp"

#include <algorithm>
#include <vector>

namespace wyn::link {

template <typename Value>
class StepFunction {
public:
    struct Step {
        WorldTime begin;
        Value value;
    };

    explicit StepFunction(const Value& first) : steps_{{WorldTime::min(), first}} {}

    // From `begin` on; not before the last step, and instead of one that begins at the same time.
    void set(WorldTime begin, const Value& value) {
        if (steps_.back().begin == begin)
            steps_.back().value = value;
        else
            steps_.push_back({begin, value});
    }
    // Forgets all that begins after `time`.
    void cut(WorldTime time) {
        while (steps_.back().begin > time)
            steps_.pop_back();
    }

    const Value& last() const { return steps_.back().value; }
    const Value& at(WorldTime time) const { return steps_[place(time)].value; }
    // When the value that holds at `time` ends.
    WorldTime end(WorldTime time) const {
        const std::size_t next = place(time) + 1;
        return next < steps_.size() ? steps_[next].begin : end_of_time;
    }

private:
    std::size_t place(WorldTime time) const {
        if (steps_.back().begin <= time) return steps_.size() - 1;
        const auto behind = std::upper_bound(
            steps_.begin(), steps_.end(), time,
            [](WorldTime wanted, const Step& step) { return wanted < step.begin; });
        return static_cast<std::size_t>(behind - steps_.begin()) - 1;
    }
    std::vector<Step> steps_;
};

} // namespace wyn::link
