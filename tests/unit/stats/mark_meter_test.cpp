#include "stats/mark_meter.hpp"
#include "unit/property.hpp"

#include <map>
#include <vector>

using namespace wyn;
using stats::MarkMeter;

namespace {

constexpr std::uint8_t ef_ect0 = 46 << 2 | 2;
constexpr std::uint8_t ef_ce = 46 << 2 | 3;

} // namespace

TEST_CASE("datagrams are counted by their traffic class", "[stats]") {
    MarkMeter meter;
    meter.on_datagrams(10, ef_ect0, 61);
    meter.on_datagrams(1, ef_ce, 61);
    meter.on_datagrams(5, ef_ect0, 60);
    REQUIRE(meter.classes().size() == 2);
    CHECK(meter.classes()[0] == MarkMeter::Counted{ef_ect0, 15});
    CHECK(meter.classes()[1] == MarkMeter::Counted{ef_ce, 1});
    CHECK(meter.others() == 0);
    CHECK(meter.congested() == 1);
    CHECK(meter.lowest_ttl() == 60);
    CHECK(meter.highest_ttl() == 61);
}

TEST_CASE("what was not told is in no class", "[stats]") {
    MarkMeter meter;
    meter.on_datagrams(10, std::nullopt, std::nullopt);
    CHECK(meter.classes().empty());
    CHECK_FALSE(meter.lowest_ttl());
    CHECK_FALSE(meter.highest_ttl());
}

TEST_CASE("of more classes than are told apart the later ones are counted together", "[stats]") {
    MarkMeter meter;
    for (std::uint8_t dscp = 0; dscp < 64; ++dscp)
        meter.on_datagrams(2, static_cast<std::uint8_t>(dscp << 2 | 3), 64);
    CHECK(meter.classes().size() == MarkMeter::most_classes);
    CHECK(meter.classes().back().traffic_class == (7 << 2 | 3));
    CHECK(meter.others() == 2 * (64 - MarkMeter::most_classes));
    CHECK(meter.congested() == 128);
}

TEST_CASE("every datagram is in one class or among the others", "[stats]") {
    test::check_property("the sum is what came", [](const std::vector<std::uint8_t>& classes) {
        MarkMeter meter;
        std::uint64_t came = 0;
        std::map<std::uint8_t, std::uint64_t> truth;
        for (const std::uint8_t one : classes) {
            meter.on_datagrams(++came, one, std::nullopt);
            truth[one] += came;
        }
        std::uint64_t counted = meter.others();
        for (const MarkMeter::Counted& one : meter.classes()) {
            RC_ASSERT(one.count == truth.at(one.traffic_class));
            counted += one.count;
        }
        RC_ASSERT(counted == came * (came + 1) / 2);
    });
}
