// Builds the world of a plan, runs it to its end and adds up what happened in it.
#pragma once

#include "sim/storm_plan.hpp"

namespace wyn::sim {

// How often each class of fault, refusal and end was met.
class Tally {
public:
    // Makes the class known even when it never happens.
    void add(std::string_view what, std::uint64_t times) { counts_[std::string{what}] += times; }
    void add_all(const Tally& other) {
        for (const auto& [what, times] : other.counts_)
            counts_[what] += times;
    }
    const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

private:
    std::map<std::string, std::uint64_t> counts_;
};

struct StormOutcome {
    Complaints complaints;
    Tally tally;
    std::uint64_t trace = 0;
    std::uint64_t events = 0;
    std::uint64_t datagrams = 0;
};

StormOutcome run_storm(const StormPlan& plan);

} // namespace wyn::sim
