#include "check.hpp"
#include "ctl/evidence.hpp"
#include "unit/ctl/reports.hpp"

using namespace wyn;
using namespace wyn::ctl;
using verdict::LoadKind;
using verdict::Share;

TEST_CASE("without a result there is no evidence", "[ctl]") {
    const verdict::Evidence evidence = evidence_of(Report{});
    CHECK_FALSE(evidence.idle_rtt);
    CHECK_FALSE(evidence.down);
    CHECK_FALSE(evidence.up);
}

TEST_CASE("what a load was and brought is evidence", "[ctl]") {
    const verdict::Evidence evidence = evidence_of(test::ordinary());
    REQUIRE(evidence.idle_rtt);
    REQUIRE(evidence.down);
    const verdict::Load& up = evidence.up.value();
    CHECK(up.direction == wire::Direction::up);
    CHECK(up.kind == LoadKind::searched);
    CHECK(up.complete);
    CHECK(up.ip == BitRate{48'300'000});
    CHECK(up.payload < up.ip);
    CHECK(up.ip < up.wire);
    CHECK(up.limited_by == wire::LimitedBy::nothing);
    CHECK(up.packets_offered == 40'250u);
    CHECK(up.received == 40'250u);
    CHECK(up.path_lost == 0u);
    CHECK(up.pacing == wire::Pacing::sleep);
    CHECK(up.lateness_p99 == 240us);
    CHECK(up.receive_buffer_bytes == 33'554'432u);
    CHECK(up.wanted_buffer_bytes == 33'554'432u);
    CHECK(up.latency->grade == verdict::Grade::c);
    CHECK_FALSE(up.granted);

    SECTION("what nobody measures yet is not known") {
        CHECK_FALSE(up.capacity);
        CHECK_FALSE(up.in_band);
        CHECK_FALSE(evidence.clock_steps);
    }
}

TEST_CASE("what followed a search tells of the queue and of what is lost anyway", "[ctl]") {
    Report report = test::searched();
    const auto follow = [&](double share, Duration from, Duration to, std::uint64_t lost) {
        session::DirectionResult load = test::load(wire::Direction::up, BitRate{24'000'000}, 500ms);
        load.loaded = test::latency(from, to, 50);
        load.received.packets -= lost;
        report.result->follow_ups.push_back({.share = share, .load = std::move(load)});
    };
    const Duration before = evidence_of(report).up->latency->added;
    follow(session::half_share, 11ms, 12ms, 4);
    CHECK(evidence_of(report).up->latency->added == before);
    CHECK(evidence_of(report).up->low_rate_loss->hits == 4);
    CHECK_FALSE(evidence_of(report).up->overload_loss);
    follow(session::overload_share, 200ms, 400ms, 30);
    const verdict::Load up = evidence_of(report).up.value();
    CHECK(up.latency->added > 250ms);
    CHECK(up.latency->highest > 350ms);
    CHECK(up.overload_loss->hits == 30);
    CHECK(evidence_of(report).down->latency->added < 50ms);
}

TEST_CASE("losses are split as the ledger splits them", "[ctl]") {
    const verdict::Load up = evidence_of(test::with_losses()).up.value();
    CHECK(up.path_lost == 65u);
    CHECK(up.refused == 20u);
    CHECK(up.socket_drops == 45u);
    CHECK(up.skipped == 1'200u);
    CHECK(evidence_of(test::with_losses()).down->granted == BitRate{1'000'000'000});
}

TEST_CASE("a load is of the kind that was asked for", "[ctl]") {
    Report report = test::ordinary();
    report.result->up->search = wire::Search::fixed;
    report.result->down->search = wire::Search::unpaced;
    CHECK(evidence_of(report).up->kind == LoadKind::fixed);
    CHECK(evidence_of(report).down->kind == LoadKind::unpaced);
}

TEST_CASE("the rate that was offered is that of what left", "[ctl]") {
    Report report = test::ordinary();
    CHECK_FALSE(evidence_of(report).up->offered);
    report.result->up->sent.first_sent_ns = 1'000'000'000;
    report.result->up->sent.last_sent_ns = 11'000'000'000;
    CHECK(evidence_of(report).up->offered->bps() / 1'000'000 == 46);
}

TEST_CASE("a record that is missing leaves its figures unknown", "[ctl]") {
    const verdict::Load up = evidence_of(test::interrupted()).up.value();
    CHECK_FALSE(up.complete);
    CHECK_FALSE(up.ip);
    CHECK_FALSE(up.packets_offered);
    CHECK_FALSE(up.received);
    CHECK_FALSE(up.path_lost);
    CHECK_FALSE(up.limited_by);
    CHECK_FALSE(up.latency);
    SECTION("one record alone tells its own part") {
        Report report = test::with_losses();
        report.result->up->received_known = false;
        const verdict::Load half = evidence_of(report).up.value();
        CHECK(half.refused == 20u);
        CHECK_FALSE(half.path_lost);
        CHECK_FALSE(half.socket_drops);
        report = test::with_losses();
        report.result->up->sent_known = false;
        CHECK(evidence_of(report).up->socket_drops == 45u);
        CHECK_FALSE(evidence_of(report).up->path_lost);
    }
}

TEST_CASE("lost probes are counted for the way on which they were lost", "[ctl]") {
    Report report = test::ordinary();
    report.result->idle->probes_sent = 100;
    report.result->idle->probes_arrived = 97;
    report.result->idle->echoes_received = 96;
    CHECK(evidence_of(report).up->idle_loss == Share{.hits = 3, .trials = 100});
    CHECK(evidence_of(report).down->idle_loss == Share{.hits = 1, .trials = 97});
    report.result->idle.reset();
    CHECK_FALSE(evidence_of(report).up->idle_loss);
    CHECK_FALSE(evidence_of(report).up->latency);
}

TEST_CASE("what a search found is evidence, as far as it goes", "[ctl]") {
    Report report = test::searched();
    verdict::Evidence evidence = evidence_of(report);
    const verdict::Capacity& down = evidence.down->capacity.value();
    CHECK(evidence.down->kind == LoadKind::searched);
    CHECK(down.word == verdict::CapacityWord::ok);
    CHECK(down.ip == BitRate{943'620'000});
    CHECK(down.half_width == BitRate{260'000});
    CHECK_FALSE(down.burst);
    CHECK(down.excess_loss == 0);
    CHECK_FALSE(down.loss_floor);
    const verdict::Capacity& up = evidence.up->capacity.value();
    CHECK(up.word == verdict::CapacityWord::two_rate);
    CHECK(up.burst == BitRate{48'310'000});
    CHECK(up.bucket_bytes == 10'200'000u);
    CHECK(up.excess_loss.value() == Approx(0.012));
    CHECK(up.loss_floor.value() == Approx(0.0003));
    CHECK(evidence.down->in_band == 2'800us);
    // Of a path that was never full nothing is known but how much it carries at least.
    report.result->down->capacity = {.verdict = wire::CapacityVerdict::sender_limited,
                                     .ip_bps = 5'000'000};
    evidence = evidence_of(report);
    CHECK(evidence.down->capacity->word == verdict::CapacityWord::sender_limited);
    CHECK_FALSE(evidence.down->capacity->half_width);
    CHECK_FALSE(evidence.down->capacity->excess_loss);
    CHECK_FALSE(evidence.down->in_band);
}

TEST_CASE("what the path does to packets is evidence", "[ctl]") {
    const verdict::Evidence evidence = evidence_of(test::with_losses());
    const verdict::Load& up = evidence.up.value();
    REQUIRE(up.marks);
    REQUIRE(up.marks->size() == 2);
    CHECK(verdict::dscp_of(up.marks->front().sent) == 46);
    CHECK(verdict::dscp_of(up.marks->front().received) == 0);
    CHECK(up.marks->back().packets == 200);
    CHECK(up.hops == 10u); // the most
    REQUIRE(up.mtu);
    CHECK(up.mtu->bytes == 1400);
    CHECK(up.mtu->icmp_heard == false);
    CHECK(up.mtu->tried_bytes == 1401u);
    CHECK(evidence.down->mtu->icmp_heard == true);
    CHECK_FALSE(evidence.down->mtu->tried_bytes);
    Report report = test::ordinary();
    CHECK_FALSE(evidence_of(report).up->mtu->icmp_heard); // a host's device ends it
    CHECK_FALSE(evidence_of(report).up->mtu->tried_bytes);
    report.result->path->up = {.bytes = 9000, .limit = measure::MtuLimit::none};
    CHECK(evidence_of(report).up->mtu->tried_bytes == 9000u); // and larger ones were not tried
    report.result->path.reset();
    report.result->up->received.marks = {};
    CHECK_FALSE(evidence_of(report).up->mtu);
    CHECK_FALSE(evidence_of(report).up->marks);
    CHECK_FALSE(evidence_of(report).up->hops);
}

TEST_CASE("what the hosts tell is evidence, and what they do not stays unknown", "[ctl]") {
    const verdict::Evidence evidence = evidence_of(test::ordinary());
    CHECK(evidence.up->sender.thread_busy == 0.04);
    CHECK(evidence.up->sender.thread_kept_waiting == 0.002);
    CHECK(evidence.up->sender.core_busy == 0.312);
    CHECK(evidence.up->sender.steal == 0.0);
    CHECK(evidence.up->sender.queue_drops == 0u);
    CHECK(evidence.up->sender.link_speed == BitRate{1'000'000'000});
    CHECK_FALSE(evidence.up->receiver.thread_busy);
    CHECK_FALSE(evidence.up->receiver.link_speed);
}

TEST_CASE("others on the server are those beside our own flows", "[ctl]") {
    Report report = test::with_losses(); // 5 sessions and 2 loads at a time
    CHECK(evidence_of(report).other_sessions == 4u);
    CHECK(evidence_of(report).other_loads == 1u);
    report.flows.resize(3);
    CHECK(evidence_of(report).other_sessions == 2u);
    CHECK(evidence_of(report).other_loads == 0u);
    report.result->down->server = report.result->up->server = {};
    CHECK_FALSE(evidence_of(report).other_sessions);
}
