#include "check.hpp"
#include "unit/verdict/loads.hpp"

using namespace wyn;
using namespace wyn::verdict;
using test::found;
using test::risen_by;

namespace {

// Half a percent, at any rate.
Load lossy() {
    Load load = test::sound_load();
    load.path_lost = 500;
    load.received = 99'500;
    load.low_rate_loss = Share{.hits = 26, .trials = 5'000};
    load.high_rate_loss = Share{.hits = 248, .trials = 50'000};
    load.capacity->loss_floor = 0.005;
    load.capacity->excess_loss = 0.0002;
    return load;
}

} // namespace

TEST_CASE("loss that does not care for the rate is random", "[verdict]") {
    const auto finding = found(lossy(), Code::random_loss);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->level == Level::warn);
    CHECK_FALSE(found(lossy(), Code::unknown));
    SECTION("by two rates alone") {
        Load load = lossy();
        load.capacity.reset();
        CHECK(found(load, Code::random_loss)->confidence == Confidence::high);
    }
    SECTION("by the search's floor alone") {
        Load load = lossy();
        load.low_rate_loss.reset();
        load.high_rate_loss.reset();
        CHECK(found(load, Code::random_loss)->confidence == Confidence::high);
    }
    SECTION("independent of delay: beside a queue that fills it is random as well") {
        Load load = lossy();
        load.latency = risen_by(100ms);
        load.in_band = 100ms;
        CHECK(found(load, Code::random_loss));
        CHECK(found(load, Code::bufferbloat));
    }
    SECTION("1 % is bad, and a ten-thousandth nobody notices") {
        Load load = lossy();
        load.capacity->loss_floor = 0.02;
        CHECK(found(load, Code::random_loss)->level == Level::bad);
        load.capacity->loss_floor = 0.0002;
        CHECK(found(load, Code::random_loss)->level == Level::good);
    }
}

TEST_CASE("what is not sure of random loss is said to be probable", "[verdict]") {
    Load load = lossy();
    SECTION("few losses at the low rate") {
        load.capacity.reset();
        load.low_rate_loss = Share{.hits = 6, .trials = 1'200};
    }
    SECTION("only probes without load to compare with") {
        load.capacity.reset();
        load.low_rate_loss.reset();
        load.high_rate_loss.reset();
        load.idle_loss = Share{.hits = 5, .trials = 900};
    }
    SECTION("a floor, and more of it when the path is full") {
        load.low_rate_loss.reset();
        load.high_rate_loss.reset();
        load.capacity->excess_loss = 0.03;
    }
    const auto finding = found(load, Code::random_loss);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::medium);
}

TEST_CASE("loss that comes with the rate is not random", "[verdict]") {
    Load load = lossy();
    SECTION("none at a low rate") {
        load.capacity.reset();
        load.low_rate_loss = Share{.hits = 0, .trials = 5'000};
    }
    SECTION("no floor") {
        load.capacity->loss_floor = 0.0;
    }
    SECTION("too little at either rate to tell") {
        load.capacity.reset();
        load.high_rate_loss = Share{.hits = 4, .trials = 1'000};
        load.low_rate_loss = Share{.hits = 1, .trials = 200};
        load.path_lost = 8;
        load.received = 99'992;
    }
    SECTION("two lost probes are no ratio") {
        load.capacity.reset();
        load.low_rate_loss.reset();
        load.high_rate_loss.reset();
        load.idle_loss = Share{.hits = 2, .trials = 100};
    }
    SECTION("the receiver's socket dropped them") {
        load.path_lost = 0;
        load.socket_drops = 500;
    }
    SECTION("a part of them, and nobody knows of the rest") {
        load.socket_drops = 5'000;
    }
    SECTION("the sender's stack refused them") {
        load.refused = 500;
        load.path_lost = 0;
    }
    SECTION("what the hosts did is not known") {
        load.socket_drops.reset();
        load.refused.reset();
    }
    SECTION("nothing is known of the path") {
        load.path_lost.reset();
    }
    CHECK_FALSE(found(load, Code::random_loss));
}

TEST_CASE("loss at half of the rate is random though a full queue loses more", "[verdict]") {
    Load load = lossy();
    load.capacity->loss_floor.reset();
    load.high_rate_loss.reset();
    load.path_lost = 6'000; // 2 % anyway, and 4 % in the queue
    load.received = 94'000;
    load.low_rate_loss = Share{.hits = 12, .trials = 600};
    const auto finding = found(load, Code::random_loss);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    load.low_rate_loss->hits = 7;
    CHECK(found(load, Code::random_loss)->confidence == Confidence::medium);
    load.low_rate_loss->hits = 1;
    CHECK_FALSE(found(load, Code::random_loss));
}
