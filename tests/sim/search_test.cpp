// The search for the capacity of paths whose capacity is known. A few that stand for the others;
// ./dev bench search has the whole table. These are slow paths: what a run costs is its packets.
#include "check.hpp"
#include "link/scenario_files.hpp"
#include "sim/search_run.hpp"

#include <algorithm>
#include <cmath>

using namespace wyn;
using sim::SearchOrder;
using sim::SearchRun;
using wire::CapacityVerdict;

namespace {

SearchOrder over(const std::string& path, std::uint64_t seed = 1) {
    return sim::order_over(link::load_scenario(path), wire::Search::s3, seed);
}

// A line of 10 Mbit/s with 20 ms of round trip.
SearchOrder over_a_line() {
    link::LinkSpec line{.rate = BitRate{10'000'000}, .delay = 10ms};
    line.queue.bytes = 125'000;
    return {.path = {.link = line}, .way_back = {.link = line}, .capacity = BitRate{10'000'000}};
}

void check_goals(const std::string& path, const SearchRun& run) {
    INFO(path << ": " << wire::name(run.capacity.verdict) << ", error " << 100 * run.error()
              << " %, " << to_seconds(run.took) << " s, " << run.load_seconds << " s of capacity");
    CHECK(run.end == wire::End::completed);
    CHECK(run.capacity.verdict == CapacityVerdict::ok);
    CHECK(std::abs(run.error()) <= 0.01);
    CHECK(run.took <= 2500ms);
    CHECK(run.load_seconds <= 2);
}

} // namespace

TEST_CASE("on a path whose rate stays S3 finds it to 1 % in 2.5 s, with two seconds of traffic",
          "[search]") {
    for (const std::string path :
         {"line_300k", "line_1500k", "bufferbloat", "line_40m", "rtt_300ms", "policer_40m",
          "loss_before", "feedback_loss", "route_change", "heavy_reordering"})
        check_goals(path, sim::run_search(over(path)));
}

TEST_CASE("so it does on paths that it was not tuned on", "[search]") {
    for (const std::string path :
         {"dsl_overhead", "fq_codel", "burst_loss", "pie", "red", "policer_and_shaper"})
        check_goals(path, sim::run_search(over(path)));
}

TEST_CASE("what the path cannot deliver is little more than it can", "[search]") {
    // The queue that S3 makes of its own accord is a small one, even where a second has room.
    const SearchRun run = sim::run_search(over("bufferbloat"));
    CHECK(run.worst_queue < 100ms);
    CHECK(run.capacity.queue_ns < 60'000'000);
}

TEST_CASE("a policer that was never met with saved tokens does not send the rate to the sky",
          "[search]") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const SearchRun run = sim::run_search(over("policer_40m", seed));
        CHECK(std::abs(run.error()) <= 0.01);
        CHECK(run.load_seconds <= 2);
    }
}

TEST_CASE("nor does one that is met above its rate from the first chirp on", "[search]") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        SearchOrder order = over_a_line();
        order.path.link.rate = BitRate{1'000'000'000};
        order.path.link.policers = {{.rate = BitRate{2'000'000}, .burst_bytes = 10'000}};
        order.capacity = BitRate{2'000'000};
        order.seed = seed;
        const SearchRun run = sim::run_search(order);
        CHECK(std::abs(run.error()) <= 0.01);
        CHECK(run.load_seconds <= 4); // of 2 Mbit/s
    }
}

TEST_CASE("where the rate varies S3 stops at its time and says how sure it is", "[search]") {
    const SearchRun run = sim::run_search(over("cellular"));
    CHECK(run.end == wire::End::completed);
    CHECK(run.capacity.verdict == CapacityVerdict::unstable);
    CHECK(run.took <= 3100ms);
    const double width =
        static_cast<double>(run.capacity.half_width_bps) / static_cast<double>(run.capacity.ip_bps);
    CHECK(width > 0.01);
    CHECK(std::abs(run.error()) < width);
}

TEST_CASE("kept up for longer S3 finds both rates of a token bucket, and its size", "[search]") {
    SearchOrder order = over_a_line();
    order.path.link.rate = BitRate{20'000'000};
    order.path.link.shaper =
        link::TokenBucketSpec{.rate = BitRate{10'000'000}, .burst_bytes = 1'250'000};
    order.sustained = 2s;
    const SearchRun run = sim::run_search(order);
    CHECK(run.capacity.verdict == CapacityVerdict::two_rate);
    CHECK(std::abs(run.error()) <= 0.01);
    CHECK(static_cast<double>(run.capacity.burst_bps) == Approx(20e6).epsilon(0.01));
    // The ramp had some of it before the path was full.
    CHECK(run.capacity.bucket_bytes > 1'000'000);
    CHECK(run.capacity.bucket_bytes < 1'300'000);
}

TEST_CASE("a grant is a limit that S3 names, not the path's capacity", "[search]") {
    SearchOrder order = over_a_line();
    order.granted = BitRate{4'000'000};
    const SearchRun run = sim::run_search(order);
    CHECK(run.capacity.verdict == CapacityVerdict::lower_bound);
    CHECK(run.sent.limited_by == wire::LimitedBy::grant);
    CHECK(run.found.as_double() == Approx(4e6 * 1500 / 1472).epsilon(0.03));
    CHECK(run.took < 2500ms);
}

TEST_CASE("a budget is never passed, and what was found until then is told", "[search]") {
    for (const std::uint64_t budget : {std::uint64_t{20'000}, std::uint64_t{200'000}}) {
        SearchOrder order = over_a_line();
        order.budget_bytes = budget;
        const SearchRun run = sim::run_search(order);
        CHECK(run.end == wire::End::completed);
        CHECK(run.sent.limited_by == wire::LimitedBy::budget);
        CHECK(run.sent.payload_bytes + 28 * run.sent.packets_accepted <= budget);
        CHECK(run.capacity.verdict != CapacityVerdict::ok);
    }
}

TEST_CASE("a receiver that cannot keep up is told from a slow path", "[search]") {
    SearchOrder order = over_a_line();
    order.path.link.rate = BitRate{200'000'000};
    order.path.link.queue.bytes = 2'000'000;
    order.capacity = BitRate{200'000'000};
    order.receive_buffer_bytes = 16 * 1024;
    order.receiver = {.stalls_per_second = 60, .stall = 10ms};
    const SearchRun run = sim::run_search(order);
    CHECK(run.capacity.verdict == CapacityVerdict::receiver_limited);
    CHECK(run.capacity.half_width_bps == 0);
    CHECK(run.received.socket_drops > 0);
}

TEST_CASE("the search's own silences are no fault of the sending host", "[search]") {
    const SearchRun run = sim::run_search(over("line_40m"));
    CHECK(run.sent.packets_skipped == 0);
    CHECK(run.sent.limited_by != wire::LimitedBy::host);
}

TEST_CASE("a sender that stands still now and then changes nothing", "[search]") {
    SearchOrder order = over_a_line();
    order.sender = {.stalls_per_second = 4, .stall = 10ms};
    check_goals("a line, with a sender that stalls", sim::run_search(order));
}

TEST_CASE("types B and C find a line's rate, too, but take ten seconds", "[search]") {
    for (const wire::Search search : {wire::Search::type_b, wire::Search::type_c}) {
        SearchOrder order = over_a_line();
        order.search = search;
        order.duration = 10s;
        const SearchRun run = sim::run_search(order);
        CHECK(run.capacity.verdict == CapacityVerdict::none);
        CHECK(std::abs(run.error()) < 0.05);
        CHECK(run.took >= 9900ms);
        CHECK(run.load_seconds > 5);
    }
}
