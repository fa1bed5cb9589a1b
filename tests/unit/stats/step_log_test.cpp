#include "check.hpp"
#include "stats/step_log.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <vector>

using namespace wyn;
using stats::StepLog;
using stats::StepRecord;
using test::check_property;

namespace {

constexpr MonoTime start{1000s};
constexpr MonoTime always = MonoTime::min();

std::vector<StepRecord> records(const StepLog& log, MonoTime changed_since = always) {
    std::vector<StepRecord> out(StepLog::steps_kept);
    out.resize(log.copy(out, changed_since));
    return out;
}

struct Datagram {
    std::uint32_t step;
    MonoTime arrival;
    Duration delay;
    std::uint64_t bytes;
};

// Keeps every datagram and works a step's record out when it is asked for.
class Oracle {
public:
    void on_datagram(const Datagram& datagram) {
        if (all_.empty() || datagram.step > newest_) {
            const std::uint32_t next = all_.empty() ? 0 : newest_ + 1;
            newest_ = datagram.step;
            for (std::uint32_t id = std::max(next, oldest()); id <= newest_; ++id)
                passed_[id] = datagram.arrival;
        }
        all_.push_back(datagram);
        if (datagram.step < oldest())
            ++forgotten_;
        else
            steps_[datagram.step].push_back(datagram);
    }
    std::vector<StepRecord> records() const {
        std::vector<StepRecord> out;
        for (std::uint32_t id = oldest(); id <= newest_; ++id)
            out.push_back(record(id));
        return out;
    }
    std::uint32_t newest() const { return newest_; }
    std::uint64_t forgotten() const { return forgotten_; }
    Duration lowest() const { return std::min_element(all_.begin(), all_.end(), by_delay)->delay; }

private:
    static bool by_delay(const Datagram& a, const Datagram& b) { return a.delay < b.delay; }
    static bool by_arrival(const Datagram& a, const Datagram& b) { return a.arrival < b.arrival; }

    std::uint32_t oldest() const { return newest_ < 63 ? 0 : newest_ - 63; }
    StepRecord record(std::uint32_t id) const {
        StepRecord out{.id = id, .first_arrival = passed_.at(id), .last_arrival = passed_.at(id)};
        const auto found = steps_.find(id);
        if (found == steps_.end()) return out;
        const std::vector<Datagram>& step = found->second;
        out.packets = step.size();
        for (const Datagram& datagram : step)
            out.bytes += datagram.bytes;
        out.first_arrival = std::min_element(step.begin(), step.end(), by_arrival)->arrival;
        out.lowest_delay = std::min_element(step.begin(), step.end(), by_delay)->delay;
        // Of equals the later one: from the back.
        const auto last = std::max_element(step.rbegin(), step.rend(), by_arrival);
        out.last_arrival = last->arrival;
        out.last_delay = last->delay;
        return out;
    }

    std::vector<Datagram> all_;
    std::map<std::uint32_t, std::vector<Datagram>> steps_;
    std::map<std::uint32_t, MonoTime> passed_;
    std::uint32_t newest_ = 0;
    std::uint64_t forgotten_ = 0;
};

} // namespace

TEST_CASE("an empty log has no step, no base and nothing to copy", "[stats]") {
    StepLog log;
    log.mark_receiver_drop();
    CHECK_FALSE(log.newest());
    CHECK_FALSE(log.lowest_delay());
    CHECK(log.forgotten() == 0);
    CHECK(records(log).empty());
}

TEST_CASE("a step sums up its datagrams", "[stats]") {
    StepLog log;
    log.on_datagrams(0, start + 1ms, -5s + 300us, 1, 1000);
    log.on_datagrams(0, start + 3ms, -5s + 100us, 1, 1000);
    log.on_datagrams(0, start + 4ms, -5s + 200us, 1, 500);
    const auto seen = records(log);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0] == StepRecord{.id = 0,
                                .packets = 3,
                                .bytes = 2500,
                                .first_arrival = start + 1ms,
                                .last_arrival = start + 4ms,
                                .lowest_delay = -5s + 100us,
                                .last_delay = -5s + 200us});
    CHECK(log.newest() == 0U);
    CHECK(log.lowest_delay() == -5s + 100us);
}

