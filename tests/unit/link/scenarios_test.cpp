// The scenarios that come with the tests are what they say.
#include "link/scenario_files.hpp"
#include "unit/link/load.hpp"

using namespace wyn;
using namespace wyn::link;

namespace {

constexpr Packet full_size{.bytes = 1500};

const LinkSpec& at_last(const Direction& direction) {
    return direction.schedule.empty() ? direction.link : direction.schedule.back().link;
}

bool varies(const LinkSpec& link) {
    return link.fluctuation.sigma > 0 || link.cross_traffic.share > 0;
}

// What somebody who always sends more than a link can carry gets out of it in the long run, and
// what the model says of that time.
struct Saturated {
    BitRate delivered;
    BitRate possible;
};

Saturated saturate(const ScenarioWay& way) {
    const LinkSpec& link = at_last(way.direction);
    const bool fast = way.capacity > mbit(600);
    // Until all buckets are empty, which were filled to last for less than a second.
    const WorldTime begin =
        way.direction.schedule.empty() ? WorldTime{} : way.direction.schedule.back().at;
    const WorldTime full = begin + (fast ? 100ms : 1s) + link.delay;
    const WorldTime end = full + (varies(link) ? 20s : way.capacity > mbit(100) ? 200ms : 3s);
    Load load{way.direction};
    load.offer(BitRate::from_double(1.6 * way.capacity.as_double()), full_size, begin, end);
    return {load.model().delivered(full, end), load.model().possible(full, end)};
}

} // namespace

TEST_CASE("every scenario can carry what it says", "[link]") {
    const std::vector<std::string> names = scenario_names();
    CHECK(names.size() > 40);
    for (const std::string& name : names) {
        const Scenario scenario = load_scenario(name);
        const bool same = scenario.up.direction == scenario.down.direction;
        for (const ScenarioWay* way : {&scenario.up, &scenario.down}) {
            if (same && way == &scenario.down) continue; // the same packets again
            const bool steady = !varies(at_last(way->direction));
            const auto [delivered, possible] = saturate(*way);
            INFO(name << (way == &scenario.up ? ", up: " : ", down: ") << print(delivered) << " of "
                      << print(possible));
            CHECK(is_near(delivered.as_double(), possible.as_double(), steady ? 0.005 : 0.02));
            CHECK(is_near(possible.as_double(), way->capacity.as_double(), steady ? 1e-3 : 0.05));
        }
    }
}
