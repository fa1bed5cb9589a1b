// S3's chirps.
#include "check.hpp"
#include "measure/s3_ramp.hpp"
#include "unit/measure/steps.hpp"

using namespace wyn;
using namespace wyn::measure;
using test::Passed;
using test::Steps;

namespace {

constexpr S3Packets packets{.largest = 1500, .header_bytes = 28};

struct Chirp {
    explicit Chirp(double below_mbits = 8, double ceiling = 1e12, Duration rtt = 20ms)
        : ramp{packets, ceiling, base} {
        ramp.begin(1, below_mbits * 1e6, rtt);
    }
    // Its next step has gone over the path.
    void pass(Passed step = {}) {
        const std::uint32_t number = steps.newest();
        REQUIRE_FALSE(ramp.is_silence(number));
        const S3Step planned = ramp.next(number, number + 1);
        step.mbits = planned.ip_bps / 1e6;
        step.length = 40ms; // long enough for whole packets
        steps.pass(step);
    }
    ChirpResult result() { return ramp.result(steps.book); }

    PathBase base{.delay = 10ms, .packet_bytes = Steps::packet_bytes};
    S3Ramp ramp;
    Steps steps;
};

} // namespace

TEST_CASE("a chirp's steps are each √2 faster than the one before, six of them", "[measure]") {
    Chirp chirp;
    double rate = 8e6;
    for (std::uint32_t i = 0; i < 6; ++i) {
        REQUIRE_FALSE(chirp.ramp.is_silence(i));
        const S3Step step = chirp.ramp.next(i, i + 1);
        rate *= std::numbers::sqrt2;
        CHECK(step.ip_bps == Approx(rate));
        CHECK(step.length == 4ms);
        // Eight packets or more in each.
        CHECK(step.ip_bps * to_seconds(step.length) / 8 / step.packet_bytes >= 7.99);
    }
    CHECK(chirp.ramp.is_silence(6));
    CHECK(chirp.ramp.next(6, 7).ip_bps == 0);
}

TEST_CASE("over a long round trip a chirp has ten steps", "[measure]") {
    Chirp chirp{8, 1e12, 300ms};
    CHECK_FALSE(chirp.ramp.is_silence(9));
    CHECK(chirp.ramp.is_silence(10));
}

TEST_CASE("no step is faster than the ceiling, and none comes behind it", "[measure]") {
    Chirp chirp{8, 20e6};
    CHECK(chirp.ramp.next(2, 3).ip_bps == Approx(20e6));
    CHECK(chirp.ramp.is_silence(3));
}

TEST_CASE("a chirp that gets through tells its highest rate, and is not the end", "[measure]") {
    Chirp chirp;
    for (int i = 0; i < 6; ++i)
        chirp.pass();
    CHECK(chirp.ramp.over(chirp.steps.book, chirp.steps.seen()));
    const ChirpResult result = chirp.result();
    CHECK_FALSE(result.saturated);
    CHECK(result.bps == Approx(64e6));
}

TEST_CASE("a queue at its end makes the rate of what arrived since that began", "[measure]") {
    Chirp chirp;
    for (int i = 0; i < 4; ++i)
        chirp.pass();
    chirp.pass({.arrived_mbits = 40, .last_delay = 14ms});
    chirp.pass({.arrived_mbits = 40, .delay = 14ms, .last_delay = 24ms});
    const ChirpResult result = chirp.result();
    CHECK(result.saturated);
    CHECK(result.bps == Approx(40e6).epsilon(0.01));
}

TEST_CASE("a chirp that fills the path too much is to be stopped at once", "[measure]") {
    Chirp chirp;
    chirp.pass();
    chirp.pass({.last_delay = 20ms});
    CHECK_FALSE(chirp.ramp.too_much(chirp.steps.book));
    chirp.pass({.arrived_mbits = 18, .last_delay = 23ms});
    CHECK(chirp.ramp.too_much(chirp.steps.book));
    chirp.ramp.stop();
    CHECK(chirp.ramp.is_silence(3));
    CHECK(chirp.result().saturated);
}