TEST_CASE("stamps that swapped do not turn a step's time round", "[stats]") {
    StepLog log;
    log.on_datagrams(0, start + 2us, 20us, 1, 1);
    log.on_datagrams(0, start + 1us, 10us, 1, 1);
    const auto seen = records(log);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].first_arrival == start + 1us);
    CHECK(seen[0].last_arrival == start + 2us);
    CHECK(seen[0].last_delay == 20us);
}

TEST_CASE("skipped steps are there, empty, and can still be filled", "[stats]") {
    StepLog log;
    log.on_datagrams(0, start, 0s, 1, 100);
    log.on_datagrams(3, start + 30ms, 0s, 1, 100);
    auto seen = records(log);
    REQUIRE(seen.size() == 4);
    for (const std::uint32_t skipped : {1U, 2U}) {
        CHECK(seen[skipped].id == skipped);
        CHECK(seen[skipped].packets == 0);
        CHECK(seen[skipped].first_arrival == start + 30ms); // where step 0's time ends
    }
    log.on_datagrams(2, start + 31ms, 7us, 1, 100);
    seen = records(log);
    REQUIRE(seen.size() == 4);
    CHECK(seen[2].packets == 1);
    CHECK(seen[2].first_arrival == start + 31ms);
    CHECK(seen[2].lowest_delay == 7us);
    CHECK(seen[3].packets == 1);
    CHECK(log.newest() == 3U);
}

TEST_CASE("steps that came before the first datagram's are expected too", "[stats]") {
    StepLog log;
    log.on_datagrams(2, start, 0s, 1, 100);
    CHECK(records(log).size() == 3);
    log.on_datagrams(1, start + 1ms, 0s, 1, 100);
    CHECK(records(log)[1].packets == 1);
    CHECK(log.forgotten() == 0);
}

TEST_CASE("a datagram of a step that left the log is counted apart", "[stats]") {
    StepLog log;
    log.on_datagrams(0, start, 50us, 1, 100);
    log.on_datagrams(64, start + 1s, 90us, 1, 100);
    CHECK(records(log).size() == StepLog::steps_kept);
    CHECK(records(log).front().id == 1);
    log.on_datagrams(0, start + 1s, 10us, 1, 100);
    CHECK(log.forgotten() == 1);
    CHECK(log.lowest_delay() == 10us); // it was measured all the same
    log.on_datagrams(1, start + 1s, 20us, 1, 100);
    CHECK(log.forgotten() == 1);
    CHECK(records(log).front().packets == 1);
}

TEST_CASE("the last id ends the numbering", "[stats]") {
    constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
    StepLog log;
    log.on_datagrams(5, start, 0s, 1, 100);
    log.on_datagrams(last, start + 1ms, 0s, 1, 100);
    CHECK(log.newest() == last);
    CHECK(records(log).size() == StepLog::steps_kept);
    CHECK(records(log).front().id == last - 63);
    log.on_datagrams(0, start + 2ms, 0s, 1, 100);
    CHECK(log.newest() == last);
    CHECK(log.forgotten() == 1);
}

TEST_CASE("our own drops are charged to the newest step", "[stats]") {
    StepLog log;
    log.on_datagrams(0, start, 0s, 1, 100);
    log.on_datagrams(1, start + 1ms, 0s, 1, 100);
    log.mark_receiver_drop();
    log.on_datagrams(2, start + 2ms, 0s, 1, 100);
    const auto seen = records(log);
    REQUIRE(seen.size() == 3);
    CHECK_FALSE(seen[0].receiver_dropped);
    CHECK(seen[1].receiver_dropped);
    CHECK_FALSE(seen[2].receiver_dropped);
}

