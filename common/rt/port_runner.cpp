#include "rt/port_runner.hpp"

#include "clock/system_clock.hpp"

#include <sys/epoll.h>
#include <time.h>

#include <algorithm>

namespace wyn::rt {

namespace {

// One turn takes in this many trains at most, so that a flood cannot keep it from sending.
constexpr std::size_t most_trains_per_turn = 64;
// While the socket's buffer is full the deadlines of trains mean nothing.
constexpr Duration recheck_when_full = 1ms;

void sleep_for(Duration duration) {
    if (duration <= Duration::zero()) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    const timespec time{.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

} // namespace

Result<std::unique_ptr<PortRunner>> PortRunner::create(Loop& loop, Link& up, net::Fd socket,
                                                       const session::PortSetup& setup,
                                                       Function on_end) {
    std::unique_ptr<PortRunner> runner{
        new PortRunner{up, std::move(socket), setup, std::move(on_end)}};
    if (setup.side == session::Side::client)
        if (auto connected = runner->socket_.connect(setup.peer); !connected)
            return pass_on(connected);
    if (auto watched = runner->watch(loop); !watched) return pass_on(watched);
    runner->wait(true);
    return runner;
}

PortRunner::PortRunner(Link& up, net::Fd socket, const session::PortSetup& setup, Function on_end)
    : up_{up}, tuning_{setup.tuning}, on_end_{std::move(on_end)}, socket_{std::move(socket)},
      driver_{setup, mono_now(), random_, socket_} {}

Result<void> PortRunner::watch(Loop& loop) {
    auto link = loop.add_io(up_.fd(), EPOLLIN, [this](std::uint32_t) { on_link(); });
    auto socket = loop.add_io(socket_.fd(), EPOLLIN, [this](std::uint32_t) { turn(); });
    auto timer = loop.add_timer([this] { turn(); });
    if (!link) return pass_on(link);
    if (!socket) return pass_on(socket);
    if (!timer) return pass_on(timer);
    link_watch_ = std::move(*link);
    socket_watch_ = std::move(*socket);
    timer_ = std::move(*timer);
    return {};
}

void PortRunner::on_link() {
    for (;;) {
        const auto order = up_.receive<WorkerOrder>();
        if (order.state == LinkState::closed) return end();
        if (order.state == LinkState::empty) break;
        if (const auto* to_port = std::get_if<session::PortOrder>(&*order.message))
            driver_.on_order(mono_now(), *to_port);
    }
    turn();
}

void PortRunner::turn() {
    bool more = driver_.receive(mono_now(), most_trains_per_turn);
    sleep_for(tuning_.incoming_sleep);
    more = send_what_is_due() || more;
    sleep_for(tuning_.send_sleep);
    if (tell_news()) wait(more);
}

// Trains until none is due or the turn's time for sending is over; true in the latter case.
bool PortRunner::send_what_is_due() {
    const MonoTime began = mono_now();
    MonoTime now = began;
    while (driver_.send_train(now)) {
        now = mono_now();
        if (now - began >= tuning_.max_send_time) return true;
    }
    return false;
}

// False when the link is gone and with it this runner's purpose. A snapshot that finds no room is
// replaced by the next one; anything else must arrive, so a link without room is a broken one.
bool PortRunner::tell_news() {
    for (const session::PortNews& news : driver_.news()) {
        const LinkSent sent = up_.send(news);
        const bool may_be_lost = std::holds_alternative<session::PortSnapshot>(news);
        if (sent == LinkSent::closed || (sent == LinkSent::full && !may_be_lost)) {
            end();
            return false;
        }
    }
    driver_.clear_news();
    return true;
}

void PortRunner::wait(bool more) {
    const bool full = driver_.waits_for_room();
    if (full != watches_room_) {
        socket_watch_.watch(full ? EPOLLIN | EPOLLOUT : EPOLLIN);
        watches_room_ = full;
    }
    const MonoTime now = mono_now();
    MonoTime wake = driver_.due();
    if (full) wake = std::max(wake, now + recheck_when_full);
    if (tuning_.incoming_blocking_level)
        wake = std::min(wake, now + *tuning_.incoming_blocking_level);
    timer_.arm(more ? now : wake); // now: after those who are ready already
}

void PortRunner::end() {
    link_watch_.reset();
    socket_watch_.reset();
    timer_.reset();
    if (on_end_) std::exchange(on_end_, nullptr)();
}

} // namespace wyn::rt
