// Whatever the evidence, and however much of it contradicts itself: the verdict is sound.
#include "check.hpp"
#include "unit/property.hpp"
#include "unit/verdict/loads.hpp"

#include <algorithm>
#include <cmath>
#include <set>

using namespace wyn;
using namespace wyn::verdict;

namespace {

using Word = CapacityWord;

// Not there in one of three cases.
template <typename T>
std::optional<T> maybe(std::vector<T> values) {
    if (*rc::gen::inRange(0, 3) == 0) return std::nullopt;
    return *rc::gen::elementOf(values);
}

// Ordinary values, edges, and nonsense.
std::optional<std::uint64_t> some_count() {
    return maybe<std::uint64_t>({0, 1, 5, 10, 65, 500, 5'000, 50'000, 100'000, UINT64_MAX / 4});
}
std::optional<double> some_ratio() {
    return maybe<double>({0, 1e-9, 1e-4, 1e-3, 5e-3, 0.02, 0.1, 0.5, 0.9, 0.95, 1});
}
std::optional<BitRate> some_rate() {
    return maybe<BitRate>({BitRate{0}, BitRate{1}, BitRate{40'000'000}, BitRate{93'400'000},
                           BitRate{99'900'000}, BitRate{100'000'000}, BitRate{984'000'000},
                           BitRate{1'000'000'000}, BitRate::unlimited()});
}
std::optional<Duration> some_time() {
    return maybe<Duration>({-1s, 0ns, 1us, 1ms, 4ms, 12ms, 29ms, 30ms, 176ms, 5s, 1h});
}
std::optional<Share> some_share() {
    const auto trials = some_count();
    const auto hits = some_count();
    if (!trials || !hits) return std::nullopt;
    return Share{.hits = std::min(*hits, *trials), .trials = *trials};
}

Host some_host() {
    return {.thread_busy = some_ratio(),
            .thread_kept_waiting = some_ratio(),
            .core_busy = some_ratio(),
            .steal = some_ratio(),
            .queue_drops = some_count(),
            .device_drops = some_count(),
            .backlog_drops = some_count(),
            .link_speed = some_rate()};
}

std::optional<Capacity> some_capacity() {
    const auto word =
        maybe<Word>({Word::ok, Word::two_rate, Word::unstable, Word::lower_bound,
                     Word::sender_limited, Word::receiver_limited, Word::host_stalled});
    if (!word) return std::nullopt;
    return Capacity{.word = *word,
                    .ip = some_rate().value_or(BitRate{93'400'000}),
                    .half_width = some_rate(),
                    .burst = some_rate(),
                    .bucket_bytes = some_count(),
                    .excess_loss = some_ratio(),
                    .loss_floor = some_ratio()};
}

std::optional<LoadLatency> some_latency() {
    const auto added = some_time();
    if (!added) return std::nullopt;
    LoadLatency latency = test::risen_by(*added);
    latency.idle_spread = some_time();
    return latency;
}

std::optional<std::vector<Mark>> some_marks() {
    if (*rc::gen::inRange(0, 3) == 0) return std::nullopt;
    std::vector<Mark> marks;
    for (int left = *rc::gen::inRange(0, 4); left > 0; --left)
        marks.push_back({.sent = *rc::gen::arbitrary<std::uint8_t>(),
                         .received = *rc::gen::arbitrary<std::uint8_t>(),
                         .packets = some_count().value_or(100)});
    return marks;
}

std::optional<PathMtu> some_mtu() {
    const auto bytes = maybe<std::uint32_t>({0, 1280, 1400, 1500});
    if (!bytes) return std::nullopt;
    return PathMtu{.bytes = *bytes,
                   .tried_bytes = maybe<std::uint32_t>({1400, 1500, 9000}),
                   .icmp_heard = maybe<bool>({false, true}),
                   .vanished = maybe<std::uint32_t>({0, 1, 3, 12})};
}

Load some_load(wire::Direction direction) {
    Load load{.direction = direction,
              .kind = *rc::gen::element(LoadKind::searched, LoadKind::fixed, LoadKind::unpaced),
              .complete = *rc::gen::arbitrary<bool>()};
    load.payload = some_rate();
    load.ip = some_rate();
    load.wire = some_rate();
    load.offered = some_rate();
    load.granted = some_rate();
    load.capacity = some_capacity();
    using Limit = wire::LimitedBy;
    load.limited_by = maybe<Limit>({Limit::nothing, Limit::grant, Limit::breaker, Limit::stack,
                                    Limit::volume, Limit::time, Limit::host});
    load.packets_offered = some_count();
    load.received = some_count();
    load.path_lost = some_count();
    load.refused = some_count();
    load.socket_drops = some_count();
    load.skipped = some_count();
    load.low_rate_loss = some_share();
    load.high_rate_loss = some_share();
    load.idle_loss = some_share();
    load.latency = some_latency();
    load.in_band = some_time();
    load.pacing = maybe<wire::Pacing>(
        {wire::Pacing::none, wire::Pacing::sleep, wire::Pacing::precise, wire::Pacing::kernel});
    load.lateness_p99 = some_time();
    load.receive_buffer_bytes = some_count();
    load.wanted_buffer_bytes = some_count();
    load.sender = some_host();
    load.receiver = some_host();
    load.marks = some_marks();
    load.mtu = some_mtu();
    return load;
}

Evidence some_evidence() {
    Evidence evidence{.idle_rtt = some_time()};
    if (*rc::gen::inRange(0, 4) > 0) evidence.down = some_load(wire::Direction::down);
    if (*rc::gen::inRange(0, 4) > 0) evidence.up = some_load(wire::Direction::up);
    evidence.other_sessions = maybe<std::uint32_t>({0, 3});
    evidence.other_loads = maybe<std::uint32_t>({0, 0, 2});
    evidence.clock_steps = maybe<std::uint32_t>({0, 1});
    return evidence;
}

const Load& load_of(const Evidence& evidence, wire::Direction direction) {
    return direction == wire::Direction::up ? *evidence.up : *evidence.down;
}

// Without these nobody may be sure; said here once more and apart from the rules.
bool has_necessary_evidence(Code code, const Evidence& evidence, const Load& load) {
    const bool sound = load.complete && evidence.other_loads.value_or(0) == 0 &&
                       load.sender.steal.value_or(0) < 0.1 && load.receiver.steal.value_or(0) < 0.1;
    const bool hosts = load.refused && load.socket_drops && load.packets_offered && load.received;
    switch (code) {
    case Code::sender_cpu: return load.sender.thread_busy || load.sender.steal;
    case Code::sender_queue: return load.refused > 0u && load.packets_offered;
    case Code::receiver_socket: return load.socket_drops > 0u;
    case Code::receiver_cpu:
        return load.socket_drops > 0u && (load.receiver.thread_busy || load.receiver.steal);
    case Code::line_rate: return load.wire && (load.sender.link_speed || load.receiver.link_speed);
    case Code::bufferbloat:
        return sound && load.latency && load.latency->added >= 30ms && load.latency->idle_spread;
    case Code::policer:
        return sound && hosts && load.path_lost && load.in_band && load.in_band < 30ms &&
               load.capacity && load.capacity->burst && load.capacity->bucket_bytes;
    case Code::aqm: return sound && (load.marks || (load.in_band && load.latency));
    case Code::random_loss:
        return sound && hosts && load.path_lost > 0u &&
               (load.low_rate_loss || (load.capacity && load.capacity->loss_floor));
    case Code::remarked:
    case Code::ecn_bleached: return load.marks.has_value();
    case Code::pmtu_blackhole:
        return load.mtu && load.mtu->icmp_heard == false && load.mtu->vanished >= 3u &&
               load.path_lost;
    case Code::unstable: return sound && load.capacity && load.capacity->half_width;
    case Code::two_rate: return sound && load.capacity && load.capacity->burst;
    case Code::lower_bound: return load.limited_by || load.capacity;
    case Code::busy_server:
    case Code::clock_step:
    case Code::unknown: return false;
    }
    return false;
}

bool is_plain(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void check_finding(const Finding& finding) {
    RC_ASSERT(finding.sentence.ends_with('.'));
    RC_ASSERT(finding.sentence.front() >= '0');
    RC_ASSERT(finding.sentence.front() <= 'Z');
    RC_ASSERT(is_plain(finding.sentence));
    RC_ASSERT(is_plain(finding.advice));
    RC_ASSERT(finding.level == Level::good || !finding.advice.empty());
    RC_ASSERT(finding.confidence != Confidence::low || finding.level != Level::bad);
    std::set<std::string> keys;
    for (const Value& value : finding.evidence) {
        RC_ASSERT(keys.insert(value.key()).second);
        RC_ASSERT(std::isfinite(value.number));
        RC_ASSERT(!value.text().empty());
    }
}

} // namespace

TEST_CASE("no evidence breaks the verdict or makes it contradict itself", "[verdict]") {
    test::check_property("any evidence", [] {
        const Evidence evidence = some_evidence();
        const auto verdict = judge(evidence);
        RC_ASSERT(verdict.has_value() == (evidence.idle_rtt || evidence.down || evidence.up));
        if (!verdict) return;
        RC_ASSERT(verdict->summary.ends_with('.'));
        RC_ASSERT(is_plain(verdict->summary));
        Level worst = Level::good;
        std::set<std::pair<int, Code>> seen;
        for (const Finding& finding : verdict->findings) {
            check_finding(finding);
            worst = std::max(worst, finding.level);
            const int direction = finding.direction ? static_cast<int>(*finding.direction) : 0;
            RC_ASSERT(seen.insert({direction, finding.code}).second);
            const bool was_measured =
                !finding.direction ||
                (*finding.direction == wire::Direction::up ? evidence.up.has_value()
                                                           : evidence.down.has_value());
            RC_ASSERT(was_measured);
        }
        RC_ASSERT(verdict->level == worst);
        RC_ASSERT(std::ranges::is_sorted(verdict->findings, std::greater{}, &Finding::level));
        using enum Code;
        for (const int direction : {1, 2})
            for (const auto& [one, other] : {std::pair{bufferbloat, policer},
                                             {bufferbloat, aqm},
                                             {policer, aqm},
                                             {policer, two_rate},
                                             {policer, lower_bound},
                                             {two_rate, unstable},
                                             {two_rate, lower_bound},
                                             {unstable, lower_bound},
                                             {sender_cpu, policer}})
                RC_ASSERT(!seen.contains({direction, one}) || !seen.contains({direction, other}));
    });
}

TEST_CASE("nothing is said with high confidence without what it takes", "[verdict]") {
    test::check_property("any evidence", [] {
        const Evidence evidence = some_evidence();
        const auto verdict = judge(evidence);
        if (!verdict) return;
        const Load nobody;
        for (const Finding& finding : verdict->findings) {
            if (finding.confidence != Confidence::high) continue;
            const Load& load = finding.direction ? load_of(evidence, *finding.direction) : nobody;
            RC_ASSERT(has_necessary_evidence(finding.code, evidence, load));
        }
    });
}

TEST_CASE("what is not known is no evidence for anything", "[verdict]") {
    for (const LoadKind kind : {LoadKind::searched, LoadKind::fixed, LoadKind::unpaced}) {
        Load load = test::bare_load();
        load.kind = kind;
        CHECK(test::verdict_of(load).findings.empty());
    }
}
