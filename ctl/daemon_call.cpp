#include "ctl/daemon_call.hpp"

#include "clock/system_clock.hpp"
#include "ctl/daemon_failure.hpp"
#include "ctl/report_text.hpp"
#include "ctl/terminal.hpp"
#include "net/runtime_directory.hpp"
#include "net/unix_socket.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

namespace wyn::ctl {

namespace {

constexpr std::size_t longest_reply = 16 * 1024 * 1024; // 4096 sessions take about 2 MiB
constexpr Duration longest_poll = 24h;                  // poll() takes an int of milliseconds
constexpr auto turn = std::chrono::milliseconds{20};

std::unexpected<Failure> unreachable(const Error& error) {
    return std::unexpected{describe_unreachable(error)};
}

// It does so when it ends, and to who breaks its rules.
std::unexpected<Failure> hung_up() {
    return unreachable(Error{"the daemon hung up without an answer"});
}

// Whether `fd` is ready before `interrupt` is.
std::expected<bool, Failure> wait_for(int fd, short events, int interrupt, MonoTime until) {
    std::array<pollfd, 2> polls{{{.fd = fd, .events = events, .revents = 0},
                                 {.fd = interrupt, .events = POLLIN, .revents = 0}}};
    for (;;) {
        const Duration left = std::clamp(until - mono_now(), Duration{0}, longest_poll);
        const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        const int ready = ::poll(polls.data(), polls.size(), static_cast<int>(ms));
        if (ready > 0) return polls[1].revents == 0;
        if (ready < 0 && errno != EINTR) return unreachable(Error::from_errno(errno, "poll"));
        if (mono_now() >= until) return unreachable(Error{"the daemon does not answer in time"});
    }
}

} // namespace

std::expected<DaemonCall, Failure> DaemonCall::connect(const DaemonOptions& options) {
    const std::string path = options.socket.empty() ? net::control_socket_to_ask() : options.socket;
    auto socket = net::connect_unix(path);
    // More are waiting to be accepted than the kernel lets wait: a crowd, which may be another
    // user's, and which the daemon turns away as fast as it can.
    const MonoTime until = mono_now() + patience;
    while (!socket && socket.error().is(std::errc::resource_unavailable_try_again) &&
           mono_now() < until) {
        ::poll(nullptr, 0, static_cast<int>(turn.count()));
        socket = net::connect_unix(path);
    }
    if (!socket) return unreachable(socket.error());
    return DaemonCall{std::move(*socket)};
}

std::expected<void, Failure> DaemonCall::ask(const status::Request& request) {
    const std::string message = status::encode_request(request);
    const MonoTime until = mono_now() + patience;
    for (std::string_view text = message; !text.empty();) {
        if (auto ready = wait_for(socket_.get(), POLLOUT, -1, until); !ready)
            return std::unexpected{std::move(ready.error())};
        const ssize_t sent =
            ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        // Who has hung up may have said why, which answer() reads.
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return {};
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return unreachable(Error::from_errno(errno, "send"));
        if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

std::expected<std::optional<status::Reply>, Failure> DaemonCall::answer(Duration longest_wait,
                                                                        int interrupt) {
    const MonoTime until = saturating_add(mono_now(), longest_wait);
    std::array<char, 65536> piece{};
    for (;;) {
        if (const auto message = reader_.next()) {
            auto reply = status::parse_reply(*message);
            if (!reply) return std::unexpected{describe_misunderstanding(reply.error())};
            if (!*reply) return std::unexpected{describe_error(reply->error())};
            return std::move(**reply);
        }
        const auto ready = wait_for(socket_.get(), POLLIN, interrupt, until);
        if (!ready) return std::unexpected{ready.error()};
        if (!*ready) return std::nullopt;
        const ssize_t got = ::recv(socket_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got == 0 || (got < 0 && errno == ECONNRESET)) return hung_up();
        if (got < 0) return unreachable(Error::from_errno(errno, "receive"));
        if (!reader_.add({piece.data(), static_cast<std::size_t>(got)}, longest_reply))
            return std::unexpected{
                describe_misunderstanding(Error{"the daemon's answer is too long"})};
    }
}

std::expected<status::Reply, Failure> DaemonCall::call(status::Call call) {
    if (auto asked = ask({.call = std::move(call)}); !asked)
        return std::unexpected{std::move(asked.error())};
    auto answered = answer(patience, -1);
    if (!answered) return std::unexpected{std::move(answered.error())};
    return std::move(**answered);
}

std::expected<status::Status, Failure> status_of(const status::Reply& reply) {
    auto status = status::from_json(reply.parameters);
    if (!status) return std::unexpected{describe_misunderstanding(status.error())};
    return std::move(*status);
}

int give_up(const Failure& failure, const DaemonOptions& options) {
    std::fputs(failure_as_text(failure, style_of(STDERR_FILENO, options.ascii)).c_str(), stderr);
    return static_cast<int>(failure.code);
}

} // namespace wyn::ctl
