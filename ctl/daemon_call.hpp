// Calls of the daemon of this host over its control socket. Failures are for people, ready to be
// printed.
#pragma once

#include "clock/time.hpp"
#include "ctl/options.hpp"
#include "ctl/report.hpp"
#include "net/fd.hpp"
#include "status/call.hpp"
#include "status/reply.hpp"
#include "status/varlink.hpp"

#include <expected>
#include <optional>
#include <string>

namespace wyn::ctl {

// One connection, on which one call after the other is made.
class DaemonCall {
public:
    static constexpr Duration patience = 5s;

    static std::expected<DaemonCall, Failure> connect(const DaemonOptions& options);

    std::expected<void, Failure> ask(const status::Request& request);
    // The next answer. None: `interrupt`, a descriptor, became readable before; -1 is none.
    std::expected<std::optional<status::Reply>, Failure> answer(Duration longest_wait,
                                                                int interrupt);
    // Both, for what is answered once.
    std::expected<status::Reply, Failure> call(status::Call call);

private:
    explicit DaemonCall(net::Fd socket) : socket_{std::move(socket)} {}

    net::Fd socket_;
    status::MessageReader reader_;
};

// The whole status of the daemon.
std::expected<status::Status, Failure> status_of(const status::Reply& reply);

// Prints it; the result is the exit status.
int give_up(const Failure& failure, const DaemonOptions& options);

} // namespace wyn::ctl
