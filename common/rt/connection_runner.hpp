// Binds a client's connection to a loop, the link to the daemon and its three placed ports.
#pragma once

#include "rt/port_crew.hpp"
#include "rt/worker.hpp"
#include "session/server_connection.hpp"

namespace wyn::rt {

class ConnectionRunner final : public Runner {
public:
    using Function = std::move_only_function<void()>;

    // `sockets` are those of control, upload and download port. `on_end` is called once when the
    // link has closed; the runner may not be destroyed inside.
    static Result<std::unique_ptr<ConnectionRunner>>
    create(Loop& loop, Link& up, const std::string& program, std::vector<net::Fd> sockets,
           const session::ConnectionSetup& setup, Function on_end);

private:
    ConnectionRunner(Link& up, const session::ConnectionSetup& setup, Function on_end);
    Result<void> watch(Loop& loop);
    void on_link();
    void on_timer();
    // Carries out what the connection wants; the last thing that any event does.
    void settle();
    void end();

    Link& up_;
    Function on_end_;
    Duration worker_timeout_;
    session::ServerConnection connection_;
    session::ConnectionOutbox out_;
    Io link_watch_;
    Timer timer_;
    MonoTime next_check_;
    std::unique_ptr<PortCrew> ports_;
};

} // namespace wyn::rt
