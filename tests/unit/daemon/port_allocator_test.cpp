#include "check.hpp"
#include "daemon/port_allocator.hpp"
#include "unit/property.hpp"

#include <algorithm>
#include <set>

using namespace wyn;
using namespace wyn::daemon;

namespace {

const auto open_any = [](std::uint16_t) { return true; };
const auto close_none = [](std::uint16_t) {};

} // namespace

TEST_CASE("three different ports are taken from all ranges until none are left", "[daemon]") {
    SeededRandom random{1};
    PortAllocator ports{{{.first = 7000, .last = 7003}, {.first = 9000, .last = 9003}}};
    CHECK(ports.total() == 8);
    std::set<std::uint16_t> used;
    for (int i = 0; i < 2; ++i) {
        const auto taken = ports.take(random, open_any, close_none);
        REQUIRE(taken.has_value());
        used.insert(taken->begin(), taken->end());
    }
    CHECK(used.size() == 6);
    for (const std::uint16_t port : used)
        CHECK(((port >= 7000 && port <= 7003) || (port >= 9000 && port <= 9003)));
    CHECK(ports.free() == 2);
    CHECK_FALSE(ports.take(random, open_any, close_none).has_value());
    CHECK(ports.free() == 2);
    CHECK(ports.total() == 8);
}

TEST_CASE("ports that come back are taken again", "[daemon]") {
    SeededRandom random{1};
    PortAllocator ports{{{.first = 7000, .last = 7002}}};
    for (int i = 0; i < 100; ++i) {
        const auto taken = ports.take(random, open_any, close_none);
        REQUIRE(taken.has_value());
        ports.give_back(*taken);
        CHECK(ports.free() == 3);
    }
}

TEST_CASE("each port is tried once, and what was opened in vain is closed", "[daemon]") {
    SeededRandom random{1};
    PortAllocator ports{{{.first = 7000, .last = 7019}}};
    std::multiset<std::uint16_t> tried;
    std::set<std::uint16_t> open;
    const auto open_two = [&](std::uint16_t port) {
        tried.insert(port);
        return port < 7002 && open.insert(port).second;
    };
    const auto close = [&](std::uint16_t port) { open.erase(port); };
    CHECK_FALSE(ports.take(random, open_two, close).has_value());
    CHECK(tried.size() == 20);
    CHECK(std::set<std::uint16_t>(tried.begin(), tried.end()).size() == 20);
    CHECK(open.empty());
    CHECK(ports.free() == 20);
}

TEST_CASE("which ports are taken cannot be told from those before", "[daemon]") {
    SeededRandom random{1};
    PortAllocator ports{{{.first = 7000, .last = 7999}}};
    std::set<std::uint16_t> first_ports;
    for (int i = 0; i < 50; ++i) {
        const auto taken = ports.take(random, open_any, close_none);
        first_ports.insert((*taken)[0]);
        ports.give_back(*taken);
    }
    CHECK(first_ports.size() > 40);
}

TEST_CASE("whatever is taken and given back, no port is lost and none is in two hands",
          "[daemon]") {
    test::check_property("over any ranges, beside other programs", [](std::uint64_t seed) {
        const auto one = *rc::gen::inRange<std::uint16_t>(1, 20);
        const auto two = *rc::gen::inRange<std::uint16_t>(3, 20);
        const auto all = static_cast<std::size_t>(one + two);
        const auto first = [](std::uint16_t port) { return static_cast<std::uint16_t>(port - 1); };
        PortAllocator ports{{{7000, first(static_cast<std::uint16_t>(7000 + one))},
                             {60000, first(static_cast<std::uint16_t>(60000 + two))}}};
        SeededRandom random{seed};
        std::set<std::uint16_t> open;
        std::vector<PortAllocator::Ports> taken;
        for (int step = 0; step < 100; ++step) {
            if (!taken.empty() && random.chance(0.4)) {
                const std::size_t which = random.below(taken.size());
                ports.give_back(taken[which]);
                for (const std::uint16_t port : taken[which])
                    open.erase(port);
                taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(which));
            } else if (const auto three = ports.take(
                           random,
                           [&](std::uint16_t port) {
                               if (random.chance(0.2)) return false; // somebody else's
                               RC_ASSERT(open.insert(port).second);
                               return true;
                           },
                           [&](std::uint16_t port) { RC_ASSERT(open.erase(port) == 1); })) {
                taken.push_back(*three);
            }
            RC_ASSERT(ports.total() == all);
            RC_ASSERT(ports.free() == all - 3 * taken.size());
            RC_ASSERT(open.size() == 3 * taken.size());
        }
    });
}
