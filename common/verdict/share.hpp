// A share of a number of trials, and what the number allows to say about it.
#pragma once

#include <cstdint>

namespace wyn::verdict {

struct Share {
    std::uint64_t hits = 0;
    std::uint64_t trials = 0; // at least `hits`

    // 0 without a trial.
    double ratio() const {
        return trials == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(trials);
    }
    bool operator==(const Share&) const = default;
};

// From 0 to 1.
struct Interval {
    double low = 0;
    double high = 1;

    bool contains(double ratio) const { return low <= ratio && ratio <= high; }
};

// Wilson's interval at 95 % (Journal of the American Statistical Association 22, 1927), which holds
// its level for rare events too. It takes the trials for independent: losses that come in bursts
// make it too narrow. For no hit of n it is 0 to 3/n (the "rule of three"); everything between 0
// and 1 without a trial.
Interval interval_of(const Share& share);

} // namespace wyn::verdict
