// A latency measurement over paths that lose, repeat and reorder, and what its records must say of
// it: what the network knows, probe by probe.
#include "sim/scenario.hpp"
#include "stats/clock_offset.hpp"
#include "stats/latency_analysis.hpp"

#include <algorithm>
#include <cstring>
#include <set>

using namespace wyn;
using namespace wyn::sim;
using stats::ProbeFate;
using stats::ProbeRecord;

namespace {

session::LatencyPlan probing(Duration interval, Duration time) {
    return {.probing = {.interval = interval, .seed = 7, .most_time = time}};
}

// Which numbers reached which host, first copies; read from the messages in the clear.
class Truth {
public:
    explicit Truth(World& world) {
        world.network().tap_arrived([this](const SimHost&, const Packet& packet) {
            const auto type = wire::peek_type(packet.view());
            const bool probe = type == wire::Type::probe;
            if (!probe && type != wire::Type::echo) return;
            const auto message = wire::decode_sealed(packet.view());
            if (!message) return;
            if (probe)
                on_probe(std::get<wire::Probe>(message->body));
            else
                on_echo(std::get<wire::Echo>(message->body));
        });
    }
    bool arrived(std::uint32_t number) const { return there_.contains(number); }
    bool returned(std::uint32_t number) const { return back_.contains(number); }
    std::size_t copies() const { return copies_; }

private:
    void on_probe(const wire::Probe& probe) {
        if (probe.sweep)
            sweeps_.insert({probe.number, probe.sent_ns});
        else
            see(there_, probe.number);
    }
    void on_echo(const wire::Echo& echo) {
        if (!sweeps_.contains({echo.number, echo.probe_sent_ns})) see(back_, echo.number);
    }
    void see(std::set<std::uint32_t>& seen, std::uint32_t number) {
        if (!seen.insert(number).second) ++copies_;
    }
    std::set<std::uint32_t> there_;
    std::set<std::uint32_t> back_;
    std::set<std::pair<std::uint32_t, std::uint64_t>> sweeps_; // number and time
    std::size_t copies_ = 0;
};

// Of 20 ms. A departure is told in whole nanoseconds, one at least.
bool is_that_of_the_path(const ProbeRecord& record) {
    return record.rtt() >= 20ms - 1ns && record.rtt() <= 20ms;
}

ProbeFate fate_of(const Truth& truth, std::uint32_t number) {
    if (!truth.arrived(number)) return ProbeFate::lost_there;
    return truth.returned(number) ? ProbeFate::returned : ProbeFate::lost_back;
}

// One client over one path, with everything that must hold of any run already checked.
struct Measurement {
    Measurement(const Place& path, const session::LatencyPlan& plan, const SocketSpec& socket = {},
                const WorldSpec& spec = {})
        : world{spec}, truth{world},
          client{world.add_client(path, {.latency = plan, .socket = socket})} {}

    void run() {
        world.run();
        CHECK_NO_COMPLAINT(world);
        REQUIRE(client->state() == ClientState::finished);
        CHECK(name(outcome().end) == "completed");
        CHECK(records().size() == outcome().counts.sent);
        check_fates();
    }
    void check_fates() {
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < records().size(); ++i) {
            REQUIRE(records()[i].number == i);
            if (records()[i].fate != fate_of(truth, records()[i].number)) ++wrong;
        }
        CHECK(wrong == 0);
    }
    const std::vector<ProbeRecord>& records() const { return client->records(); }
    const session::LatencyOutcome& outcome() const { return client->outcome(); }
    std::ptrdiff_t count(ProbeFate fate) const {
        return std::ranges::count(records(), fate, &ProbeRecord::fate);
    }

    World world;
    Truth truth;
    Guest& client;
};

// What the statistics make of the records, beside what only the simulator knows.
struct Judgement {
    stats::OneWayPicture picture;
    std::optional<stats::ClaimedOffset> claimed;
    Duration true_offset{}; // when the last probe was sent

    stats::ClockOffset believed() const {
        return judge_offset(picture.clocks->offset, picture.clocks->bound, claimed);
    }
    Duration error() const { return std::chrono::abs(believed().offset - true_offset); }
};

Judgement judge(const Measurement& run, const HostClock& server) {
    stats::LatencyAnalysis analysis;
    std::vector<stats::LatencyEvent> events;
    for (const ProbeRecord& record : run.records())
        analysis.record(record, events);
    const MonoTime last = run.records().back().sent.time;
    const auto& outcome = run.outcome();
    return {.picture = analysis.summary().one_way,
            .claimed = stats::claimed_offset(outcome.near_clock, outcome.far_clock),
            .true_offset = server.at(run.client.host->when(last)) - last};
}

