// What is left to chance on a link: a source of its own for each mechanism and each packet, so that
// the same seed gives the same fate to packet n, whatever else the link does and whenever the
// packet comes.
#pragma once

#include "base/random.hpp"

namespace wyn::link {

enum class Mechanism : std::uint8_t {
    loss,
    bursts,
    duplicate,
    queue,
    loss_after,
    corrupt,
    jitter,
    reordering,
    fluctuation,
    cross_traffic,
    bleach,
    mark,
};

class Chance {
public:
    explicit Chance(std::uint64_t seed) : seed_{seed} {}

    // For the `number`-th packet, or whatever the mechanism counts.
    SeededRandom of(Mechanism mechanism, std::uint64_t number) const;

    // True with this probability; draws nothing when it is 0.
    bool strikes(double probability, Mechanism mechanism, std::uint64_t number) const {
        return probability > 0 && of(mechanism, number).chance(probability);
    }

private:
    std::uint64_t seed_;
};

// Standard normal, by Box and Muller's transformation (Annals of Mathematical Statistics, 1958).
double draw_normal(Random& random);
// With this mean.
double draw_exponential(Random& random, double mean);

} // namespace wyn::link
