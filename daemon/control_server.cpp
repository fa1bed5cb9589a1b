#include "daemon/control_server.hpp"

#include "clock/system_clock.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace wyn::daemon {

namespace {

constexpr std::size_t most_callers = 16;
constexpr Duration patience = 10s; // without a byte from or to the caller
constexpr std::size_t most_unsent_bytes = 1024 * 1024;
// Whoever is in the file's group may ask; who that is decides the directory's owner.
constexpr mode_t socket_mode = 0660;

} // namespace

Result<std::unique_ptr<ControlServer>>
ControlServer::listen(rt::Loop& loop, const std::string& path, Status status) {
    auto listener = net::UnixListener::listen(path, socket_mode);
    if (!listener) return pass_on(listener);
    std::unique_ptr<ControlServer> server{
        new ControlServer{loop, std::move(*listener), std::move(status)}};
    if (auto watched = server->watch(); !watched) return pass_on(watched);
    return server;
}

Result<void> ControlServer::watch() {
    auto io = loop_.add_io(listener_.fd(), EPOLLIN, [this](std::uint32_t) { on_caller(); });
    if (!io) return pass_on(io);
    watch_ = std::move(*io);
    sweep_ = loop_.add_defer([this] {
        std::erase_if(callers_, [](const Caller& caller) { return caller.gone; });
        watch_.watch(EPOLLIN);
    });
    return {};
}

void ControlServer::on_caller() {
    auto accepted = listener_.accept();
    if (!accepted) { // out of descriptors: later, when a caller has gone
        if (!callers_.empty()) watch_.watch(0);
        return;
    }
    // Those who have hung up in this turn of the loop are still in the list.
    const auto there = std::ranges::count(callers_, false, &Caller::gone);
    if (!*accepted || static_cast<std::size_t>(there) >= most_callers) return; // one too many
    static_cast<void>(serve(std::move((*accepted)->socket)));
}

Result<void> ControlServer::serve(net::Fd socket) {
    Caller& caller = callers_.emplace_back();
    caller.socket = std::move(socket);
    auto io = loop_.add_io(caller.socket.get(), EPOLLIN,
                           [this, &caller](std::uint32_t events) { on_event(caller, events); });
    if (!io) {
        callers_.pop_back();
        return fail("no resources for another caller");
    }
    caller.watch = std::move(*io);
    caller.idle = loop_.add_timer([this, &caller] { dismiss(caller); });
    caller.idle.arm(mono_now() + patience);
    return {};
}

void ControlServer::on_event(Caller& caller, std::uint32_t events) {
    const bool hung_up = (events & (EPOLLHUP | EPOLLERR)) != 0;
    const bool readable = (events & EPOLLIN) != 0;
    if (hung_up || (readable && !read_from(caller)) || !write_to(caller)) return dismiss(caller);
    caller.idle.arm(mono_now() + patience);
    caller.watch.watch(caller.unsent.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

// False when the caller has gone or misbehaves.
bool ControlServer::read_from(Caller& caller) {
    std::array<char, 4096> piece{};
    const ssize_t got = ::recv(caller.socket.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    if (!caller.reader.add({piece.data(), static_cast<std::size_t>(got)}, status::longest_message))
        return false;
    while (const auto message = caller.reader.next()) {
        caller.unsent += status::answer_call(*message, status_);
        if (caller.unsent.size() > most_unsent_bytes) return false;
    }
    return true;
}

bool ControlServer::write_to(Caller& caller) {
    if (caller.unsent.empty()) return true;
    const ssize_t sent = ::send(caller.socket.get(), caller.unsent.data(), caller.unsent.size(),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    caller.unsent.erase(0, static_cast<std::size_t>(sent));
    return true;
}

void ControlServer::dismiss(Caller& caller) {
    caller.watch.reset();
    caller.idle.reset();
    caller.gone = true;
    sweep_.soon(); // its object lives until its functions have returned
}

} // namespace wyn::daemon
