// The control socket: answers whoever the file's permissions let connect. Bounded in callers, bytes
// and time, so that no caller can hold the daemon up.
#pragma once

#include "net/unix_socket.hpp"
#include "rt/loop.hpp"
#include "status/varlink.hpp"

#include <list>
#include <memory>

namespace wyn::daemon {

class ControlServer {
public:
    using Status = std::function<std::string()>; // as JSON

    static Result<std::unique_ptr<ControlServer>> listen(rt::Loop& loop, const std::string& path,
                                                         Status status);

private:
    struct Caller {
        net::Fd socket;
        status::MessageReader reader;
        std::string unsent;
        rt::Io watch; // goes before socket
        rt::Timer idle;
        bool gone = false;
    };

    ControlServer(rt::Loop& loop, net::UnixListener listener, Status status)
        : loop_{loop}, listener_{std::move(listener)}, status_{std::move(status)} {}
    Result<void> watch();
    void on_caller();
    Result<void> serve(net::Fd socket);
    void on_event(Caller& caller, std::uint32_t events);
    bool read_from(Caller& caller);
    bool write_to(Caller& caller);
    void dismiss(Caller& caller);

    rt::Loop& loop_;
    net::UnixListener listener_;
    Status status_;
    rt::Io watch_;
    std::list<Caller> callers_;
    rt::Defer sweep_;
};

} // namespace wyn::daemon