Place path(const LinkSpec& up, const LinkSpec& down, Duration round_trip = 20ms) {
    Place place = at_distance(round_trip);
    const Duration there = place.up.delay;
    place.up = up;
    place.down = down;
    place.up.delay = place.down.delay = there;
    return place;
}

} // namespace

TEST_CASE("on a clean path every probe returns, after the round trip of the path", "[sim]") {
    Measurement run{at_distance(20ms), probing(10ms, 5s)};
    run.run();
    CHECK(run.records().size() == 500);
    CHECK(run.count(ProbeFate::returned) == 500);
    for (const ProbeRecord& record : run.records()) {
        REQUIRE(is_that_of_the_path(record));
        REQUIRE(record.kernel_stamps() == 4);
    }
    const session::LatencyCounts& counts = run.outcome().counts;
    CHECK(counts.skipped + counts.refused + counts.late + counts.reordered_there +
              counts.reordered_back + counts.duplicates_there + counts.duplicates_back ==
          0);
    CHECK(run.outcome().departure_stamps);
    REQUIRE(run.outcome().far_clock.has_value());
    CHECK(run.outcome().far_clock->discipline == ClockDiscipline{ClockSync::synchronised, 1234us});
}

TEST_CASE("losses are told by direction, to the probe", "[sim]") {
    for (const auto& [there, back] : {std::pair{0.05, 0.0}, {0.0, 0.05}, {0.1, 0.3}, {0.6, 0.5}}) {
        INFO(there << " there, " << back << " back");
        Measurement run{path({.loss = there}, {.loss = back}), probing(10ms, 10s)};
        run.run();
        CHECK((run.count(ProbeFate::lost_there) > 0) == (there > 0));
        CHECK((run.count(ProbeFate::lost_back) > 0) == (back > 0));
    }
}

TEST_CASE("losses in bursts and an outage of seconds are told by direction as well", "[sim]") {
    const LinkSpec bursts{.bursts = {.enter = 0.01, .leave = 0.05, .loss = 0.9}};
    Measurement run{path(bursts, bursts), probing(5ms, 20s)};
    run.world.at(8s, [&] {
        LinkSpec down = run.client.host->down().spec();
        down.partitioned = true;
        run.client.host->down().change(down);
    });
    run.world.at(11s, [&] { run.client.host->down().change(bursts); });
    run.run();
    CHECK(run.count(ProbeFate::lost_there) > 50);
    CHECK(run.count(ProbeFate::lost_back) > 500); // 3 s of 200 a second
}

TEST_CASE("reordering is never taken for loss, and is counted where it happens", "[sim]") {
    const LinkSpec reordered{.reordering = {.chance = 0.1, .time = 300ms}}; // behind 300 others
    SECTION("there") {
        Measurement run{path(reordered, {}), probing(1ms, 5s)};
        run.run();
        CHECK(run.count(ProbeFate::returned) == 5000);
        CHECK(run.outcome().counts.reordered_there > 400);
        CHECK(run.outcome().counts.reordered_back == 0);
    }
    SECTION("back") {
        Measurement run{path({}, reordered), probing(1ms, 5s)};
        run.run();
        CHECK(run.count(ProbeFate::returned) == 5000);
        CHECK(run.outcome().counts.reordered_there == 0);
        CHECK(run.outcome().counts.reordered_back > 400);
    }
    SECTION("with losses among them") {
        LinkSpec lossy = reordered;
        lossy.loss = 0.05;
        Measurement run{path(lossy, lossy), probing(1ms, 5s)};
        run.run();
        CHECK(run.count(ProbeFate::lost_there) > 150);
        CHECK(run.count(ProbeFate::lost_back) > 150);
    }
    SECTION("of everything") {
        const LinkSpec jitter{.jitter = {.amount = 200ms, .keeps_order = false}};
        Measurement run{path(jitter, jitter), probing(1ms, 5s)};
        run.run();
        CHECK(run.count(ProbeFate::returned) == 5000);
    }
}

TEST_CASE("duplicates are counted in their direction and change nothing else", "[sim]") {
    Measurement run{path({.duplicate = 0.1}, {.duplicate = 0.2}), probing(10ms, 10s)};
    run.run();
    CHECK(run.count(ProbeFate::returned) == 1000);
    const session::LatencyCounts& counts = run.outcome().counts;
    CHECK(counts.duplicates_there > 60);
    CHECK(counts.duplicates_back > 140);
    CHECK(counts.duplicates_there + counts.duplicates_back == run.truth.copies());
    std::size_t in_records = 0;
    for (const ProbeRecord& record : run.records())
        in_records += record.duplicates;
    CHECK(in_records == counts.duplicates_back);
}

