#include "rt/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

extern "C" { // the header of glibc 2.36 does not say so itself
#include <sys/pidfd.h>
}

namespace wyn::rt {

namespace {

// What posix_spawn() is told about the child's descriptors.
class FileActions {
public:
    FileActions() { ::posix_spawn_file_actions_init(&raw_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { ::posix_spawn_file_actions_destroy(&raw_); }

    // The errno of what failed, or 0. dup2() of a descriptor onto itself clears its close-on-exec
    // flag here (glibc 2.29), so a link that happens to be descriptor 3 works too.
    int worker(int link) {
        if (const int e = ::posix_spawn_file_actions_adddup2(&raw_, link, worker_link_fd)) return e;
        if (const int e = ::posix_spawn_file_actions_addopen(&raw_, 0, "/dev/null", O_RDONLY, 0))
            return e;
        if (const int e = ::posix_spawn_file_actions_addopen(&raw_, 1, "/dev/null", O_WRONLY, 0))
            return e;
        return ::posix_spawn_file_actions_addclosefrom_np(&raw_, worker_link_fd + 1);
    }
    const posix_spawn_file_actions_t* get() const noexcept { return &raw_; }

private:
    posix_spawn_file_actions_t raw_{};
};

// And about its signals: none blocked, as our loop blocks some; all with their default action.
class Attributes {
public:
    Attributes() { ::posix_spawnattr_init(&raw_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { ::posix_spawnattr_destroy(&raw_); }

    int plain_signals() {
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        if (const int e = ::posix_spawnattr_setsigmask(&raw_, &none)) return e;
        if (const int e = ::posix_spawnattr_setsigdefault(&raw_, &all)) return e;
        return ::posix_spawnattr_setflags(&raw_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    const posix_spawnattr_t* get() const noexcept { return &raw_; }

private:
    posix_spawnattr_t raw_{};
};

// The process id, or the errno as a negative number.
pid_t spawn_self(const std::string& name, int link) {
    FileActions actions;
    if (const int error = actions.worker(link)) return -error;
    Attributes attributes;
    if (const int error = attributes.plain_signals()) return -error;
    std::string argv0 = name;
    std::string argv1 = worker_argument;
    const std::array<char*, 3> arguments{argv0.data(), argv1.data(), nullptr};
    const std::array<char*, 1> environment{nullptr};
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, "/proc/self/exe", actions.get(), attributes.get(),
                                    arguments.data(), environment.data());
    return error != 0 ? -error : pid;
}

std::string described(const siginfo_t& how) {
    if (how.si_code == CLD_EXITED) return fmt::format("exit status {}", how.si_status);
    const char* const name = ::sigdescr_np(how.si_status);
    return fmt::format("killed by signal {} ({})", how.si_status,
                       name == nullptr ? "unknown" : name);
}

// Waits with `options` added to WEXITED; nothing when it has not ended.
std::optional<siginfo_t> wait_for(int pidfd, int options) noexcept {
    siginfo_t how{};
    int waited = 0;
    do
        waited = ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &how, WEXITED | options);
    while (waited < 0 && errno == EINTR);
    if (waited < 0 || how.si_pid == 0) return std::nullopt;
    return how;
}

} // namespace

Result<Child> Child::spawn_worker(const std::string& name, Link theirs) {
    const pid_t pid = spawn_self(name, theirs.fd());
    if (pid < 0) return fail_errno(-pid, "start a worker process");
    net::Fd pidfd{::pidfd_open(pid, 0)}; // no other place reaps: the number is still its own
    if (!pidfd.is_open()) {
        const int error = errno;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return fail_errno(error, "start a worker process: pidfd_open");
    }
    return Child{pid, std::move(pidfd)};
}

Child& Child::operator=(Child&& other) noexcept {
    if (this == &other) return *this;
    end();
    pid_ = other.pid_;
    pidfd_ = std::move(other.pidfd_);
    ended_ = std::move(other.ended_);
    return *this;
}

Child::~Child() {
    end();
}

void Child::end() noexcept {
    if (!pidfd_.is_open() || !ended_.empty()) return;
    kill();
    wait_for(pidfd_.get(), 0);
}

void Child::kill() noexcept {
    if (pidfd_.is_open()) ::pidfd_send_signal(pidfd_.get(), SIGKILL, nullptr, 0);
}

std::optional<std::string> Child::reap() {
    if (ended_.empty() && pidfd_.is_open())
        if (const auto how = wait_for(pidfd_.get(), WNOHANG)) ended_ = described(*how);
    return ended_.empty() ? std::nullopt : std::optional{ended_};
}

Result<Link> become_worker(const std::string& name) {
    auto link = Link::adopt(worker_link_fd);
    if (!link) return link;
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        std::signal(number, SIG_IGN);
    ::prctl(PR_SET_NAME, name.c_str());
    // One that hangs does not see the end of its link, and its starter may have been killed.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return link;
}

} // namespace wyn::rt
