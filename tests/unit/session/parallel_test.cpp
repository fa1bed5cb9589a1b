#include "check.hpp"
#include "session/parallel.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

// A flow of one download, of which `received` of 1000 datagrams arrived.
ProbeResult flow(std::uint64_t received, std::uint64_t first_ns, std::uint64_t last_ns) {
    ProbeResult result{.end = wire::End::completed, .port_reached = {true, true, true}};
    result.bytes_used = 100;
    DirectionResult& down = result.down.emplace();
    down.search = wire::Search::fixed;
    down.asked = down.granted = BitRate{5'000'000};
    down.datagram_bytes = 1000;
    down.duration = 10s;
    down.sent = {.packets_accepted = 1000,
                 .first_sent_ns = first_ns,
                 .last_sent_ns = last_ns,
                 .segmentation = true,
                 .lateness = {.p50 = 10us, .p99 = 50us, .max = 1ms}};
    down.received = {.packets = received,
                     .payload_bytes = received * 1000,
                     .first_arrival_ns = first_ns,
                     .last_arrival_ns = last_ns,
                     .best_packets = 500,
                     .coalescing = true,
                     .longest_train = 3,
                     .receive_buffer_bytes = 1000};
    down.sent_known = down.received_known = true;
    down.end = wire::End::completed;
    down.loaded.rtt.record(1ms);
    down.loaded.series.add(mono_from_ns(first_ns), 1ms);
    down.loaded.probes_sent = 1;
    down.series.add(mono_from_ns(first_ns), received, received * 1000);
    return result;
}

} // namespace

TEST_CASE("one flow is its own sum", "[session]") {
    const std::array flows{flow(990, 5'000, 10'000'005'000)};
    const ProbeResult sum = sum_of(flows);
    CHECK(sum.down->received == flows[0].down->received);
    CHECK(sum.down->sent == flows[0].down->sent);
    CHECK_FALSE(sum.up.has_value());
}

