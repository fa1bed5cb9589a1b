#include "check.hpp"
#include "net/udp_socket.hpp"
#include "rt/placed_worker.hpp"
#include "waiting.hpp"

#include <filesystem>
#include <thread>

using namespace wyn;
using rt::HangCheck;
using rt::PlacedWorker;

namespace {

std::ptrdiff_t count_threads() {
    const std::filesystem::directory_iterator tasks{"/proc/self/task"};
    return std::distance(begin(tasks), end(tasks));
}

// A port in a thread that sleeps for so long in each of its turns.
struct SleepyPort {
    explicit SleepyPort(Duration sleep) {
        loop = REQUIRE_OK(rt::Loop::create());
        socket = REQUIRE_OK(net::open_udp({.address = dgram::Address::v4(127, 0, 0, 1)}, {}));
        worker = REQUIRE_OK(PlacedWorker::place(Placement::thread, *loop, "test", [] {}));
        const std::array sockets{socket.get()};
        REQUIRE(worker->send(session::PortOrder{session::PortSetup{
                                 .tuning = {.incoming_sleep = sleep}, .snapshot_interval = 10ms}},
                             sockets));
    }

    std::unique_ptr<rt::Loop> loop;
    net::Fd socket;
    std::unique_ptr<PlacedWorker> worker;
};

} // namespace

TEST_CASE("a worker that tells nothing hangs, unless its owner was away as well", "[rt]") {
    const SleepyPort port{0s};
    const MonoTime now = mono_now() + 10s; // nothing has been received by then
    HangCheck check{now - 10s};
    check.begin(now, 1s);
    CHECK_FALSE(check.hangs(*port.worker)); // the first round in 10 s
    check.begin(now + 400ms, 1s);
    CHECK_FALSE(check.hangs(*port.worker));
    check.begin(now + 800ms, 1s);
    CHECK_FALSE(check.hangs(*port.worker));
    check.begin(now + 1s, 1s);
    CHECK(check.hangs(*port.worker));
}

TEST_CASE("nobody waits for a thread that hangs", "[rt]") {
    std::thread{[] {}}.join(); // a sanitizer starts a thread of its own beside the first one
    const std::ptrdiff_t before = count_threads();
    SleepyPort port{700ms};
    // The news of its first turn: it is in the sleep of the next one a moment later.
    REQUIRE(edge::comes_true([&port] {
        return port.worker->receive<session::PortNews>(mono_now()).message.has_value();
    }));
    const MonoTime asleep = mono_now() + 20ms;
    REQUIRE(edge::comes_true([asleep] { return mono_now() >= asleep; }));
    HangCheck check{asleep};
    check.begin(asleep + 10ms, 20ms);
    REQUIRE(check.hangs(*port.worker));

    const MonoTime start = mono_now();
    port.worker.reset();
    CHECK(mono_now() - start < 400ms); // it sleeps for longer than that, and others get a second
    CHECK(edge::comes_true([before] { return count_threads() == before; }));
}
