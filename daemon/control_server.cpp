#include "daemon/control_server.hpp"

#include "clock/system_clock.hpp"
#include "daemon/control_calls.hpp"
#include "status/call.hpp"
#include "status/reply.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace wyn::daemon {

namespace {

// For a whole message to come, and for some of an answer to go.
constexpr Duration patience = 10s;
constexpr Duration accept_pause = 1s; // when the host has no descriptor for a caller
// Whoever is in the file's group may ask; who that is decides the directory's owner.
constexpr mode_t socket_mode = 0660;

} // namespace

ControlServer::ControlServer(rt::Loop& loop, net::UnixListener listener, Operations& daemon)
    : loop_{loop}, listener_{std::move(listener)}, daemon_{daemon}, places_{::geteuid()} {}

Result<std::unique_ptr<ControlServer>>
ControlServer::listen(rt::Loop& loop, const std::string& path, Operations& daemon) {
    auto listener = net::UnixListener::listen(path, socket_mode);
    if (!listener) return pass_on(listener);
    return serve(loop, std::move(*listener), daemon);
}

Result<std::unique_ptr<ControlServer>>
ControlServer::serve(rt::Loop& loop, net::UnixListener listener, Operations& daemon) {
    std::unique_ptr<ControlServer> server{new ControlServer{loop, std::move(listener), daemon}};
    if (auto watched = server->watch(); !watched) return pass_on(watched);
    return server;
}

Result<void> ControlServer::watch() {
    auto io = loop_.add_io(listener_.fd(), EPOLLIN, [this](std::uint32_t) { on_caller(); });
    if (!io) return pass_on(io);
    watch_ = std::move(*io);
    again_ = loop_.add_timer([this] { watch_.watch(EPOLLIN); });
    sweep_ = loop_.add_defer(
        [this] { std::erase_if(callers_, [](const Caller& caller) { return caller.gone; }); });
    return {};
}

// One at a time: who connects again and again gets no more turns of the loop than others.
void ControlServer::on_caller() {
    auto accepted = listener_.accept();
    if (!accepted) { // out of descriptors: it would fail again at once
        watch_.watch(0);
        again_.arm(mono_now() + accept_pause);
        return;
    }
    if (!*accepted) return;
    if (!places_.take((*accepted)->caller.uid)) return turn_away((*accepted)->socket);
    admit(std::move(**accepted));
}

void ControlServer::turn_away(const net::Fd& socket) const {
    const std::string answer = status::refuse_caller();
    static_cast<void>(
        ::send(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

void ControlServer::admit(net::Accepted accepted) {
    Caller& caller = callers_.emplace_back();
    caller.socket = std::move(accepted.socket);
    caller.uid = accepted.caller.uid;
    auto io = loop_.add_io(caller.socket.get(), EPOLLIN,
                           [this, &caller](std::uint32_t events) { on_event(caller, events); });
    if (!io) { // no resources for another caller
        places_.give_back(caller.uid);
        callers_.pop_back();
        return;
    }
    caller.watch = std::move(*io);
    caller.deadline = loop_.add_timer([this, &caller] { dismiss(caller); });
    caller.tick = loop_.add_timer([this, &caller] { on_tick(caller); });
    caller.deadline.arm(mono_now() + patience);
}

void ControlServer::on_event(Caller& caller, std::uint32_t events) {
    const bool hung_up = (events & (EPOLLHUP | EPOLLERR)) != 0;
    const bool readable = (events & EPOLLIN) != 0 && !caller.leaving;
    if (hung_up || (readable && !read_from(caller))) return dismiss(caller);
    settle(caller);
}

// Slow readers get fewer.
void ControlServer::on_tick(Caller& caller) {
    caller.tick.arm(mono_now() + *caller.interval);
    if (!caller.unsent.empty()) return;
    caller.unsent = next_of_watch(daemon_);
    caller.deadline.arm(mono_now() + patience);
    settle(caller);
}

// Sends what can be sent, and answers one call in a turn of the loop. Nothing more is read before
// the answer has gone, so nobody's answers heap up.
void ControlServer::settle(Caller& caller) {
    if (!write_to(caller)) return dismiss(caller);
    if (caller.unsent.empty()) answer(caller);
    if (!write_to(caller)) return dismiss(caller);
    const bool is_busy = !caller.unsent.empty() || caller.reader.has_message();
    const bool breaks_off = caller.interval && caller.reader.holds_something();
    if ((caller.leaving && !is_busy) || breaks_off) return dismiss(caller);
    caller.watch.watch(is_busy ? EPOLLOUT : EPOLLIN);
    if (caller.interval && !is_busy) caller.deadline.disarm();
}

// False when the caller has gone or misbehaves.
bool ControlServer::read_from(Caller& caller) {
    std::array<char, 4096> piece{};
    const ssize_t got = ::recv(caller.socket.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    caller.leaving = got == 0;
    // A watch ends when its caller hangs up, and nothing can follow it.
    if (caller.interval) return false;
    if (!caller.reader.holds_something()) caller.deadline.arm(mono_now() + patience);
    return caller.reader.add({piece.data(), static_cast<std::size_t>(got)},
                             status::longest_message);
}

void ControlServer::answer(Caller& caller) {
    if (caller.interval) return;
    const auto message = caller.reader.next();
    if (!message) return;
    Answer answer = answer_call(
        *message, {.uid = caller.uid, .may_change = places_.is_operator(caller.uid)}, daemon_);
    caller.unsent = std::move(answer.bytes);
    caller.interval = answer.watch;
    const MonoTime now = mono_now();
    caller.deadline.arm(now + patience);
    if (caller.interval) caller.tick.arm(now + *caller.interval);
}

bool ControlServer::write_to(Caller& caller) {
    if (caller.unsent.empty()) return true;
    const ssize_t sent = ::send(caller.socket.get(), caller.unsent.data(), caller.unsent.size(),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    caller.unsent.erase(0, static_cast<std::size_t>(sent));
    caller.deadline.arm(mono_now() + patience);
    return true;
}

void ControlServer::dismiss(Caller& caller) {
    if (std::exchange(caller.gone, true)) return;
    caller.watch.reset();
    caller.deadline.reset();
    caller.tick.reset();
    places_.give_back(caller.uid);
    sweep_.soon(); // its object lives until its functions have returned
}

} // namespace wyn::daemon
