// Words that the scenarios share.
#pragma once

#include "check.hpp"
#include "sim/world.hpp"

namespace wyn::sim {

constexpr BitRate mbit(std::uint64_t number) {
    return BitRate{number * 1'000'000};
}

enum class Ways : std::uint8_t { both, down, up };

inline session::ProbePlan plan_of(Ways ways, Duration time) {
    session::ProbePlan plan;
    plan.directions.clear();
    if (ways != Ways::up) plan.directions.push_back(wire::Direction::down);
    if (ways != Ways::down) plan.directions.push_back(wire::Direction::up);
    plan.duration = time;
    return plan;
}
// A fixed payload rate.
inline session::ProbePlan fixed(BitRate rate, Duration time, Ways ways = Ways::both) {
    session::ProbePlan plan = plan_of(ways, time);
    plan.search = wire::Search::fixed;
    plan.rate = rate;
    return plan;
}
// A search for capacity, RFC 9097 type B.
inline session::ProbePlan search(Duration time, Ways ways = Ways::both) {
    return plan_of(ways, time);
}

inline double ratio(std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace wyn::sim

// Everything that was asked for was done.
#define CHECK_COMPLETED(client)                                                                    \
    do {                                                                                           \
        REQUIRE((client)->state() == ::wyn::sim::ClientState::finished);                           \
        CHECK(name((client)->result().end) == "completed");                                        \
    } while (false)
#define CHECK_NO_COMPLAINT(world)                                                                  \
    do {                                                                                           \
        INFO((world).complaints().text());                                                         \
        CHECK((world).complaints().none());                                                        \
    } while (false)
