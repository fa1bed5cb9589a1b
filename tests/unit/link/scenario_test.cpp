// Paths as files: what they may say, and what is said to mistakes.
#include "link/scenario_files.hpp"
#include "unit/link/load.hpp"

using namespace wyn;
using namespace wyn::link;

namespace {

constexpr std::string_view smallest = "about = \"x\"\n[both]\nrate = \"40M\"\ncapacity = \"40M\"\n";

Scenario read(const std::string& text) {
    auto scenario = read_scenario({"t", text});
    for (const std::string& problem : scenario ? config::Problems{} : scenario.error())
        FAIL_CHECK(problem);
    return scenario.value_or(Scenario{});
}
config::Problems problems_of(const std::string& text) {
    const auto scenario = read_scenario({"t", text});
    return scenario ? config::Problems{"no problem"} : scenario.error();
}
std::string only_problem(const std::string& more) {
    const config::Problems problems = problems_of(std::string{smallest} + more);
    return problems.size() == 1 ? problems[0] : std::to_string(problems.size()) + " problems";
}

} // namespace

TEST_CASE("what both have and what one has for itself go together", "[link]") {
    const Scenario scenario = read(R"(
about = "a test"
[both]
delay = "10ms"
rate = "10M"
capacity = "10M"
queue = { bytes = "64kB", discipline = "codel" }
[down]
rate = 100000000
capacity = "80M"
queue = { packets = 50 }
)");
    CHECK(scenario.about == "a test");
    CHECK(scenario.up.capacity == mbit(10));
    CHECK(scenario.up.direction.link.rate == mbit(10));
    CHECK(scenario.up.direction.link.delay == 10ms);
    CHECK(scenario.down.capacity == mbit(80));
    CHECK(scenario.down.direction.link.rate == mbit(100));
    CHECK(scenario.down.direction.link.delay == 10ms);
    CHECK(scenario.down.direction.link.queue.bytes == 64'000);
    CHECK(scenario.down.direction.link.queue.packets == 50);
    CHECK(print(scenario.down.direction.link.queue.discipline) == "codel");
}

TEST_CASE("every key reaches its field", "[link]") {
    const LinkSpec link = read(std::string{smallest} + R"(
partitioned = true
mtu = 1400
icmp_too_big = true
hops = 3
policers = [{ rate = "40M", burst = "200kB" }, { rate = "100M", burst = 1500 }]
loss = 0.25
bursts = { enter = 0.01, leave = 0.2, loss = 0.9 }
lose = [17, 18, 40]
duplicate = 0.02
loss_after = 0.03
corrupt = 1e-3
overhead_bytes = 38
batch = "8ms"
delay = 2500
coalescing = "125us"
bleach_ecn = 0.5
mark_ecn = 1
dscp = 46
[both.queue]
discipline = "red"
bytes = "1MB"
packets = 100
ecn = true
target = "15ms"
interval = "200ms"
quantum = 300
flow_queues = 16
red = { min_bytes = "10kB", max_bytes = "30kB", max_chance = 0.2, weight = 0.01 }
[both.fluctuation]
sigma = 0.25
correlation_time = "100ms"
[both.cross_traffic]
share = 0.2
on = "150ms"
off = "250ms"
[both.shaper]
rate = "20M"
burst = "5MB"
[both.jitter]
amount = "60ms"
shape = "normal"
keeps_order = false
every = "20ms"
[both.reordering]
chance = 0.05
every = 7
packets = 3
time = "30ms"
)")
                              .up.direction.link;
    LinkSpec expected{.partitioned = true,
                      .mtu = 1400,
                      .icmp_too_big = true,
                      .hops = 3,
                      .policers = {{mbit(40), 200'000}, {mbit(100), 1500}},
                      .loss = 0.25,
                      .bursts = {.enter = 0.01, .leave = 0.2, .loss = 0.9},
                      .lose = {17, 18, 40},
                      .duplicate = 0.02,
                      .queue = {.discipline = Discipline::red,
                                .bytes = 1'000'000,
                                .packets = 100,
                                .ecn = true,
                                .red = {.min_bytes = 10'000,
                                        .max_bytes = 30'000,
                                        .max_chance = 0.2,
                                        .weight = 0.01},
                                .target = 15ms,
                                .interval = 200ms,
                                .quantum = 300,
                                .flow_queues = 16},
                      .rate = mbit(40),
                      .overhead_bytes = 38,
                      .fluctuation = {.sigma = 0.25, .correlation_time = 100ms},
                      .cross_traffic = {.share = 0.2, .on = 150ms, .off = 250ms},
                      .shaper = TokenBucketSpec{mbit(20), 5'000'000},
                      .batch = 8ms,
                      .loss_after = 0.03,
                      .corrupt = 1e-3,
                      .delay = 2500us,
                      .jitter = {.amount = 60ms,
                                 .shape = JitterShape::normal,
                                 .keeps_order = false,
                                 .every = 20ms},
                      .reordering = {.chance = 0.05, .every = 7, .packets = 3, .time = 30ms},
                      .coalescing = 125us,
                      .bleach_ecn = 0.5,
                      .mark_ecn = 1,
                      .dscp = 46};
    CHECK(link == expected);
}

TEST_CASE("a change starts from what the link was before it", "[link]") {
    const Direction down = read(std::string{smallest} + R"(
[[down.change]]
at = "2s"
rate = "20M"
[[down.change]]
at = "3s"
loss = 0.1
)")
                               .down.direction;
    REQUIRE(down.schedule.size() == 2);
    CHECK(down.schedule[0].at == WorldTime{2s});
    CHECK(down.schedule[0].link.rate == mbit(20));
    CHECK(down.schedule[1].at == WorldTime{3s});
    CHECK(down.schedule[1].link.rate == mbit(20));
    CHECK(down.schedule[1].link.loss == 0.1);
}

TEST_CASE("mistakes are told with their place", "[link]") {
    CHECK(only_problem("loss = 2") == "t:5:8: loss = 2: expected a number from 0 to 1");
    CHECK(only_problem("los = 0.1") == "t:5:1: los = 0.1: no such key; did you mean lose?");
    CHECK(only_problem("queue = 5") == "t:5:9: queue = 5: expected a table");
    CHECK(only_problem("queue = { byte = 5 }") ==
          "t:5:11: byte = 5: no such key; did you mean bytes?");
    CHECK(only_problem("rate = \"fast\"").starts_with("t:"));
    CHECK(only_problem("[down]\nrate = -1") ==
          "t:6:8: rate = -1: expected a rate from 1.00 kbit/s to 1.00 Tbit/s such as \"40M\", "
          "or 0 for no limit");
    CHECK(only_problem("lose = [3, 0]") ==
          "t:5:12: lose: 0: expected the number of a packet, from 1");
    CHECK(only_problem("policers = [{ rate = \"1M\" }]") ==
          "t:5:13: a token bucket needs a rate and a burst");
    CHECK(only_problem("policers = [{ rate = \"1M\", burst = \"big\" }]") ==
          "t:5:36: burst = \"big\": expected a size from 1 B to 1.00 TB such as \"500kB\"");
    CHECK(only_problem("[[up.change]]\nrate = \"1M\"") ==
          "t:5:1: a change needs a time: at = \"2s\"");
    CHECK(only_problem("[[up.change]]\nat = \"2s\"\n[[up.change]]\nat = \"1s\"") ==
          "t:7:1: a change is earlier than the one before it");
    CHECK(only_problem("[[up.change]]\nat = \"2s\"\nqueue = { discipline = \"pie\" }") ==
          "t:7:9: queue = a table: the discipline of a queue cannot change");
    CHECK(only_problem("queue = { red = { min_bytes = 9, max_bytes = 9 } }") ==
          "t:5:46: max_bytes = 9: min_bytes must be less than max_bytes");
    CHECK(only_problem("jitter = { shape = \"square\" }") ==
          "t:5:20: shape = \"square\": expected \"uniform\", \"normal\" or \"exponential\"");
    CHECK(only_problem("delay = ").starts_with("t:5:"));
}

TEST_CASE("all mistakes are told at once", "[link]") {
    CHECK(problems_of("[both]\nloss = 2\ndelay = -1\n[down]\nmtu = 5\n").size() >= 4);
}

TEST_CASE("what a path is for and what it can carry must be said", "[link]") {
    CHECK(problems_of("[both]\ncapacity = \"1M\"\n") ==
          config::Problems{"t:1:1: about is missing"});
    CHECK(problems_of("about = \"x\"\n[up]\ncapacity = \"1M\"\n") ==
          config::Problems{"t:1:1: down has no capacity"});
}
