// The sentences of what went wrong.
#include "ctl/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstring>

namespace wyn::ctl {

namespace {

std::string in_seconds(std::uint32_t ms) {
    return fmt::format("{} s", (ms + 999) / 1000);
}

std::string named(const std::string& host, const dgram::Endpoint& server) {
    const std::string address = dgram::print(server);
    return host == dgram::print(server.address) ? address : fmt::format("{} ({})", host, address);
}

const std::string start_advice = "On that host: systemctl enable --now wyndrvrd";
const std::string firewall_advice =
    "Open its UDP port (firewalld: firewall-cmd --add-port=PORT/udp; ufw: ufw allow PORT/udp).";

std::string with_port(std::string text, std::uint16_t port) {
    for (auto at = text.find("PORT"); at != std::string::npos; at = text.find("PORT", at))
        text.replace(at, 4, std::to_string(port));
    return text;
}

// The ports that did not answer, "upload and download".
std::string unreached(const std::array<bool, 3>& reached) {
    std::vector<std::string_view> names;
    for (const session::PortRole role : session::port_roles)
        if (!reached[static_cast<std::size_t>(role)]) names.push_back(session::name(role));
    return fmt::format("{}", fmt::join(names, ", "));
}

Failure describe_half_open(const session::ProbeResult& result) {
    return {.code = ExitCode::unreachable,
            .reason = "ports_unreachable",
            .sentence = fmt::format("the server gave a session, but these of its three ports do "
                                    "not answer: {}",
                                    unreached(result.port_reached)),
            .advice = {"Let UDP pass to the server's port_ranges (by default 7000-8000) on every "
                       "firewall on the way."}};
}

} // namespace

std::optional<Failure> judge(const session::ProbeResult& result) {
    if (result.end == wire::End::completed) {
        for (const auto* direction : {&result.down, &result.up})
            if (*direction && (*direction)->end != wire::End::completed)
                return Failure{
                    .code = ExitCode::partial,
                    .reason = std::string{wire::name((*direction)->end)},
                    .sentence = fmt::format(
                        "the {} ended early: {}",
                        (*direction)->direction == wire::Direction::up ? "upload" : "download",
                        wire::sentence((*direction)->end)),
                    .advice = {}};
        return std::nullopt;
    }
    if (result.end == wire::End::half_open) return describe_half_open(result);
    const bool has_something = result.idle || result.down || result.up;
    Failure failure{.code = has_something ? ExitCode::partial : ExitCode::unreachable,
                    .reason = std::string{wire::name(result.end)},
                    .sentence =
                        fmt::format("the session ended early: {}", wire::sentence(result.end)),
                    .advice = {}};
    if (result.end == wire::End::interrupted) failure.code = ExitCode::partial;
    if (result.end == wire::End::worker_failed)
        failure.advice = {"Try again; the server's journal says what happened to its worker."};
    if (result.end == wire::End::shutting_down) failure.advice = {"Try again in a few seconds."};
    if (result.end == wire::End::peer_silent)
        failure.advice = {"The server or the path to it is gone: try again, or watch the path with "
                          "ping."};
    return failure;
}

Failure describe_refusal(const wire::Refuse& refuse, const dgram::Endpoint& server,
                         const ProbeOptions& options) {
    using wire::Refusal;
    const std::string where = named(options.host, server);
    const std::string again =
        refuse.retry_after_ms == 0
            ? ""
            : fmt::format("; retry after {}", in_seconds(refuse.retry_after_ms));
    Failure failure{.code = ExitCode::refused,
                    .reason = std::string{wire::name(refuse.code)},
                    .sentence = {},
                    .advice = {}};
    const auto say = [&](std::string what) {
        failure.sentence = fmt::format("{}: {}", where, what);
    };
    switch (refuse.code) {
    case Refusal::busy:
        failure.code = ExitCode::busy;
        say(fmt::format("server busy: {}/{} sessions{}", refuse.have, refuse.limit, again));
        break;
    case Refusal::per_address:
        failure.code = ExitCode::busy;
        say(fmt::format("{} from your address are running (limit {}){}",
                        count_of(refuse.have, "session"), refuse.limit, again));
        break;
    case Refusal::rate_budget:
        failure.code = ExitCode::busy;
        say(fmt::format("{} of the server's {} are free{}", print(BitRate{refuse.have}),
                        print(BitRate{refuse.limit}), again));
        if (options.rate && refuse.have >= 1'000'000)
            failure.advice = {fmt::format("Ask for less: -b {}M", refuse.have / 1'000'000)};
        break;
    case Refusal::no_ports:
        failure.code = ExitCode::busy;
        say(fmt::format("the server has no three free ports ({} of {}){}", refuse.have,
                        refuse.limit, again));
        failure.advice = {"On the server: widen port_ranges."};
        break;
    case Refusal::no_worker:
        failure.code = ExitCode::busy;
        say(fmt::format("the server's host gives no further process or thread{}", again));
        break;
    case Refusal::shutting_down:
        failure.code = ExitCode::busy;
        say(fmt::format("the server restarts{}", again));
        break;
    case Refusal::unsupported:
        failure.code = ExitCode::version;
        say(fmt::format("the server does not know required extension 0x{:04x}", refuse.detail));
        break;
    case Refusal::version:
        failure.code = ExitCode::version;
        say(fmt::format("the server speaks versions {}-{} of the protocol, this client {}-{}",
                        refuse.version_min, refuse.version_max, wire::protocol_version,
                        wire::protocol_version));
        failure.advice = {"Update the older of the two."};
        break;
    case Refusal::not_authorised:
        say(options.key_file.empty()
                ? "the key was not accepted"
                : fmt::format("the key in {} was not accepted", options.key_file));
        failure.advice = {"Compare it with the server's key_file: id and key must both be there."};
        break;
    case Refusal::anonymous:
        say("the server wants a key from you");
        failure.advice = {"Give one with --key FILE; or, on the server, set max_total_rate to "
                          "admit clients without a key."};
        break;
    }
    return failure;
}

Failure describe_silence(const SilentContact& contact, const dgram::Endpoint& server,
                         const std::string& host) {
    const std::string where = named(host, server);
    const std::string tried =
        fmt::format("{} x UDP, {}", contact.hellos_sent, print_ns(contact.waited.count()));
    Failure failure{.code = ExitCode::unreachable, .reason = "", .sentence = "", .advice = {}};
    if (contact.heard_cookie) {
        failure.reason = "no_session";
        failure.sentence = fmt::format("{} answers but gives no session ({})", where, tried);
        failure.advice = {"Its journal says why: journalctl -u wyndrvrd"};
        return failure;
    }
    switch (contact.network_error) {
    case ECONNREFUSED:
        failure.reason = "refused";
        failure.sentence = fmt::format("{} is up, but nothing listens there ({}; ICMP: port "
                                       "unreachable)",
                                       where, tried);
        failure.advice = {start_advice};
        break;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
        failure.reason = "no_route";
        failure.sentence =
            fmt::format("no route to {}: {}", where, std::strerror(contact.network_error));
        failure.advice = {"Check the address, and this host's routes: ip route get " +
                          dgram::print(server.address)};
        break;
    case EACCES:
    case EPERM:
        failure.reason = "filtered";
        failure.sentence = fmt::format("a firewall forbids traffic to {}: {}", where,
                                       std::strerror(contact.network_error));
        failure.advice = {with_port(firewall_advice, server.port)};
        break;
    default:
        failure.reason = "no_answer";
        failure.sentence = fmt::format("no answer from {} ({}; ICMP: none): it is down, or a "
                                       "firewall drops UDP",
                                       where, tried);
        failure.advice = {start_advice, with_port(firewall_advice, server.port)};
    }
    return failure;
}

} // namespace wyn::ctl
