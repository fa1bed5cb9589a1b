#include "rt/port_runner.hpp"

#include "clock/system_clock.hpp"

#include <sys/epoll.h>

#include <algorithm>

namespace wyn::rt {

namespace {

// One turn takes in so many trains of a load at most, so that a flood cannot keep it from sending.
constexpr std::size_t most_trains_per_turn = 64;
// Probes and beats come one by one: to look for a second costs a system call each time, and if it
// is there the loop says so. But a loop that is so late, more than its longest nap, has much to do,
// and must take in all there is to catch up.
constexpr std::size_t trains_per_turn_unloaded = 1;
constexpr Duration late = 25ms;
// While a nap brings at least two trains the socket is not watched: the sender pays for each
// wake-up of a blocked receiver, and on one machine that costs up to a fifth of the rate (measured
// over loopback and veth). The buffer must hold what comes in a nap, which may last for 150 us:
// with the 208 KiB that Linux gives by default half of the load was lost at full speed.
constexpr Duration nap = 50us;
constexpr std::size_t trains_worth_a_nap = 2;
constexpr std::uint64_t smallest_buffer_to_nap = 4 * 1024 * 1024; // as the kernel counts
// While the socket's buffer is full the deadlines of trains mean nothing.
constexpr Duration recheck_when_full = 1ms;

} // namespace

bool may_nap_in_load(const session::Tuning& tuning, const dgram::Capabilities& door) {
    return tuning.incoming_blocking_level.value_or(nap) >= nap &&
           door.receive_buffer_bytes >= smallest_buffer_to_nap;
}

Result<std::unique_ptr<PortRunner>> PortRunner::create(Loop& loop, Link& up, net::Fd socket,
                                                       const session::PortSetup& setup,
                                                       Function on_end) {
    std::unique_ptr<PortRunner> runner{
        new PortRunner{up, std::move(socket), setup, std::move(on_end)}};
    if (setup.side == session::Side::client)
        if (auto connected = runner->socket_.connect(setup.peer); !connected)
            return pass_on(connected);
    if (auto watched = runner->watch(loop); !watched) return pass_on(watched);
    runner->wait(mono_now(), true);
    return runner;
}

PortRunner::PortRunner(Link& up, net::Fd socket, const session::PortSetup& setup, Function on_end)
    : up_{up}, tuning_{setup.tuning}, on_end_{std::move(on_end)},
      socket_{std::move(socket), setup.lent_socket ? net::Tie::own : net::Tie::kernel},
      gauge_{socket_.fd()}, driver_{setup, mono_now(), random_, socket_, gauge_},
      may_nap_{may_nap_in_load(tuning_, socket_.capabilities())} {}

Result<void> PortRunner::watch(Loop& loop) {
    auto link = loop.add_io(up_.fd(), EPOLLIN, [this](std::uint32_t) { on_link(); });
    watched_ = EPOLLIN;
    auto socket =
        loop.add_io(socket_.fd(), watched_, [this](std::uint32_t events) { on_socket(events); });
    auto spin = loop.add_spin([this] { turn(); });
    if (!link) return pass_on(link);
    if (!socket) return pass_on(socket);
    if (!spin) return pass_on(spin);
    link_watch_ = std::move(*link);
    socket_watch_ = std::move(*socket);
    timer_ = loop.add_timer([this] { turn(); });
    spin_ = std::move(*spin);
    urgency_ = loop.urgency();
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

void PortRunner::on_socket(std::uint32_t events) {
    if ((events & EPOLLERR) != 0) socket_.on_error_event();
    turn();
}

void PortRunner::turn() {
    const MonoTime now = mono_now();
    const bool loaded = driver_.session().is_receiving();
    const bool many = loaded || driver_.waited() > late;
    const std::size_t most = many ? most_trains_per_turn : trains_per_turn_unloaded;
    const std::size_t trains = driver_.receive(now, most);
    const Haste wanted = haste(now);
    urgency_.set(wanted);
    if (wanted == Haste::none) {
        socket_.release_memory();
        driver_.release_memory();
    }
    napping_ = loaded && may_nap_ && trains >= trains_worth_a_nap;
    bool more = many && trains == most;
    sleep_for(tuning_.incoming_sleep);
    more = send_what_is_due() || more;
    if (driver_.session().wants_clock(now)) driver_.on_clock(read_clocks());
    sleep_for(tuning_.send_sleep);
    if (tell_news()) wait(now, more);
}

// A port that takes in a load naps by itself, as long as its buffer can bear.
Haste PortRunner::haste(MonoTime now) const {
    if (driver_.session().is_receiving()) return Haste::utmost;
    return driver_.session().rests(now) ? Haste::none : Haste::some;
}

// Trains until none is due or the turn's time for sending is over; true in the latter case.
bool PortRunner::send_what_is_due() {
    if (!driver_.session().is_sending()) return false;
    const MonoTime began = mono_now();
    for (;;) {
        const MonoTime now = spin_until_due();
        if (now - began >= tuning_.max_send_time) return true;
        if (!driver_.send_train(now)) return false;
    }
}

// The time it is when the next train is due, if that is near and worth spinning; the time now.
MonoTime PortRunner::spin_until_due() const {
    const Duration spin = driver_.spin();
    const MonoTime due = driver_.train_due();
    MonoTime now = mono_now();
    if (due - now <= spin)
        while (now < due)
            now = mono_now();
    return now;
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

// `now` is when the turn began.
void PortRunner::wait(MonoTime now, bool more) {
    watch_socket();
    const bool spins = more || tuning_.incoming_blocking_level == Duration::zero();
    spin_.on(spins);
    if (spins) return;
    MonoTime wake = driver_.due();
    if (const Duration spin = driver_.spin(); spin > Duration::zero())
        wake = std::min(wake, driver_.train_due() - spin);
    if (driver_.waits_for_room()) wake = std::max(wake, now + recheck_when_full);
    if (napping_) wake = std::min(wake, mono_now() + nap);
    if (tuning_.incoming_blocking_level)
        wake = std::min(wake, mono_now() + *tuning_.incoming_blocking_level);
    timer_.arm(wake);
}

void PortRunner::watch_socket() {
    const std::uint32_t wanted =
        (napping_ ? 0U : EPOLLIN) | (driver_.waits_for_room() ? EPOLLOUT : 0U);
    if (wanted == watched_) return;
    socket_watch_.watch(wanted);
    watched_ = wanted;
}

void PortRunner::end() {
    link_watch_.reset();
    socket_watch_.reset();
    timer_.reset();
    spin_.reset();
    urgency_.set(Haste::none);
    if (on_end_) std::exchange(on_end_, nullptr)();
}

} // namespace wyn::rt
