#include "rt/test_worker.hpp"

#include "rt/child.hpp"
#include "waiting.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>

namespace wyn::edge {

namespace {

bool ignores(int number) {
    struct sigaction now{};
    ::sigaction(number, nullptr, &now);
    return now.sa_handler == SIG_IGN;
}

bool is_null_device(int fd) {
    struct stat found{};
    return ::fstat(fd, &found) == 0 && found.st_rdev == ::makedev(1, 3);
}

std::int32_t count_blocked() {
    sigset_t blocked;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    std::int32_t count = 0;
    for (int number = 1; number <= 64; ++number)
        count += ::sigismember(&blocked, number) == 1 ? 1 : 0;
    return count;
}

std::int32_t count_variables() {
    std::int32_t count = 0;
    for (char** variable = environ; *variable != nullptr; ++variable)
        ++count;
    return count;
}

Description describe_self(int link_fd) {
    Description self;
    for (int fd = 0; fd < 1024; ++fd)
        if (::fcntl(fd, F_GETFD) >= 0) {
            ++self.open_descriptors;
            self.highest_descriptor = fd;
        }
    self.variables = count_variables();
    self.blocked_signals = count_blocked();
    self.ignores_interrupt = ignores(SIGINT);
    self.ignores_terminate = ignores(SIGTERM);
    self.ignores_hang_up = ignores(SIGHUP);
    self.link_closes_on_exec = ::fcntl(link_fd, F_GETFD) == FD_CLOEXEC;
    self.standard_input_is_null = is_null_device(0);
    self.standard_output_is_null = is_null_device(1);
    ::prctl(PR_GET_NAME, self.name);
    return self;
}

// The next order; nothing at the end of file.
std::optional<Order> next_order(rt::Link& link) {
    for (;;) {
        const auto got = link.receive<Order>();
        if (got.state == rt::LinkState::message) return got.message;
        if (got.state == rt::LinkState::closed || !readable(link.fd(), 30s)) return std::nullopt;
    }
}

} // namespace

int run_test_worker() {
    auto link = rt::become_worker("edge-worker");
    if (!link) {
        std::fprintf(stderr, "%s\n", link.error().what().c_str());
        return 2;
    }
    while (const auto order = next_order(*link)) {
        switch (order->task) {
        case Task::echo: link->send(*order); break;
        case Task::exit_with: return order->value;
        case Task::signal_itself: ::raise(order->value); break;
        case Task::describe_self: link->send(describe_self(link->fd())); break;
        }
    }
    return 0;
}

} // namespace wyn::edge
