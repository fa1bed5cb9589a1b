#include "check.hpp"
#include "rt/timer_queue.hpp"

using namespace wyn;

TEST_CASE("a timer that is put off again and again fires at the last of its times", "[rt]") {
    rt::TimerQueue queue;
    const bool stop = false;
    int put_off = 0, other = 0;
    rt::Timer first = queue.add([&] { ++put_off; });
    rt::Timer second = queue.add([&] { ++other; });
    const MonoTime start{1000s};
    first.arm(start + 1s);
    second.arm(start + 2s);
    first.arm(start + 5s);
    first.arm(start + 3s);
    CHECK(first.due() == start + 3s);
    CHECK(queue.due() == start + 2s);
    CHECK(queue.serve(start + 2s, stop) == 1);
    CHECK(other == 1);
    CHECK(put_off == 0);
    CHECK(queue.due() == start + 3s);
    SECTION("and fires then") {
        CHECK(queue.serve(start + 3s, stop) == 1);
        CHECK(put_off == 1);
        CHECK(queue.due() == never);
    }
    SECTION("or never, when it is disarmed") {
        first.disarm();
        CHECK(queue.due() == never);
        CHECK(queue.serve(start + 9s, stop) == 0);
        first.arm(start + 4s);
        CHECK(queue.due() == start + 4s);
    }
    SECTION("or sooner, when it is armed for sooner") {
        first.arm(start + 10s);
        first.arm(start + 2500ms);
        CHECK(queue.due() == start + 2500ms);
    }
    SECTION("and may go while it waits") {
        first.arm(start + 10s);
        first.reset();
        CHECK(queue.due() == never);
    }
    CHECK(queue.serve(start + 20s, stop) <= 1);
}