TEST_CASE("the time in the stacks of both hosts is in no round trip when it is stamped", "[sim]") {
    const SocketSpec slow{.stack_time = 2ms};
    WorldSpec spec;
    spec.server.socket = slow;
    Place place = at_distance(20ms);
    place.clock.drift = 20'000; // 20 ppm
    place.scheduling = 500us;
    spec.server_scheduling = 500us;
    Measurement run{place, probing(10ms, 5s), slow, spec};
    run.run();
    for (const ProbeRecord& record : run.records()) {
        REQUIRE(record.kernel_stamps() == 4);
        REQUIRE(record.rtt() >= 20ms - 1us);
        REQUIRE(record.rtt() <= 20ms + 1us);
        REQUIRE(record.sent.time >= record.handed);
        REQUIRE(record.handed >= record.planned);
        REQUIRE(record.read >= record.received.time);
    }
}

TEST_CASE("stamps that do not come are counted, and the user's take their place", "[sim]") {
    const SocketSpec forgetful{.stack_time = 1ms, .departures_missing = 0.2};
    WorldSpec spec;
    spec.server.socket = forgetful;
    Measurement run{at_distance(20ms), probing(10ms, 10s), forgetful, spec};
    run.run();
    const session::LatencyCounts& counts = run.outcome().counts;
    CHECK(counts.returned == 1000);
    CHECK(counts.unstamped_sent > 140);
    CHECK(counts.unstamped_sent < 260);
    CHECK(counts.unstamped_far_sent > 140);
    CHECK(counts.unstamped_far_sent < 260);
    CHECK(counts.unstamped_received == 0);
    for (const ProbeRecord& record : run.records()) {
        REQUIRE(record.rtt() >= 20ms);
        REQUIRE(record.rtt() <= 22ms);
        REQUIRE(record.sent.time >= record.handed);
    }
}

TEST_CASE("a host that never stamps departures measures all the same", "[sim]") {
    const SocketSpec without{.stack_time = 1ms, .departures_missing = 1};
    WorldSpec spec;
    spec.server.socket = without;
    Measurement run{at_distance(20ms), probing(10ms, 10s), without, spec};
    run.run();
    CHECK(run.outcome().counts.returned == 1000);
    CHECK(run.outcome().counts.unstamped_sent == 1000);
    CHECK(run.outcome().counts.unstamped_far_sent == 1000);
    CHECK_FALSE(run.outcome().departure_stamps);
}

TEST_CASE("when the echoes that tell of departures get lost, others tell of them", "[sim]") {
    Measurement run{path({}, {.loss = 0.1}), probing(10ms, 10s), {}, {}};
    run.run();
    const session::LatencyCounts& counts = run.outcome().counts;
    CHECK(counts.returned > 800);
    // Two in a row are lost once in a hundred times.
    CHECK(counts.unstamped_far_sent < 20);
    CHECK(counts.unstamped_sent == 0);
}

TEST_CASE("a server that dies leaves records of everything that was sent", "[sim]") {
    Measurement run{at_distance(20ms), probing(10ms, 20s)};
    run.world.at(5s, [&] { run.world.server().crash(); });
    run.world.run();
    REQUIRE(run.client->state() == ClientState::finished);
    CHECK(name(run.outcome().end) == "peer_silent");
    CHECK(run.records().size() == run.outcome().counts.sent);
    CHECK(run.count(ProbeFate::returned) > 450);
    CHECK(run.count(ProbeFate::lost) > 400); // nobody can tell on which way
    CHECK(run.count(ProbeFate::lost_there) == 0);
}

TEST_CASE("an interrupted measurement ends within a moment, with all of its records", "[sim]") {
    Measurement run{path({.loss = 0.2}, {.loss = 0.2}), probing(10ms, 1h)};
    run.world.at(5s, [&] { run.client->interrupt(); });
    run.world.run();
    CHECK_NO_COMPLAINT(run.world);
    REQUIRE(run.client->state() == ClientState::finished);
    CHECK(name(run.outcome().end) == "interrupted");
    CHECK(*run.client->over_since() < SimTime{7500ms}); // the 2 s that a lost one is waited for
    CHECK(run.records().size() == run.outcome().counts.sent);
    run.check_fates();
}

TEST_CASE("a host that stands still skips probes and sends no burst", "[sim]") {
    Measurement run{at_distance(20ms), probing(10ms, 5s)};
    run.world.at(2s, [&] { run.client.host->stall(700ms); });
    run.run();
    const session::LatencyCounts& counts = run.outcome().counts;
    CHECK(counts.skipped >= 68);
    CHECK(counts.skipped <= 71);
    CHECK(counts.sent + counts.skipped == 500);
    for (std::size_t i = 1; i < run.records().size(); ++i)
        REQUIRE(run.records()[i].planned - run.records()[i - 1].planned >= 10ms);
}

