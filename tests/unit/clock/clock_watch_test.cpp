#include "check.hpp"
#include "clock/clock_watch.hpp"

using namespace wyn;

namespace {

// A host whose three clocks go as the test says.
struct Host {
    ClockReading read() const {
        return {.raw = raw, .wall = wall, .mono = mono, .took = 100ns, .discipline = {}};
    }
    // `slew` billionths faster than the crystal.
    void pass(Duration time, std::int64_t slew = 0) {
        const Duration steered = time + Duration{time.count() / 1'000'000 * slew / 1000};
        raw += time;
        mono += steered;
        wall += steered;
    }

    RawTime raw{500s};
    MonoTime mono{1000s};
    WallTime wall{1'795'157'890s};
};

} // namespace

TEST_CASE("a clock is synchronised when the kernel says so, and its bound is what is claimed",
          "[clock]") {
    CHECK(discipline_from(false, 31'417) == ClockDiscipline{ClockSync::synchronised, 31'417us});
}

TEST_CASE("a clock is unsynchronised when nobody bounds its error either", "[clock]") {
    CHECK(discipline_from(true, 16'000'000) ==
          ClockDiscipline{ClockSync::unsynchronised, std::nullopt});
}

TEST_CASE("chrony without rtcsync bounds the error of a clock that the kernel calls unsynchronised",
          "[clock]") {
    CHECK(discipline_from(true, 1'234) == ClockDiscipline{ClockSync::unknown, 1'234us});
}

TEST_CASE("the age of systemd-timesyncd's last poll is no bound", "[clock]") {
    for (const std::int64_t age_us : {0, 500, 32'000, 1'024'000})
        CHECK(discipline_from(false, age_us) ==
              ClockDiscipline{ClockSync::synchronised, std::nullopt});
}

TEST_CASE("a bound that cannot be is none", "[clock]") {
    CHECK_FALSE(discipline_from(false, -1).max_error.has_value());
    CHECK_FALSE(discipline_from(false, 16'000'001).max_error.has_value());
}

TEST_CASE("a watch knows nothing before its first reading", "[clock]") {
    ClockWatch watch;
    CHECK_FALSE(watch.state().has_value());
    Host host;
    watch.observe(host.read());
    REQUIRE(watch.state().has_value());
    CHECK(watch.state()->steps == 0);
    CHECK(watch.state()->slew_ppb == 0);
    CHECK(watch.observed() == host.mono);
}

TEST_CASE("a step of the wall clock is seen, forwards and backwards, and nothing else is one",
          "[clock]") {
    ClockWatch watch;
    Host host;
    for (int second = 0; second < 100; ++second) {
        host.pass(1s, 40'000);               // steered all the time
        if (second == 30) host.wall += 3ms;  // set
        if (second == 60) host.wall -= 1h;   // set
        if (second == 80) host.wall += 50ns; // two readings that were not quite alike
        watch.observe(host.read());
    }
    CHECK(watch.state()->steps == 2);
}

TEST_CASE("steering is the difference between the monotonic clock and the crystal", "[clock]") {
    ClockWatch watch;
    Host host;
    watch.observe(host.read());
    host.pass(1s, 12'000);
    watch.observe(host.read());
    CHECK(watch.state()->slew_ppb == 12'000);
    CHECK(watch.largest_slew_change_ppb() == 0);
    host.pass(1s, -88'000);
    watch.observe(host.read());
    CHECK(watch.state()->slew_ppb == -88'000);
    host.pass(1s, 12'000);
    watch.observe(host.read());
    CHECK(watch.largest_slew_change_ppb() == 100'000);
    host.pass(1ms, 500'000'000); // too short to say anything
    watch.observe(host.read());
    CHECK(watch.state()->slew_ppb == 12'000);
}

TEST_CASE("a watch knows what is between the wall clock and the monotonic one", "[clock]") {
    ClockWatch watch;
    Host host;
    watch.observe(host.read());
    CHECK(watch.state()->wall_ahead == 1'795'156'890s);
    host.pass(1s);
    host.wall -= 3s; // it is set
    watch.observe(host.read());
    CHECK(watch.state()->wall_ahead == 1'795'156'887s);
}
