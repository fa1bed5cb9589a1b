#include "check.hpp"
#include "daemon/traffic.hpp"

using namespace wyn;
using namespace wyn::daemon;

TEST_CASE("rates are those between two readings", "[daemon]") {
    const MonoTime start{5s};
    TrafficMeter meter{start};
    Traffic total;
    total.add(wire::Direction::up, 1'000'000);
    const Rates first = meter.read(start + 1s, total);
    CHECK(first.up.bps() == 8'000'000);
    CHECK(first.down.bps() == 0);
    total.add(wire::Direction::down, 500'000);
    const Rates second = meter.read(start + 3s, total);
    CHECK(second.up.bps() == 0);
    CHECK(second.down.bps() == 2'000'000);
    CHECK(meter.read(start + 3s, total).down.bps() == 0); // no time has passed
}

TEST_CASE("the service manager shows sessions and rates in one line", "[daemon]") {
    CHECK(status_line(Phase::serving, 0, {}) == "no sessions");
    CHECK(status_line(Phase::serving, 1, {}) == "1 session");
    CHECK(status_line(Phase::serving, 3, {.up = BitRate{940'000'000}, .down = BitRate{0}}) ==
          "3 sessions; up 940 Mbit/s, down 0 bit/s");
    CHECK(status_line(Phase::draining, 2, {}) == "draining, no newcomers; 2 sessions");
    CHECK(status_line(Phase::stopping, 1, {}) == "stopping; 1 session");
}
