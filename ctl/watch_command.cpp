#include "ctl/watch_command.hpp"

#include "ctl/daemon_call.hpp"
#include "ctl/terminal.hpp"
#include "ctl/watch_view.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace wyn::ctl {

namespace {

// Ctrl-C as a descriptor.
Result<net::Fd> interrupt_descriptor() {
    sigset_t set{};
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0)
        return fail_errno(error, "block SIGINT");
    return net::Fd::from_call(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
}

// On a terminal the newest status in one place, on a pipe one after the other.
class Screen {
public:
    explicit Screen(const WatchOptions& options)
        : json_{options.json}, in_place_{!json_ && is_terminal(STDOUT_FILENO)},
          view_{style_of(STDOUT_FILENO, options.ascii)} {}

    void show(const status::Status& status) {
        if (json_) return print_line(status::to_json(status));
        view_.update(status);
        if (in_place_)
            return live_.show(
                view_.lines(terminal_width(STDOUT_FILENO), terminal_height(STDOUT_FILENO) - 1));
        std::fputs(((is_first_ ? "" : "\n") + view_.page()).c_str(), stdout);
        std::fflush(stdout);
        is_first_ = false;
    }
    // The last one stays.
    void leave() { live_.leave(); }

private:
    bool json_;
    bool in_place_;
    bool is_first_ = true;
    WatchView view_;
    LiveLines live_{stdout};
};

std::expected<void, Failure> watch(DaemonCall& daemon, const WatchOptions& options, int interrupt,
                                   Screen& screen) {
    const auto interval = std::chrono::duration_cast<std::chrono::milliseconds>(options.interval);
    if (auto asked = daemon.ask({.call = status::Watch{interval}, .more = true}); !asked)
        return asked;
    for (;;) {
        const auto reply = daemon.answer(options.interval + DaemonCall::patience, interrupt);
        if (!reply) return std::unexpected{reply.error()};
        if (!*reply) return {};
        const auto status = status_of(**reply);
        if (!status) return std::unexpected{status.error()};
        screen.show(*status);
    }
}

} // namespace

int run_watch(const WatchOptions& options) {
    const auto interrupt = interrupt_descriptor();
    if (!interrupt) return give_up(internal_failure(interrupt.error()), options);
    auto daemon = DaemonCall::connect(options);
    if (!daemon) return give_up(daemon.error(), options);
    Screen screen{options};
    const auto watched = watch(*daemon, options, interrupt->get(), screen);
    screen.leave();
    return watched ? 0 : give_up(watched.error(), options);
}

} // namespace wyn::ctl