TEST_CASE("a copy starts at the first step that changed and has no hole", "[stats]") {
    StepLog log;
    for (std::uint32_t step = 0; step < 10; ++step)
        log.on_datagrams(step, start + step * 10ms, 0s, 1, 100);
    CHECK(records(log, start + 70ms).size() == 3);
    CHECK(records(log, start + 71ms).size() == 2);
    CHECK(records(log, start + 91ms).empty());

    log.on_datagrams(4, start + 95ms, 0s, 1, 100); // reordered into an old step
    const auto seen = records(log, start + 91ms);
    REQUIRE(seen.size() == 6);
    CHECK(seen.front().id == 4);
    CHECK(seen.front().packets == 2);
    CHECK(seen.back().id == 9);

    SECTION("a short buffer gets the newest, oldest first") {
        std::array<StepRecord, 2> out;
        REQUIRE(log.copy(out, always) == 2);
        CHECK(out[0].id == 8);
        CHECK(out[1].id == 9);
        CHECK(log.copy({}, always) == 0);
    }
    SECTION("steps that were passed over count as changed then") {
        log.on_datagrams(12, start + 120ms, 0s, 1, 100);
        const auto passed = records(log, start + 110ms);
        REQUIRE(passed.size() == 3);
        CHECK(passed[0].id == 10);
        CHECK(passed[0].packets == 0);
    }
}

TEST_CASE("the log agrees with one that keeps every datagram", "[stats]") {
    check_property("steps that advance, come late and jump", [] {
        StepLog log;
        Oracle oracle;
        MonoTime now = start;
        const auto moves = *rc::gen::container<std::vector<int>>(
            rc::gen::weightedOneOf<int>({{10, rc::gen::inRange(-3, 3)},
                                         {2, rc::gen::inRange(-70, 20)},
                                         {1, rc::gen::inRange(50, 200)}}));
        for (const int move : moves) {
            const std::int64_t step = std::int64_t{oracle.newest()} + move;
            now += Duration{*rc::gen::inRange(-2, 100)};
            const Datagram datagram{.step =
                                        static_cast<std::uint32_t>(std::max<std::int64_t>(0, step)),
                                    .arrival = now,
                                    .delay = Duration{*rc::gen::inRange(-1000, 1000)},
                                    .bytes = *rc::gen::inRange<std::uint64_t>(0, 1500)};
            log.on_datagrams(datagram.step, datagram.arrival, datagram.delay, 1, datagram.bytes);
            oracle.on_datagram(datagram);
            RC_ASSERT(log.newest() == oracle.newest());
            RC_ASSERT(log.forgotten() == oracle.forgotten());
            RC_ASSERT(log.lowest_delay() == oracle.lowest());
            RC_ASSERT((records(log) == oracle.records()));
        }
    });
}

TEST_CASE("datagrams that arrive together count as one by one", "[stats]") {
    StepLog together;
    StepLog apart;
    together.on_datagrams(3, start, 5us, 44, 44'000);
    together.on_datagrams(100, start + 1ms, 4us, 2, 2'000);
    together.on_datagrams(3, start + 2ms, 9us, 7, 7'000); // has left the log
    for (int i = 0; i < 44; ++i)
        apart.on_datagrams(3, start, 5us, 1, 1'000);
    for (int i = 0; i < 2; ++i)
        apart.on_datagrams(100, start + 1ms, 4us, 1, 1'000);
    for (int i = 0; i < 7; ++i)
        apart.on_datagrams(3, start + 2ms, 9us, 1, 1'000);
    std::array<StepRecord, StepLog::steps_kept> one{};
    std::array<StepRecord, StepLog::steps_kept> other{};
    CHECK(together.copy(one, MonoTime::min()) == apart.copy(other, MonoTime::min()));
    CHECK(one == other);
    CHECK(together.forgotten() == 7);
    CHECK(apart.forgotten() == 7);
}
