#include "check.hpp"
#include "dgram/traffic_class.hpp"

using namespace wyn;
using namespace wyn::dgram;

TEST_CASE("a traffic class is a code point and an ECN field", "[dgram]") {
    const TrafficClass voice{46, Ecn::ect0};
    CHECK(voice.byte() == 0xba);
    CHECK(voice.dscp() == 46);
    CHECK(voice.ecn() == Ecn::ect0);
    for (int byte = 0; byte < 256; ++byte) {
        const TrafficClass one{static_cast<std::uint8_t>(byte)};
        CHECK(TrafficClass{one.dscp(), one.ecn()} == one);
    }
}

TEST_CASE("the ECN field has the names of its standard", "[dgram]") {
    CHECK(name(TrafficClass{0}.ecn()) == "not_ect");
    CHECK(name(TrafficClass{1}.ecn()) == "ect1");
    CHECK(name(TrafficClass{2}.ecn()) == "ect0");
    CHECK(name(TrafficClass{3}.ecn()) == "ce");
}
