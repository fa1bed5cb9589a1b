// The control socket: answers whoever the file's permissions let connect, and does what root and
// the daemon's own user want changed. Bounded in callers, bytes and time, so that no caller can
// hold the daemon up, and none can keep the operator out.
#pragma once

#include "daemon/caller_places.hpp"
#include "daemon/operations.hpp"
#include "net/unix_socket.hpp"
#include "rt/loop.hpp"
#include "status/varlink.hpp"

#include <list>
#include <memory>
#include <optional>

namespace wyn::daemon {

class ControlServer {
public:
    static Result<std::unique_ptr<ControlServer>> listen(rt::Loop& loop, const std::string& path,
                                                         Operations& daemon);
    // On a socket that listens already, see net::UnixListener::adopt().
    static Result<std::unique_ptr<ControlServer>> serve(rt::Loop& loop, net::UnixListener listener,
                                                        Operations& daemon);

private:
    struct Caller {
        net::Fd socket;
        uid_t uid = 0;
        status::MessageReader reader;
        std::string unsent;
        std::optional<Duration> interval; // it watches
        rt::Io watch;                     // goes before socket
        rt::Timer deadline;
        rt::Timer tick;       // of who watches
        bool leaving = false; // has said all it will; goes when it has its answers
        bool gone = false;
    };

    ControlServer(rt::Loop& loop, net::UnixListener listener, Operations& daemon);
    Result<void> watch();
    void on_caller();
    void turn_away(const net::Fd& socket) const;
    void admit(net::Accepted accepted);
    void on_event(Caller& caller, std::uint32_t events);
    void on_tick(Caller& caller);
    bool read_from(Caller& caller);
    void answer(Caller& caller);
    bool write_to(Caller& caller);
    void settle(Caller& caller);
    void dismiss(Caller& caller);

    rt::Loop& loop_;
    net::UnixListener listener_;
    Operations& daemon_;
    CallerPlaces places_;
    rt::Io watch_;
    rt::Timer again_; // accepting, after it has failed
    std::list<Caller> callers_;
    rt::Defer sweep_;
};

} // namespace wyn::daemon