TEST_CASE("probes of any size, by any schedule, come back as long as they went", "[sim]") {
    for (const std::uint16_t bytes : std::initializer_list<std::uint16_t>{160, 161, 700, 1472}) {
        session::LatencyPlan plan = probing(10ms, 3s);
        plan.probing.payload_bytes = bytes;
        plan.probing.timing = session::ProbeTiming::poisson;
        plan.probing.dscp = 46;
        Measurement run{path({.loss = 0.1}, {.loss = 0.1}), plan};
        std::size_t others = 0;
        run.world.network().tap_sent([&](const SimHost&, const Packet& packet) {
            const auto type = wire::peek_type(packet.view());
            if (type != wire::Type::probe && type != wire::Type::echo) return;
            others += packet.bytes.size() == bytes && packet.traffic_class == 46 << 2 ? 0U : 1U;
        });
        run.run();
        CHECK(others == 0);
        CHECK(run.outcome().counts.remarked_there == 0);
        CHECK(run.outcome().counts.remarked_back == 0);
    }
}

TEST_CASE("a server whose wall clock is set is told to have stepped", "[sim]") {
    Measurement run{at_distance(20ms), probing(10ms, 8s)};
    run.world.at(4s, [&] { run.world.server_host().set_wall_clock(3s); });
    run.run();
    REQUIRE(run.outcome().far_clock.has_value());
    CHECK(run.outcome().far_clock->steps == 1);
    for (const ProbeRecord& record : run.records())
        REQUIRE(is_that_of_the_path(record)); // it is in no time of ours
}

TEST_CASE("the latency beside a load is that of the full queue, and its losses have a direction",
          "[sim]") {
    const LinkSpec narrow{.loss = 0.03, .queue = {.bytes = 62'500}, .rate = mbit(10)}; // 50 ms
    World world{{}};
    Guest& client = world.add_client(path(narrow, {}), {.plan = search(4s, Ways::up)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const session::LatencyResult& loaded = client->result().up->loaded;
    CHECK(loaded.probes_sent > 100);
    CHECK(*loaded.rtt.quantile(0.5) > 35ms);
    CHECK(loaded.lost_unknown == 0);
    CHECK(loaded.probes_arrived < loaded.probes_sent);
    CHECK(loaded.echoes_received == loaded.probes_arrived); // nothing is lost on the way back
}

TEST_CASE("one-way delays are within their bound of the truth, whatever the clocks say", "[sim]") {
    for (const std::int64_t drift : {-100'000, 3'000, 100'000}) { // ppb of the server's
        for (const bool is_loaded : {false, true}) {
            INFO(drift << " ppb, " << (is_loaded ? "loaded" : "idle"));
            Place place = path({.jitter = 3ms}, {.jitter = 1ms});
            place.up.delay = 12ms;
            place.down.delay = 8ms;
            place.clock.drift = 20'000;
            WorldSpec spec;
            spec.server_clock = {.start = MonoTime{123'456s}, .drift = drift};
            Measurement run{place, probing(10ms, 10s), {}, spec};
            LinkSpec queue = place.up;
            queue.delay += 40ms;
            if (is_loaded) run.world.at(2s, [&] { run.client.host->up().change(queue); });
            run.run();
            const Judgement found = judge(run, spec.server_clock);
            CHECK(found.picture.clock_steps == 0);
            CHECK(found.picture.without_fit == 0);
            CHECK(found.error() <= found.picture.clocks->bound);
            // By their boots the two wall clocks are a day and a half apart, and claim a
            // millisecond.
            CHECK(found.believed().basis == stats::OffsetBasis::contradicted);
            const auto median = found.picture.up.queueing.quantile(0.5);
            CHECK((median > 20ms) == is_loaded);
            CHECK(found.picture.down.queueing.quantile(0.99) < 1100us);
        }
    }
}

TEST_CASE("wall clocks that agree tell the one-way delays better than the round trip", "[sim]") {
    Place place = path({}, {});
    place.up.delay = 90ms;
    place.down.delay = 10ms;
    WorldSpec spec;
    spec.server_clock = {.start = MonoTime{123'456s}, .drift = 0};
    Measurement run{place, probing(10ms, 5s), {}, spec};
    run.world.server_host().set_wall_clock(place.clock.start - spec.server_clock.start);
    run.run();
    const Judgement found = judge(run, spec.server_clock);
    CHECK(found.picture.clocks->bound > 49ms);
    CHECK(found.believed().basis == stats::OffsetBasis::synchronised);
    CHECK(found.believed().bound == 2 * 1234us);
    CHECK(found.error() <= found.believed().bound);
    CHECK(*found.picture.up.lowest - found.believed().offset > 88ms);
    CHECK(*found.picture.down.lowest + found.believed().offset < 12ms);
}
