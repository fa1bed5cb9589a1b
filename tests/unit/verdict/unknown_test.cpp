#include "check.hpp"
#include "unit/verdict/loads.hpp"
#include "verdict/signs.hpp"

using namespace wyn;
using namespace wyn::verdict;
using test::found;

namespace {

// 3 % of 50 Mbit/s that was asked for, at flat delay; at no other rate.
Load lossy() {
    Load load = test::sound_load();
    load.kind = LoadKind::fixed;
    load.capacity.reset();
    load.low_rate_loss.reset();
    load.high_rate_loss.reset();
    load.offered = BitRate{50'000'000};
    load.path_lost = 3'000;
    load.received = 97'000;
    load.latency = test::risen_by(0ms);
    load.in_band = 0ms;
    return load;
}

} // namespace

TEST_CASE("loss that nothing explains is not known, and what would tell is said", "[verdict]") {
    const auto finding = found(lossy(), Code::unknown);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::low);
    CHECK(finding->level == Level::warn); // no alarm without a reason
    CHECK(finding->sentence ==
          "The path lost 3000 of 100000 datagrams, and what is known does not tell why.");
    CHECK(finding->advice == "Try -b 25.0M: loss that stays is random, loss that goes is a queue's "
                             "or a policer's.");
}

TEST_CASE("that an AQM may be why is no reason for many losses", "[verdict]") {
    Load load = test::sound_load();
    load.low_rate_loss.reset();
    load.high_rate_loss.reset();
    load.capacity->loss_floor.reset(); // too little was sent before the path was full
    load.capacity->excess_loss = 0.02;
    load.path_lost = 2'000;
    load.received = 98'000;
    CHECK(found(load, Code::aqm)->confidence == Confidence::low);
    CHECK(found(load, Code::unknown));
    load.path_lost = 500;
    load.received = 99'500;
    CHECK(found(load, Code::aqm));
    CHECK_FALSE(found(load, Code::unknown));
    load.path_lost = 2'000;
    load.received = 98'000;
    load.capacity->loss_floor = 0.02;
    load.capacity->excess_loss = 0;
    CHECK(found(load, Code::random_loss));
    CHECK_FALSE(found(load, Code::unknown));
}

TEST_CASE("loss that is explained, meant, or next to nothing is not unknown", "[verdict]") {
    Load load = lossy();
    SECTION("a floor explains it") {
        load.low_rate_loss = Share{.hits = 150, .trials = 5'000};
    }
    SECTION("without a schedule it is meant") {
        load.kind = LoadKind::unpaced;
    }
    SECTION("few") {
        load.path_lost = 30;
        load.received = 99'970;
    }
    SECTION("none is known") {
        load.path_lost.reset();
    }
    CHECK_FALSE(found(load, Code::unknown));
}

TEST_CASE("a load without a result says why there is none", "[verdict]") {
    Load load{.direction = wire::Direction::up};
    CHECK(found(load, Code::unknown)->sentence ==
          "What arrived of the upload is not known: the server's record of it is missing.");
    load.received = 0;
    CHECK(found(load, Code::unknown)->sentence == "Nothing arrived of the upload.");
    load.received = 1;
    CHECK(found(load, Code::unknown)->sentence == "Too little arrived of the upload for a rate.");
}

TEST_CASE("what a search loses in a queue that it filled needs no other reason", "[verdict]") {
    Load load = lossy();
    load.kind = LoadKind::searched;
    load.low_rate_loss = Share{.hits = 0, .trials = 600};
    CHECK(loses_only_when_full(load));
    CHECK_FALSE(found(load, Code::unknown));
    load.low_rate_loss = Share{.hits = 0, .trials = 20}; // says next to nothing
    CHECK(found(load, Code::unknown));
    load.kind = LoadKind::fixed;
    load.low_rate_loss = Share{.hits = 0, .trials = 600};
    CHECK(found(load, Code::unknown));
}
