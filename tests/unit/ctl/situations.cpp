#include "unit/ctl/situations.hpp"

#include "ctl/evidence.hpp"

namespace wyn::test {

using namespace verdict;

namespace {

Situation begin(std::string name, ctl::Report report) {
    Evidence evidence = ctl::evidence_of(report);
    return {std::move(name), std::move(report), std::move(evidence)};
}

// Loses `path` on the way and `socket` in the receiving host.
void lose(session::DirectionResult& way, std::uint64_t path, std::uint64_t socket) {
    way.received.packets = way.sent.packets_accepted - path - socket;
    way.received.socket_drops = socket;
}

Capacity capacity(CapacityWord word, std::uint64_t bps, std::uint64_t half_width) {
    return {.word = word, .ip = BitRate{bps}, .half_width = BitRate{half_width}};
}

} // namespace

Situation home_line() {
    ctl::Report report = ordinary();
    report.result->idle = latency(11100us, 12800us, 200);
    report.result->up->loaded = latency(180ms, 196ms, 500);
    lose(*report.result->up, 65, 0);
    report.result->down = load(wire::Direction::down, BitRate{975'000'000}, 10s);
    report.result->down->loaded = latency(13500us, 14500us, 500);
    Situation situation = begin("home_line", std::move(report));
    Load& down = *situation.evidence.down;
    Load& up = *situation.evidence.up;
    down.capacity = capacity(CapacityWord::ok, 975'100'000, 400'000);
    up.capacity = capacity(CapacityWord::ok, 48'300'000, 48'000);
    down.sender.link_speed.reset();
    down.receiver.link_speed = BitRate{1'000'000'000};
    down.in_band = 3ms;
    up.in_band = 176ms;
    down.marks = {Mark{.sent = 46 << 2 | 2, .received = 46 << 2 | 2, .packets = 700'000}};
    up.marks = {Mark{.sent = 46 << 2 | 2, .received = 2, .packets = 40'000}};
    down.mtu = up.mtu = PathMtu{.bytes = 1500};
    down.hops = 8;
    up.hops = 9;
    return situation;
}

Situation host_at_fault() {
    ctl::Report report = ordinary();
    report.options.directions = {wire::Direction::down};
    report.result->up.reset();
    lose(*report.result->down, 0, 64'204);
    report.result->down->received.receive_buffer_bytes = 425'984;
    return begin("host_at_fault", std::move(report));
}

Situation policed() {
    ctl::Report report = ordinary();
    report.options.directions = {wire::Direction::up};
    report.result->down.reset();
    report.result->up->loaded = latency(11200us, 12000us, 200);
    report.result->idle = latency(11100us, 12000us, 200);
    lose(*report.result->up, 3'310, 0);
    Situation situation = begin("policed", std::move(report));
    Load& up = *situation.evidence.up;
    up.capacity = Capacity{.word = CapacityWord::two_rate,
                           .ip = BitRate{40'020'000},
                           .half_width = BitRate{90'000},
                           .burst = BitRate{99'800'000},
                           .bucket_bytes = 1'480'000,
                           .excess_loss = 0.085,
                           .loss_floor = 0};
    up.in_band = 400us;
    return situation;
}

Situation unexplained() {
    ctl::Report report = ordinary();
    report.options.rate = BitRate{50'000'000};
    for (session::DirectionResult* const way : {&*report.result->down, &*report.result->up}) {
        *way = load(way->direction, BitRate{51'600'000}, 10s);
        way->search = wire::Search::fixed;
        way->loaded = latency(11100us, 16800us, 100);
    }
    lose(*report.result->up, 1'290, 0);
    return begin("unexplained", std::move(report));
}

Situation fair_queue() {
    ctl::Report report = ordinary();
    report.result->idle = latency(11100us, 12000us, 200);
    report.result->down->loaded = latency(11200us, 12500us, 1000);
    report.result->up->loaded = latency(11200us, 12500us, 1000);
    Situation situation = begin("fair_queue", std::move(report));
    situation.evidence.down->capacity = capacity(CapacityWord::ok, 944'000'000, 900'000);
    situation.evidence.up->capacity = capacity(CapacityWord::ok, 48'300'000, 48'000);
    situation.evidence.up->in_band = 62ms;
    situation.evidence.down->in_band = 9ms;
    return situation;
}

Situation radio() {
    ctl::Report report = ordinary();
    report.options.directions = {wire::Direction::down};
    report.result->up.reset();
    session::DirectionResult& down = *report.result->down;
    down = load(wire::Direction::down, BitRate{87'000'000}, 10s);
    down.loaded = latency(20ms, 60ms, 500);
    report.result->idle = latency(18ms, 60ms, 500);
    lose(down, 510, 0);
    down.received.reordered = 12;
    Situation situation = begin("radio", std::move(report));
    Load& load = *situation.evidence.down;
    load.capacity = capacity(CapacityWord::unstable, 87'000'000, 3'300'000);
    load.capacity->loss_floor = 0.006;
    load.capacity->excess_loss = 0.001;
    load.idle_loss = Share{.hits = 5, .trials = 500};
    return situation;
}

Situation crowded() {
    ctl::Report report = ordinary();
    session::DirectionResult& down = *report.result->down;
    down.sent.packets_skipped = 90'000;
    down.sent.limited_by = wire::LimitedBy::host;
    Situation situation = begin("crowded", std::move(report));
    Load& load = *situation.evidence.down;
    load.sender.steal = 0.31;
    load.sender.thread_busy = 0.52;
    load.sender.thread_kept_waiting = 0.16;
    load.receiver.thread_busy = 0.4;
    load.receiver.thread_kept_waiting = 0.45;
    situation.evidence.other_loads = 3;
    situation.evidence.other_sessions = 12;
    return situation;
}

std::vector<Situation> situations() {
    return {home_line(),  host_at_fault(), policed(), unexplained(),
            fair_queue(), radio(),         crowded()};
}

} // namespace wyn::test
