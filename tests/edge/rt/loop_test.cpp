#include "check.hpp"
#include "rt/link.hpp"
#include "rt/loop.hpp"
#include "waiting.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <thread>
#include <vector>

using namespace wyn;
using rt::Loop;

namespace {

// A loop that ends with code 99 when a test forgets to end it.
struct BoundedLoop {
    BoundedLoop()
        : loop{REQUIRE_OK(Loop::create())}, bound{loop->add_timer([this] { loop->exit(99); })} {
        bound.arm(mono_now() + edge::patience);
    }
    int run() const { return REQUIRE_OK(loop->run()); }

    std::unique_ptr<Loop> loop;
    rt::Timer bound;
};

net::Fd ready_event() {
    return REQUIRE_OK(net::Fd::from_call(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
}

} // namespace

TEST_CASE("a loop runs until it is told to leave, and returns the code", "[rt]") {
    BoundedLoop bounded;
    rt::Timer timer = bounded.loop->add_timer([&] { bounded.loop->exit(5); });
    timer.arm(mono_now());
    CHECK(bounded.run() == 5);
    timer.arm(mono_now()); // no effect any more, and no harm
    CHECK_FALSE(REQUIRE_OK(bounded.loop->run_once(0s)));
}

TEST_CASE("a watched descriptor calls with what happened", "[rt]") {
    BoundedLoop bounded;
    const net::Fd event = ready_event();
    std::uint32_t happened = 0;
    rt::Io io = REQUIRE_OK(bounded.loop->add_io(event.get(), EPOLLIN,
                                                [&](std::uint32_t events) { happened = events; }));
    CHECK(REQUIRE_OK(bounded.loop->run_once(edge::patience)));
    CHECK(happened == EPOLLIN);

    SECTION("what is watched can change") {
        happened = 0;
        io.watch(EPOLLIN | EPOLLOUT);
        CHECK(REQUIRE_OK(bounded.loop->run_once(edge::patience)));
        CHECK(happened == (EPOLLIN | EPOLLOUT));
    }
    SECTION("nothing may be watched for a while") {
        happened = 0;
        io.watch(0);
        CHECK_FALSE(REQUIRE_OK(bounded.loop->run_once(0s)));
        io.watch(EPOLLIN);
        CHECK(REQUIRE_OK(bounded.loop->run_once(edge::patience)));
        CHECK(happened == EPOLLIN);
    }
    SECTION("without its handle it is not called") {
        happened = 0;
        io.reset();
        CHECK_FALSE(io);
        CHECK_FALSE(REQUIRE_OK(bounded.loop->run_once(0s)));
        CHECK(happened == 0);
    }
}

TEST_CASE("a watch that starts paused waits to be switched on", "[rt]") {
    BoundedLoop bounded;
    auto ends = REQUIRE_OK(rt::Link::pair());
    ends.second.close(); // a hang-up, which epoll tells whether it is asked for or not
    std::uint32_t happened = 0;
    rt::Io io = REQUIRE_OK(
        bounded.loop->add_io(ends.first.fd(), 0, [&](std::uint32_t events) { happened = events; }));
    CHECK_FALSE(REQUIRE_OK(bounded.loop->run_once(0s)));
    io.watch(EPOLLIN);
    CHECK(REQUIRE_OK(bounded.loop->run_once(edge::patience)));
    CHECK(happened == (EPOLLIN | EPOLLHUP));
}

TEST_CASE("what cannot be watched is refused", "[rt]") {
    BoundedLoop bounded;
    const auto closed = bounded.loop->add_io(-1, EPOLLIN, [](std::uint32_t) {});
    REQUIRE_FALSE(closed);
    CHECK(closed.error().what() == "watch a descriptor: Bad file descriptor");
    const net::Fd event = ready_event();
    const auto first = bounded.loop->add_io(event.get(), EPOLLIN, [](std::uint32_t) {});
    REQUIRE(first);
    const auto again = bounded.loop->add_io(event.get(), EPOLLIN, [](std::uint32_t) {});
    REQUIRE_FALSE(again);
    CHECK(again.error().is(std::errc::file_exists));
}

TEST_CASE("a timer fires once, not early, and soon", "[rt]") {
    BoundedLoop bounded;
    std::vector<Duration> late;
    MonoTime due{};
    rt::Timer timer = bounded.loop->add_timer([&] {
        late.push_back(mono_now() - due);
        if (late.size() == 20) return bounded.loop->exit(0);
        due = mono_now() + 300us;
        timer.arm(due);
    });
    CHECK(timer.due() == never);
    due = mono_now() + 300us + 1ns;
    timer.arm(due);
    CHECK(timer.due() == due);
    CHECK(bounded.run() == 0);
    CHECK(timer.due() == never);
    CHECK(*std::ranges::min_element(late) >= 0s);
    // With sd-event's default accuracy each would come up to 250 ms late.
    CHECK(*std::ranges::min_element(late) < 50ms);
}

TEST_CASE("a timer keeps the last time that it was given", "[rt]") {
    BoundedLoop bounded;
    std::vector<int> order;
    rt::Timer early = bounded.loop->add_timer([&] { order.push_back(1); });
    rt::Timer late = bounded.loop->add_timer([&] {
        order.push_back(2);
        bounded.loop->exit(0);
    });
    rt::Timer unwanted = bounded.loop->add_timer([&] { order.push_back(3); });
    const MonoTime start = mono_now();
    early.arm(start + 1h);
    late.arm(start + 1ms);
    unwanted.arm(start + 500us);
    early.arm(start + 800us);
    early.arm(start + 800us);
    late.arm(start + 3ms);
    unwanted.disarm();
    CHECK(unwanted.due() == never);
    CHECK(bounded.run() == 0);
    CHECK(order == std::vector{1, 2});
}

TEST_CASE("a turn without events ends after its time", "[rt]") {
    const auto loop = REQUIRE_OK(Loop::create());
    const MonoTime start = mono_now();
    CHECK_FALSE(REQUIRE_OK(loop->run_once(2ms)));
    CHECK(mono_now() - start >= 2ms);
    CHECK_FALSE(REQUIRE_OK(loop->run_once(0s)));
}

TEST_CASE("a deferred function runs once, however often it was asked for", "[rt]") {
    BoundedLoop bounded;
    int calls = 0;
    rt::Defer defer = bounded.loop->add_defer([&] { ++calls; });
    CHECK_FALSE(REQUIRE_OK(bounded.loop->run_once(0s)));
    defer.soon();
    defer.soon();
    CHECK(REQUIRE_OK(bounded.loop->run_once(edge::patience)));
    CHECK_FALSE(REQUIRE_OK(bounded.loop->run_once(0s)));
    CHECK(calls == 1);
}

TEST_CASE("whoever is always ready leaves the others their turns", "[rt]") {
    BoundedLoop bounded;
    int flood = 0, first_spin = 0, second_spin = 0, once = 0, timers = 0;
    const net::Fd full = ready_event(), event = ready_event();
    const rt::Io always =
        REQUIRE_OK(bounded.loop->add_io(full.get(), EPOLLIN, [&](std::uint32_t) { ++flood; }));
    rt::Timer first, second;
    first = bounded.loop->add_timer([&] { ++first_spin, first.arm(mono_now()); });
    second = bounded.loop->add_timer([&] { ++second_spin, second.arm(mono_now()); });
    first.arm(mono_now());
    second.arm(mono_now());
    const rt::Io io = REQUIRE_OK(bounded.loop->add_io(event.get(), EPOLLIN, [&](std::uint32_t) {
        eventfd_t value = 0;
        ::eventfd_read(event.get(), &value);
        ++once;
    }));
    rt::Timer timer = bounded.loop->add_timer([&] { ++timers; });
    timer.arm(mono_now());
    for (int turn = 0; turn < 100; ++turn)
        CHECK(REQUIRE_OK(bounded.loop->run_once(edge::patience)));
    CHECK(once == 1);
    CHECK(timers == 1);
    for (const int calls : {flood, first_spin, second_spin})
        CHECK(calls >= 15); // timers have turns of their own in which nothing is called
}

TEST_CASE("a signal arrives as an event", "[rt]") {
    sigset_t before;
    REQUIRE(::pthread_sigmask(SIG_BLOCK, nullptr, &before) == 0);
    {
        BoundedLoop bounded;
        const rt::Signal signal =
            REQUIRE_OK(bounded.loop->add_signal(SIGUSR1, [&] { bounded.loop->exit(1); }));
        REQUIRE(::kill(::getpid(), SIGUSR1) == 0);
        CHECK(bounded.run() == 1);
    }
    REQUIRE(::pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
}

TEST_CASE("a handle may go inside its own function", "[rt]") {
    BoundedLoop bounded;
    const net::Fd event = ready_event();
    const auto guarded = std::make_shared<int>(7);
    rt::Io io;
    rt::Timer timer;
    rt::Defer defer;
    int calls = 0;
    io = REQUIRE_OK(bounded.loop->add_io(event.get(), EPOLLIN, [&, guarded](std::uint32_t) {
        io = {};
        calls += *guarded; // the captures are still there
    }));
    timer = bounded.loop->add_timer([&, guarded] {
        timer = {};
        calls += *guarded;
    });
    timer.arm(mono_now());
    defer = bounded.loop->add_defer([&, guarded] {
        defer = {};
        calls += *guarded;
    });
    defer.soon();
    CHECK(guarded.use_count() == 4);
    for (int i = 0; i < 3; ++i)
        CHECK(REQUIRE_OK(bounded.loop->run_once(edge::patience)));
    CHECK(calls == 21);
    CHECK(guarded.use_count() == 1); // and gone afterwards
    CHECK_FALSE(REQUIRE_OK(bounded.loop->run_once(0s)));
}

TEST_CASE("handles may outlive their loop", "[rt]") {
    const net::Fd event = ready_event();
    rt::Io io;
    rt::Timer timer;
    {
        BoundedLoop bounded;
        io = REQUIRE_OK(bounded.loop->add_io(event.get(), EPOLLIN, [](std::uint32_t) {}));
        timer = bounded.loop->add_timer([] {});
    }
    timer.arm(mono_now());
    CHECK(io);
    io.reset();
    CHECK_FALSE(io);
}

TEST_CASE("every thread can have its own loop", "[rt]") {
    auto ends = REQUIRE_OK(rt::Link::pair());
    struct Message {
        int value = 0;
    };
    bool other_left = false;
    std::thread other{[&other_left, far = std::move(ends.second)]() mutable {
        auto loop = Loop::create();
        if (!loop) return;
        const auto io = (*loop)->add_io(far.fd(), EPOLLIN, [&](std::uint32_t) {
            const auto got = far.receive<Message>();
            if (got.state == rt::LinkState::closed) (*loop)->exit(0);
            if (got.message) far.send(Message{got.message->value + 1});
        });
        other_left = io && (*loop)->run() == 0;
    }};
    BoundedLoop bounded;
    int answered = 0;
    rt::Io io = REQUIRE_OK(bounded.loop->add_io(ends.first.fd(), EPOLLIN, [&](std::uint32_t) {
        const auto got = ends.first.receive<Message>();
        if (got.message) answered = got.message->value;
        if (answered == 100) return bounded.loop->exit(0);
        ends.first.send(Message{answered});
    }));
    CHECK(ends.first.send(Message{0}) == rt::LinkSent::sent);
    CHECK(bounded.run() == 0);
    io.reset();
    ends.first.close();
    other.join();
    CHECK(other_left);
}

TEST_CASE("a source that spins is called over and over, and keeps nobody from their turn", "[rt]") {
    BoundedLoop bounded;
    auto ends = REQUIRE_OK(rt::Link::pair());
    struct Message {
        int value = 0;
    };
    int spun = 0;
    std::optional<int> spun_when_heard;
    rt::Spin spin = REQUIRE_OK(bounded.loop->add_spin([&] {
        ++spun;
        if (spun == 1000) bounded.loop->exit(0);
    }));
    const rt::Io io = REQUIRE_OK(bounded.loop->add_io(ends.first.fd(), EPOLLIN, [&](std::uint32_t) {
        static_cast<void>(ends.first.receive<Message>());
        spun_when_heard = spun;
    }));
    CHECK(REQUIRE_OK(bounded.loop->run_once(0s)) == false); // not switched on yet
    spin.on(true);
    spin.on(true);
    for (int i = 0; i < 10; ++i)
        CHECK(REQUIRE_OK(bounded.loop->run_once(1s)));
    CHECK(spun == 10);
    ends.second.send(Message{1});
    CHECK(bounded.run() == 0);
    REQUIRE(spun_when_heard.has_value());
    CHECK(*spun_when_heard <= 12);
}

TEST_CASE("a source that spins stops when it says so, and when its handle goes", "[rt]") {
    BoundedLoop bounded;
    int spun = 0;
    rt::Spin spin = REQUIRE_OK(bounded.loop->add_spin([&] {
        if (++spun == 3) spin.on(false);
    }));
    spin.on(true);
    for (int i = 0; i < 6; ++i)
        CHECK(REQUIRE_OK(bounded.loop->run_once(0s)) == (i < 3));
    spin.on(true);
    spin.reset();
    CHECK_FALSE(REQUIRE_OK(bounded.loop->run_once(0s)));
    CHECK(spun == 3);
}

TEST_CASE("of a batch that is ready, one may end or pause another", "[rt]") {
    BoundedLoop bounded;
    const std::array events{ready_event(), ready_event(), ready_event()};
    std::array<rt::Io, 3> watches;
    std::vector<int> called;
    for (int i = 0; i < 3; ++i)
        watches[static_cast<std::size_t>(i)] = REQUIRE_OK(bounded.loop->add_io(
            events[static_cast<std::size_t>(i)].get(), EPOLLIN, [&, i](std::uint32_t) {
                called.push_back(i);
                watches[static_cast<std::size_t>(i + 1) % 3].reset();
                if (watches[static_cast<std::size_t>(i + 2) % 3])
                    watches[static_cast<std::size_t>(i + 2) % 3].watch(0);
            }));
    for (const net::Fd& event : events)
        REQUIRE(::eventfd_write(event.get(), 1) == 0);
    CHECK(REQUIRE_OK(bounded.loop->run_once(edge::patience)));
    CHECK(called.size() == 1);
}

TEST_CASE("of timers that are due together, one may end or put off another", "[rt]") {
    BoundedLoop bounded;
    std::vector<int> called;
    rt::Timer ended;
    rt::Timer put_off;
    rt::Timer first = bounded.loop->add_timer([&] {
        called.push_back(1);
        ended.reset();
        put_off.arm(mono_now() + 2ms);
    });
    ended = bounded.loop->add_timer([&] { called.push_back(2); });
    put_off = bounded.loop->add_timer([&] {
        called.push_back(3);
        bounded.loop->exit(0);
    });
    const MonoTime at = mono_now();
    first.arm(at);
    ended.arm(at);
    put_off.arm(at);
    CHECK(bounded.run() == 0);
    CHECK(called == std::vector{1, 3});
}

TEST_CASE("a handle may outlive its loop", "[rt]") {
    const net::Fd event = ready_event();
    auto loop = REQUIRE_OK(Loop::create());
    rt::Io io = REQUIRE_OK(loop->add_io(event.get(), EPOLLIN, [](std::uint32_t) {}));
    rt::Timer timer = loop->add_timer([] {});
    rt::Spin spin = REQUIRE_OK(loop->add_spin([] {}));
    timer.arm(mono_now());
    spin.on(true);
    loop.reset();
    io.watch(0);
    timer.arm(mono_now() + 1s);
    spin.on(false);
    CHECK(timer.due() != never);
}

namespace {

// Two ends of a link in one loop that answer each other for ever.
struct Echoes {
    struct Message {
        int value = 0;
    };
    explicit Echoes(Loop& loop)
        : ends{REQUIRE_OK(rt::Link::pair())}, one{watch(loop, ends.first)},
          other{watch(loop, ends.second)} {
        ends.first.send(Message{1});
    }
    rt::Io watch(Loop& loop, rt::Link& end) {
        return REQUIRE_OK(loop.add_io(end.fd(), EPOLLIN, [this, &end](std::uint32_t) {
            const auto got = end.receive<Message>();
            if (!got.message) return;
            ++answered;
            end.send(*got.message);
        }));
    }

    std::pair<rt::Link, rt::Link> ends;
    int answered = 0;
    rt::Io one, other; // go before the ends
};

} // namespace

TEST_CASE("a loop that is woken all the time serves everybody, and timers on time", "[rt]") {
    BoundedLoop bounded;
    const Echoes echoes{*bounded.loop};
    rt::Urgency probes = bounded.loop->urgency();
    probes.set(rt::Haste::some);
    int ticks = 0;
    MonoTime due = mono_now() + 3ms;
    rt::Timer timer = bounded.loop->add_timer([&] {
        CHECK(mono_now() >= due);
        if (++ticks == 50) return bounded.loop->exit(0);
        due += 3ms;
        timer.arm(due);
    });
    timer.arm(due);
    CHECK(bounded.run() == 0);
    CHECK(echoes.answered > 50);
    CHECK(bounded.loop->naps() > 0);
}

TEST_CASE("a loop takes no nap while somebody has no time for it", "[rt]") {
    BoundedLoop bounded;
    const Echoes echoes{*bounded.loop};
    rt::Urgency load = bounded.loop->urgency();
    load.set(rt::Haste::some);
    load.set(rt::Haste::utmost);
    rt::Timer timer = bounded.loop->add_timer([&] { bounded.loop->exit(0); });
    timer.arm(mono_now() + 50ms);
    CHECK(bounded.run() == 0);
    CHECK(echoes.answered > 50);
    CHECK(bounded.loop->naps() == 0);
}
