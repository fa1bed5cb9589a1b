// Processes of our own: the same program again, as a worker at the other end of a link.
//
// Never a fork of a threaded process: posix_spawn() of our own image, also when the file on disk
// has been replaced by an upgrade since. A worker gets everything it knows through its link, which
// is its descriptor 3. It inherits nothing else: stdin and stdout are /dev/null (stdout may be
// somebody's measurement result), stderr stays, every other descriptor is closed, the environment
// is empty (NOTIFY_SOCKET and the like are meant for the main process), no signal is blocked or
// ignored.
//
// A worker ends when its link says end of file, and for no gentler reason: Ctrl-C goes to a
// terminal's whole process group and systemd's SIGTERM to the whole control group, but only the
// main process can say goodbye to its peers, and it needs its workers for that. So become_worker()
// ignores SIGINT, SIGTERM and SIGHUP. SIGKILL is for those that hang; the kernel sends it as well,
// when the thread that started them has ended.
#pragma once

#include "net/fd.hpp"
#include "rt/link.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace wyn::rt {

// The descriptor of a worker's link, and the argument that tells the program to be one.
inline constexpr int worker_link_fd = 3;
inline constexpr const char* worker_argument = "--worker";

// A process that we started. Its object ends it: the destructor kills and reaps what still runs.
class Child {
public:
    // Runs this program as `name --worker` with `theirs` as its link; our copy of that end is
    // closed.
    static Result<Child> spawn_worker(const std::string& name, Link theirs);

    Child(Child&&) noexcept = default;
    Child& operator=(Child&& other) noexcept;
    ~Child();

    pid_t pid() const noexcept { return pid_; }
    // Becomes readable when the process has ended; the child keeps it.
    int pidfd() const noexcept { return pidfd_.get(); }

    // SIGKILL; no effect on one that has ended.
    void kill() noexcept;

    // How it ended, or nothing while it runs: "exit status 3", "killed by signal 9 (Killed)". Does
    // not wait. Says the same when asked again.
    std::optional<std::string> reap();

private:
    Child(pid_t pid, net::Fd pidfd) noexcept : pid_{pid}, pidfd_{std::move(pidfd)} {}
    void end() noexcept;

    pid_t pid_;
    net::Fd pidfd_;     // closed when moved from
    std::string ended_; // how; empty while it runs
};

// The first thing that a worker does: adopts its link, ignores the signals that are meant for the
// main process, and takes `name` as its name in process lists (at most 15 bytes are shown). An
// error when the program was started with --worker by hand.
Result<Link> become_worker(const std::string& name);

} // namespace wyn::rt
