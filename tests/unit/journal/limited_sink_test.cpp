#include "check.hpp"
#include "journal/catalog_ids.hpp"
#include "journal/limited_sink.hpp"

using namespace wyn;
using namespace wyn::journal;

namespace {

MonoTime now{1000s};
MonoTime made_up_clock() noexcept {
    return now;
}

// What got through, and whether anything does.
struct World {
    std::vector<Event> taken;
    bool takes = true;
    int offered = 0;
};

class Door final : public Output {
public:
    explicit Door(World& world) : world_{world} {}
    bool put(const Event& event) override {
        ++world_.offered;
        if (world_.takes) world_.taken.push_back(event);
        return world_.takes;
    }

private:
    World& world_;
};

Event of(std::string_view id, Severity severity = Severity::info) {
    return {.id = id, .severity = severity, .message = std::string{name_of(id)}, .fields = {}};
}

std::vector<std::string> messages(const World& world) {
    std::vector<std::string> all;
    for (const Event& event : world.taken)
        all.push_back(event.message);
    return all;
}

using Messages = std::vector<std::string>;

} // namespace

TEST_CASE("events that are not urgent enough are left out, and are no loss", "[journal]") {
    World world;
    LimitedSink sink{Severity::notice, std::make_unique<Door>(world), &made_up_clock};
    sink.write(of(id::test_done));
    sink.write(of(id::stopping, Severity::notice));
    CHECK(messages(world) == Messages{"stopping"});
    sink.set_least(Severity::info);
    sink.write(of(id::test_done));
    CHECK(messages(world) == Messages{"stopping", "test_done"});
    CHECK(sink.due() == never);
}

TEST_CASE("one event tells how many the journal did not take, in front of the next", "[journal]") {
    World world;
    LimitedSink sink{Severity::info, std::make_unique<Door>(world), &made_up_clock};
    world.takes = false;
    for (int i = 0; i < 3; ++i)
        sink.write(of(id::test_done));
    CHECK(sink.due() == now + LimitedSink::retry_interval);
    world.takes = true;
    SECTION("when there is one") {
        sink.write(of(id::session_ended));
        CHECK(
            messages(world) ==
            Messages{"3 messages lost before this one: the journal took nothing", "session_ended"});
        CHECK(world.taken.front().fields == std::vector<std::string>{"WYNDRVR_MESSAGES=3"});
        CHECK(sink.due() == never);
    }
    SECTION("or by itself after a while") {
        sink.on_timer(sink.due());
        CHECK(world.taken.size() == 1);
        CHECK(sink.due() == never);
    }
}

TEST_CASE("a journal that takes nothing is asked once for each event, and now and then",
          "[journal]") {
    World world{.takes = false};
    LimitedSink sink{Severity::info, std::make_unique<Door>(world), &made_up_clock};
    for (int i = 0; i < 100; ++i)
        sink.write(of(id::test_done));
    CHECK(world.offered == 100);
    const MonoTime due = sink.due();
    sink.on_timer(due - 1ns);
    CHECK(world.offered == 100);
    sink.on_timer(due);
    CHECK(world.offered == 101);
    CHECK(sink.due() == due + LimitedSink::retry_interval);
}

TEST_CASE("what the limit left out is told once, when it is due or something is written later",
          "[journal]") {
    World world;
    LimitedSink sink{Severity::info, std::make_unique<Door>(world), &made_up_clock};
    const MonoTime began = now;
    for (int i = 0; i < 15; ++i)
        sink.write(of(id::worker_failed, Severity::error));
    CHECK(world.taken.size() == 10);
    REQUIRE(sink.due() == began + RateLimit::tell_after);
    const std::string told = "5 messages left out, because too many came: 5 worker_failed";
    SECTION("by the timer") {
        sink.on_timer(sink.due());
        CHECK(world.taken.back().message == told);
    }
    SECTION("by the next event") {
        now += 60s;
        sink.write(of(id::test_done));
        REQUIRE(world.taken.size() == 12);
        CHECK(world.taken[10].message == told);
    }
    CHECK(sink.due() == never);
}

TEST_CASE("what the limit left out is not forgotten while the journal takes nothing", "[journal]") {
    World world;
    LimitedSink sink{Severity::info, std::make_unique<Door>(world), &made_up_clock};
    for (int i = 0; i < 15; ++i)
        sink.write(of(id::worker_failed, Severity::error));
    world.takes = false;
    const MonoTime due = sink.due();
    sink.on_timer(due);
    CHECK(sink.due() == due + RateLimit::tell_after);
    world.takes = true;
    sink.on_timer(sink.due());
    CHECK(world.taken.back().id == id::suppressed);
    CHECK(world.taken.size() == 11);
}

TEST_CASE("a sink that ends tells what it has not told yet", "[journal]") {
    World world;
    {
        LimitedSink sink{Severity::info, std::make_unique<Door>(world), &made_up_clock};
        for (int i = 0; i < 11; ++i)
            sink.write(of(id::reloaded));
    }
    CHECK(world.taken.back().message == "1 message left out, because too many came: 1 reloaded");
}
