// The service manager that started us, systemd or whoever speaks its protocol (sd_listen_fds(3),
// sd_notify(3)): which sockets it hands us, and what we tell it. Without one all of this does
// nothing.
//
// It may be stopped or slow, and must not hold up a measurement then: nothing here waits for it.
// What it does not take at once is said again later. (libsystemd's sd_notify() would wait.)
#pragma once

#include "net/fd.hpp"
#include "rt/loop.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::rt {

// A socket that the service manager has made for us, or has kept since an earlier run.
struct InheritedSocket {
    std::string name; // FileDescriptorName= of the socket unit, or that of ServiceManager::keep()
    net::Fd socket;   // closed on exec, like all of ours
};

// Those of this process. Only the first call finds any. Errors: an environment that lies about
// them.
Result<std::vector<InheritedSocket>> inherited_sockets();

// What the environment says of the service manager.
struct ServiceEnvironment {
    std::string notify_socket; // NOTIFY_SOCKET: a path, or a name behind '@'; empty: nobody listens
    std::optional<Duration> watchdog; // WATCHDOG_USEC: longer silences end us; none: no watchdog
};

// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. What makes no sense is taken as not there.
ServiceEnvironment service_environment();
// `usec` and `pid` are the values of WATCHDOG_USEC and WATCHDOG_PID, null where they are not set.
std::optional<Duration> watchdog_of(const char* usec, const char* pid, pid_t self);

class ServiceManager {
public:
    // Feeds the watchdog from now on, each time from a turn of the loop, so that a loop that hangs
    // is noticed. Errors: no resources for a socket.
    static Result<std::unique_ptr<ServiceManager>> contact(Loop& loop,
                                                           const ServiceEnvironment& environment);

    void ready();                     // after the start, and after reloading()
    void reloading();                 // until ready()
    void stopping(Duration patience); // ends within about this long
    void status(std::string text);    // one line, shown by systemctl status; the newest counts
    void keep(std::string_view name, int fd); // a duplicate, for our next run (FDSTORE=1)
    void forget(std::string_view name);       // closes what it kept under this name

private:
    struct Notice {
        std::string text;
        net::Fd fd; // travels with it; not open: none
    };
    enum class Outcome : std::uint8_t { done, later };

    ServiceManager(Loop& loop, const ServiceEnvironment& environment);
    void say(std::string text, net::Fd fd = {});
    Outcome send(std::string_view text, int fd) const;
    void flush();
    void feed_watchdog();

    std::string address_;
    net::Fd socket_;
    std::deque<Notice> unsent_;
    std::string unsent_status_; // empty: none
    std::string last_status_;
    Duration feed_every_ = Duration::max();
    Timer retry_;
    Timer feed_;
};

} // namespace wyn::rt
