#include "link/chance.hpp"

#include <cmath>
#include <numbers>

namespace wyn::link {

namespace {

// The finalizer of splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

} // namespace

SeededRandom Chance::of(Mechanism mechanism, std::uint64_t number) const {
    const auto part = static_cast<std::uint64_t>(mechanism) + 1;
    return SeededRandom{mixed(mixed(seed_ + part * 0x9e3779b97f4a7c15) ^ number)};
}

double draw_normal(Random& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    return radius * std::cos(2 * std::numbers::pi * random.unit());
}

double draw_exponential(Random& random, double mean) {
    return -mean * std::log(1 - random.unit());
}

} // namespace wyn::link
