#include "ctl/status_command.hpp"

#include "clock/system_clock.hpp"
#include "ctl/report_text.hpp"
#include "ctl/terminal.hpp"
#include "net/runtime_directory.hpp"
#include "net/unix_socket.hpp"
#include "status/varlink.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace wyn::ctl {

namespace {

constexpr Duration patience = 5s;
constexpr std::size_t longest_reply = 16 * 1024 * 1024; // 4096 sessions take about 2 MiB

Result<void> wait_for(int fd, short events, MonoTime until) {
    pollfd poll{.fd = fd, .events = events, .revents = 0};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - mono_now()).count();
    if (left > 0 && ::poll(&poll, 1, static_cast<int>(left)) > 0) return {};
    return fail(fmt::format("the daemon does not answer within {}", print_ns(patience.count())));
}

// It does so to callers beyond its sixteenth, and when it ends.
std::unexpected<Error> hung_up() {
    return fail("the daemon hung up without an answer");
}

Result<void> send_all(int fd, std::string_view text, MonoTime until) {
    while (!text.empty()) {
        if (auto ready = wait_for(fd, POLLOUT, until); !ready) return ready;
        const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return hung_up();
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return fail_errno(errno, "send");
        if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<std::string> receive_message(int fd, MonoTime until) {
    status::MessageReader reader;
    std::array<char, 65536> piece{};
    for (;;) {
        if (auto ready = wait_for(fd, POLLIN, until); !ready) return pass_on(ready);
        const ssize_t got = ::recv(fd, piece.data(), piece.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got == 0 || (got < 0 && errno == ECONNRESET)) return hung_up();
        if (got < 0) return fail_errno(errno, "receive");
        if (!reader.add({piece.data(), static_cast<std::size_t>(got)}, longest_reply))
            return fail("the daemon's answer is too long");
        if (auto message = reader.next()) return *message;
    }
}

Result<status::Status> ask(const std::string& path) {
    auto socket = net::connect_unix(path);
    if (!socket) return pass_on(socket);
    const MonoTime until = mono_now() + patience;
    if (auto sent = send_all(socket->get(), status::make_call(status::status_method), until); !sent)
        return pass_on(sent);
    auto message = receive_message(socket->get(), until);
    if (!message) return pass_on(message);
    const auto parameters = status::parse_reply(*message);
    if (!parameters) return std::unexpected{parameters.error()};
    return status::from_json(*parameters);
}

} // namespace

int run_status(const StatusOptions& options) {
    const std::string path =
        options.socket.empty() ? net::default_control_socket() : options.socket;
    auto status = path.empty()
                      ? Result<status::Status>{fail("there is no default control socket "
                                                    "for this user; name it: --socket PATH")}
                      : ask(path);
    if (!status) {
        const Failure failure{.code = ExitCode::unreachable,
                              .reason = "unreachable",
                              .sentence = status.error().what(),
                              .advice = {"systemctl status wyndrvrd tells whether it runs; its "
                                         "control_socket may be elsewhere: --socket PATH"}};
        std::fputs(failure_as_text(failure, style_of(STDERR_FILENO, options.ascii)).c_str(),
                   stderr);
        return static_cast<int>(failure.code);
    }
    if (options.json)
        std::puts(status::to_json(*status).c_str());
    else
        std::fputs(status_as_text(*status, style_of(STDOUT_FILENO, options.ascii)).c_str(), stdout);
    return 0;
}

} // namespace wyn::ctl