TEST_CASE("where there is no buffer the loss of the last steps shows that the path is full",
          "[measure]") {
    Chirp chirp;
    for (int i = 0; i < 4; ++i)
        chirp.pass();
    chirp.pass({.arrived_mbits = 30, .loss = 0.35});
    chirp.pass({.arrived_mbits = 30, .loss = 0.5});
    const ChirpResult result = chirp.result();
    CHECK(result.saturated);
    CHECK(result.bps == Approx(30e6).epsilon(0.02));
}

TEST_CASE("a policer whose tokens are gone loses all along a chirp, but not in the one before",
          "[measure]") {
    Chirp chirp;
    for (int i = 0; i < 6; ++i)
        chirp.pass({.loss = 0.01});
    REQUIRE_FALSE(chirp.result().saturated);
    const std::uint32_t first = chirp.steps.newest() + 1;
    chirp.ramp.begin(first, 40e6, 20ms);
    for (std::uint32_t i = 0; i < 6; ++i) {
        const double mbits = chirp.ramp.next(i, first + i).ip_bps / 1e6;
        chirp.steps.pass({.mbits = mbits, .arrived_mbits = 40, .loss = 1 - 40 / mbits});
    }
    const ChirpResult result = chirp.result();
    CHECK(result.saturated);
    CHECK(result.by_loss);
    CHECK(result.bps == Approx(40e6).epsilon(0.02));
}

TEST_CASE("so does the very first chirp when it begins above what the policer lets through",
          "[measure]") {
    Chirp chirp{20};
    for (std::uint32_t i = 0; i < 6; ++i) {
        const double mbits = chirp.ramp.next(i, i + 1).ip_bps / 1e6;
        chirp.pass({.arrived_mbits = 2, .loss = 1 - 2 / mbits});
    }
    CHECK(chirp.result().saturated);
    Chirp nothing;
    for (std::uint32_t i = 0; i < 6; ++i)
        nothing.pass({.loss = 1});
    CHECK(nothing.result().saturated);
}

TEST_CASE("a host that cannot send faster ends the ramp, but not one that stood still once",
          "[measure]") {
    Chirp slow;
    for (std::uint32_t i = 0; i < 6; ++i) {
        const double mbits = slow.ramp.next(i, i + 1).ip_bps / 1e6;
        slow.pass({.left = std::min(1.0, 15 / mbits)});
    }
    const ChirpResult result = slow.result();
    CHECK(result.saturated);
    CHECK(result.bps == Approx(15e6).epsilon(0.02));
    Chirp stalled;
    for (std::uint32_t i = 0; i < 6; ++i)
        stalled.pass({.left = i == 4 ? 0.3 : 1});
    CHECK_FALSE(stalled.result().saturated);
}

TEST_CASE("a loss that is the same at every rate shows nothing", "[measure]") {
    Chirp chirp;
    for (int i = 0; i < 6; ++i)
        chirp.pass({.loss = 0.3});
    CHECK_FALSE(chirp.result().saturated);
}

TEST_CASE("a chirp whose end was lost is over when nothing came for a while", "[measure]") {
    Chirp chirp;
    for (int i = 0; i < 6; ++i)
        chirp.pass({.loss = 0.1});
    CHECK_FALSE(chirp.ramp.over(chirp.steps.book, chirp.steps.seen(5ms)));
    CHECK(chirp.ramp.over(chirp.steps.book, chirp.steps.seen(15ms)));
}

TEST_CASE("the first chirp begins well below what a train came through with", "[measure]") {
    CHECK(s3_first_rate({.train_bps = 80e6}) == Approx(10e6));
    CHECK(s3_first_rate({.train_bps = 0}) == Approx(150e3));
    CHECK(s3_first_rate({.train_bps = 10e9}) == Approx(16e6));
}
