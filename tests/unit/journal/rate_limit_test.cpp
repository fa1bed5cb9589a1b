#include "check.hpp"
#include "journal/catalog_ids.hpp"
#include "journal/own_events.hpp"

using namespace wyn;
using namespace wyn::journal;

namespace {

constexpr MonoTime start{1000s};

Event of(std::string_view id, Severity severity = Severity::notice) {
    return {.id = id, .severity = severity, .message = "as it was", .fields = {}};
}
Event refused(std::string_view reason) {
    return of(id::client_refused).with("CLIENT", "192.0.2.7").with("REASON", reason);
}

// So many of these are admitted, one every `interval` for a time of `length`.
int admitted(RateLimit& limit, const Event& event, MonoTime from, Duration length,
             Duration interval) {
    int count = 0;
    for (MonoTime now = from; now < from + length; now += interval)
        count += limit.admits(now, event) ? 1 : 0;
    return count;
}

} // namespace

TEST_CASE("of one kind ten are written at once and then one every 30 s", "[journal]") {
    RateLimit limit;
    CHECK(admitted(limit, of(id::reloaded), start, 1s, 10ms) == 10);
    CHECK(admitted(limit, of(id::reloaded), start + 1s, 29s, 100ms) == 0);
    CHECK(admitted(limit, of(id::reloaded), start + 30s, 300s, 100ms) == 10);
    SECTION("and ten again after a long silence") {
        CHECK(admitted(limit, of(id::reloaded), start + 3600s, 1s, 10ms) == 10);
    }
}

TEST_CASE("a flood of one kind, or of one refusal, takes nothing from others", "[journal]") {
    RateLimit limit;
    CHECK(admitted(limit, refused("anonymous"), start, 10s, 1ms) == 10);
    const MonoTime later = start + 10s;
    CHECK(limit.admits(later, refused("busy")));
    CHECK(limit.admits(later, of(id::reloaded)));
    CHECK(limit.admits(later, of(id::trouble).with("REASON", "worker_start")));
    CHECK_FALSE(limit.admits(later, refused("anonymous")));
}

TEST_CASE("of all that are no records 20 are written in a second", "[journal]") {
    RateLimit limit;
    int count = 0;
    for (const char* const reason : {"a", "b", "c", "d", "e"})
        count += admitted(limit, refused(reason), start, 10ms, 1ms);
    CHECK(count == 20);
    CHECK(admitted(limit, refused("f"), start + 1s, 10ms, 1ms) == 10);
}

TEST_CASE("the records of 200 sessions a second are all written, whatever else comes",
          "[journal]") {
    RateLimit limit;
    const int sessions = 200 * 120;
    int written = 0;
    for (int i = 0; i < sessions; ++i) {
        const MonoTime now = start + i * 5ms;
        for (int flood = 0; flood < 5; ++flood)
            static_cast<void>(limit.admits(now, refused("anonymous")));
        for (const std::string_view id :
             {id::session_admitted, id::test_done, id::test_done, id::session_ended})
            written += limit.admits(now, of(id, Severity::info)) ? 1 : 0;
    }
    CHECK(written == 4 * sessions);
}

TEST_CASE("what comes in 30 s is no more than the journal takes by itself of a service",
          "[journal]") {
    RateLimit limit;
    const int records = admitted(limit, of(id::session_ended), start, 30s, 100us);
    CHECK(records <= 33'000);
    CHECK(records >= 32'900);
}

TEST_CASE("records beyond their limit are counted like all others", "[journal]") {
    RateLimit limit;
    for (std::uint32_t i = 0; i < RateLimit::burst_of_records; ++i)
        REQUIRE(limit.admits(start, of(id::test_done)));
    CHECK(limit.left_out().empty());
    CHECK_FALSE(limit.admits(start, of(id::test_done)));
    REQUIRE(limit.left_out().size() == 1);
    CHECK(limit.left_out().front().kind == "test_done");
}

TEST_CASE("what was left out is told by kind and reason half a minute later", "[journal]") {
    RateLimit limit;
    CHECK(limit.due() == never);
    static_cast<void>(admitted(limit, refused("anonymous"), start, 2s, 100ms));
    const Event error = of(id::worker_failed, Severity::error);
    static_cast<void>(admitted(limit, error, start + 2s, 1300ms, 100ms));
    CHECK(limit.due() == start + 1s + RateLimit::tell_after);
    const Event told = announce_suppressed(limit.left_out());
    CHECK(told.id == id::suppressed);
    CHECK(told.severity == Severity::warning);
    CHECK(told.message == "13 messages left out, because too many came: "
                          "10 client_refused (anonymous), 3 worker_failed");
    CHECK(told.fields ==
          std::vector<std::string>{"WYNDRVR_MESSAGES=13",
                                   "WYNDRVR_KINDS=client_refused/anonymous:10 worker_failed:3"});
    SECTION("once") {
        limit.told();
        CHECK(limit.due() == never);
        CHECK(limit.left_out().empty());
    }
    SECTION("and later when it cannot be told") {
        limit.could_not_tell(limit.due());
        CHECK(limit.due() == start + 1s + 2 * RateLimit::tell_after);
        CHECK(limit.left_out().size() == 2);
    }
}

TEST_CASE("reasons without end do not take memory without end", "[journal]") {
    RateLimit limit;
    for (int i = 0; i < 1000; ++i)
        static_cast<void>(limit.admits(start, refused(fmt::format("reason-{}", i))));
    CHECK(limit.left_out().size() <= 64);
}
