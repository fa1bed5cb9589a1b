// Everything that one probe has to tell, as a value: reports for people and for programs print it.
// Pure.
#pragma once

#include "base/error.hpp"
#include "ctl/options.hpp"
#include "dgram/address.hpp"
#include "session/probe_result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wyn::ctl {

// The exit status of wyndrvrctl.
enum class ExitCode : int {
    measured = 0, // however bad the network is
    internal_error = 1,
    usage = 2,
    unreachable = 3,
    refused = 4,
    busy = 5,
    version = 6,
    partial = 7, // interrupted, or the peer vanished; what was measured is valid
};

// Why there is no complete result.
struct Failure {
    ExitCode code = ExitCode::internal_error;
    std::string reason;                    // one word, the same in JSON: "unreachable", "busy", ...
    std::string sentence;                  // what happened, and where
    std::vector<std::string> advice;       // what to do, one sentence each
    std::vector<std::string> details = {}; // what is wrong one by one, where there may be several
};

// One of several parallel flows.
struct Flow {
    std::uint64_t session = 0;
    session::ProbeResult result;
};

struct Report {
    ProbeOptions options;
    std::optional<dgram::Endpoint> server;
    std::optional<dgram::Endpoint> local;
    std::optional<dgram::Endpoint> seen_as; // `local`, as the server saw it
    std::string server_release;             // of its program; empty: not known
    std::uint64_t session = 0;              // 0: none was given
    std::array<std::uint16_t, 3> ports{};   // of the server, by session::PortRole
    WallTime start{};
    Duration took{};
    std::optional<session::ProbeResult> result;
    std::vector<Flow> flows; // of which `result` is the sum; empty when there was one only
    std::optional<Failure> failure;

    // Whether something on the way translates our address; nothing when that is not known.
    std::optional<bool> has_nat() const {
        if (!local || !seen_as) return std::nullopt;
        // Scopes are each host's own.
        return local->address.bytes != seen_as->address.bytes || local->port != seen_as->port;
    }
    ExitCode exit_code() const { return failure ? failure->code : ExitCode::measured; }
    bool complete() const { return result && result->end == wire::End::completed; }
};

// What should not happen on a sound host.
Failure internal_failure(const Error& error);

// How a session with a server ended.
struct SessionEnd {
    std::string host; // as it was named
    dgram::Endpoint server;
    std::array<std::uint16_t, 3> ports{}; // of the server, by session::PortRole
    std::array<bool, 3> port_reached{};   // "
    int network_error = 0;                // errno of the newest ICMP error on a port, 0: none
    wire::End end = wire::End::none;
    session::Terms terms;
};
// What that means, unless it was completed: nothing then. `measured`: there is something to show.
std::optional<Failure> judge(const SessionEnd& session, bool measured);

// What the result of a finished session means: nothing when all was measured that was asked for.
std::optional<Failure> judge(const Report& report);

// What a refusal of this server means. `rate`: what was asked for, if anything was.
Failure describe_refusal(const wire::Refuse& refuse, const dgram::Endpoint& server,
                         const NetworkOptions& options, const std::optional<BitRate>& rate);

// What is known of a server that never answered.
struct SilentContact {
    std::uint32_t hellos_sent = 0;
    bool heard_cookie = false; // it answers, but gives no session
    int network_error = 0;     // errno of the newest error, 0: none
    Duration waited{};
};
Failure describe_silence(const SilentContact& contact, const dgram::Endpoint& server,
                         const std::string& host);

} // namespace wyn::ctl