TEST_CASE("flows add up over the time from the first arrival to the last", "[session]") {
    const std::array flows{flow(990, 2'000'000'000, 10'000'000'000),
                           flow(1000, 1'000'000'000, 9'000'000'000)};
    const ProbeResult sum = sum_of(flows);
    const DirectionResult& down = *sum.down;
    CHECK(down.asked == BitRate{10'000'000});
    CHECK(down.granted == BitRate{10'000'000});
    CHECK(down.received.packets == 1990);
    CHECK(down.losses()->total == 10);
    CHECK(down.received.first_arrival_ns == 1'000'000'000);
    CHECK(down.received.last_arrival_ns == 10'000'000'000);
    CHECK(down.rates()->span == 9s);
    CHECK(down.loaded.rtt.count() == 2);
    CHECK(down.loaded.series.bins().size() == 21); // of 50 ms
    CHECK(down.loaded.probes_sent == 2);
    CHECK(down.received.best_packets == 0); // their best seconds were not the same one
    CHECK(down.series.bins().size() == 11);
    CHECK(down.series.bins().front().packets == 1000);
    CHECK(down.series.bins().back().packets == 990);
    CHECK(sum.bytes_used == 200);
    CHECK(sum.end == wire::End::completed);
}

TEST_CASE("marks add up by traffic class, and TTLs to one range", "[session]") {
    std::array flows{flow(990, 1, 2), flow(1000, 1, 2)};
    flows[0].down->received.marks = {
        .classes = {{{2, 900}, {3, 90}}}, .congested = 90, .lowest_ttl = 61, .highest_ttl = 61};
    flows[1].down->received.marks = {.classes = {{{0, 400}, {3, 500}}},
                                     .other_classes = 100,
                                     .congested = 500,
                                     .lowest_ttl = 60,
                                     .highest_ttl = 62};
    CHECK(sum_of(flows).down->received.marks ==
          wire::Marks{.classes = {{{2, 900}, {3, 590}, {0, 400}}},
                      .other_classes = 100,
                      .congested = 590,
                      .lowest_ttl = 60,
                      .highest_ttl = 62});
    flows[1].down->received.marks.lowest_ttl = flows[1].down->received.marks.highest_ttl = 0;
    CHECK(sum_of(flows).down->received.marks.lowest_ttl == 0);
    CHECK(sum_of(flows).down->received.marks.highest_ttl == 0);
}

TEST_CASE("what hosts count is that of the flow that saw most of it", "[session]") {
    std::array flows{flow(990, 1, 2), flow(1000, 1, 2)};
    flows[0].down->sent.host = {.thread_busy = wire::Share{9000}, .qdisc_drops = 10};
    flows[1].down->sent.host = {.thread_busy = wire::Share{2000}, .qdisc_drops = 12};
    flows[1].down->received.host.link_bps = 1'000'000'000;
    flows[0].down->server = {.sessions = 3, .loads = 2};
    flows[1].down->server = {.sessions = 4, .loads = 1};
    flows[0].path = {.up = {1500, measure::MtuLimit::host}, .down = {}};
    flows[1].path = {.up = {1400, measure::MtuLimit::silence}, .down = {1500, {}}};
    const ProbeResult sum = sum_of(flows);
    CHECK(sum.down->sent.host ==
          wire::HostRecord{.thread_busy = wire::Share{9000}, .qdisc_drops = 12});
    CHECK(sum.down->received.host.link_bps == 1'000'000'000);
    CHECK(sum.down->server == wire::ServerLoad{.sessions = 4, .loads = 2});
    CHECK(sum.path->up == PathMtu{1400, measure::MtuLimit::silence});
    CHECK(sum.path->down.bytes == 1500);
}

TEST_CASE("more classes than there is room for are the others of a sum", "[session]") {
    std::array flows{flow(990, 1, 2), flow(1000, 1, 2)};
    for (std::uint8_t i = 0; i < wire::most_classes; ++i) {
        flows[0].down->received.marks.classes[i] = {.traffic_class = i, .packets = 1};
        flows[1].down->received.marks.classes[i] = {
            .traffic_class = static_cast<std::uint8_t>(i + 4), .packets = 1};
    }
    const wire::Marks sum = sum_of(flows).down->received.marks;
    CHECK(sum.classes[4].packets == 2);
    CHECK(sum.other_classes == 4);
}

TEST_CASE("what does not add up is that of the worst flow", "[session]") {
    std::array flows{flow(990, 1, 2), flow(1000, 1, 2), flow(1000, 1, 2)};
    DirectionResult& bad = *flows[1].down;
    for (ProbeResult& one : flows)
        one.down->sent.pacing = wire::Pacing::kernel;
    bad.sent.pacing = wire::Pacing::sleep;
    bad.sent.limited_by = wire::LimitedBy::stack;
    bad.sent.segmentation = false;
    bad.sent.lateness = {.p50 = 20us, .p99 = std::nullopt, .max = 2ms};
    bad.received.coalescing = false;
    bad.received.longest_train = 9;
    bad.received.receive_buffer_bytes = 500;
    bad.granted = BitRate{0};
    bad.end = flows[1].end = wire::End::no_feedback;
    const ProbeResult sum = sum_of(flows);
    const DirectionResult& down = *sum.down;
    CHECK(down.sent.limited_by == wire::LimitedBy::stack);
    CHECK_FALSE(down.sent.segmentation);
    CHECK(down.sent.pacing == wire::Pacing::sleep);
    CHECK_FALSE(down.received.coalescing);
    CHECK(down.sent.lateness.p50 == 20us);
    CHECK(down.sent.lateness.p99 == std::nullopt);
    CHECK(down.sent.lateness.max == 2ms);
    CHECK(down.received.longest_train == 9);
    CHECK(down.received.receive_buffer_bytes == 500);
    CHECK(down.granted == BitRate{0}); // one of them had no ceiling
    CHECK(down.end == wire::End::no_feedback);
    CHECK(sum.end == wire::End::no_feedback);
}

TEST_CASE("what is unknown of one flow is unknown of all", "[session]") {
    std::array flows{flow(990, 1, 2), flow(1000, 1, 2)};
    flows[0].down->received_known = false;
    CHECK_FALSE(sum_of(flows).down->losses().has_value());
    CHECK_FALSE(sum_of(flows).down->rates().has_value());
}

TEST_CASE("a flow that ended before a direction leaves it to the others", "[session]") {
    std::array flows{flow(990, 1, 2), flow(1000, 1, 2)};
    flows[0].down.reset();
    flows[0].end = wire::End::peer_silent;
    const ProbeResult sum = sum_of(flows);
    CHECK(sum.down->received.packets == 1000);
    CHECK(sum.end == wire::End::peer_silent);
}
