// The sentences of what went wrong: what, where, and what to do about it.
#include "base/text.hpp"
#include "ctl/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>

namespace wyn::ctl {

namespace {

using wire::End;
using wire::Refusal;

std::string named(const std::string& host, const dgram::Endpoint& server) {
    const std::string address = dgram::print(server);
    if (host == dgram::print(server.address)) return address;
    return fmt::format("{} ({})", escaped(host, 253), address); // RFC 1035: the longest name
}

std::string words_of(int error) {
    return std::generic_category().message(error);
}

// The ports that did not answer: "7811 (upload), 7893 (download)".
std::string unreached(const SessionEnd& session) {
    std::vector<std::string> ports;
    for (const session::PortRole role : session::port_roles) {
        const auto index = static_cast<std::size_t>(role);
        if (!session.port_reached[index])
            ports.push_back(fmt::format("{} ({})", session.ports[index], session::name(role)));
    }
    return fmt::format("{}", fmt::join(ports, ", "));
}

Failure describe_half_open(const SessionEnd& session, const std::string& where) {
    const int error = session.network_error;
    return {.code = ExitCode::unreachable,
            .reason = "ports_unreachable",
            .sentence = fmt::format("{} gives a session, but nothing comes back from UDP {}{}",
                                    where, unreached(session),
                                    error == 0 ? "" : fmt::format("; error: {}", words_of(error))),
            .advice = {"Let UDP pass to the server's port_ranges (by default 7000-8000), on that "
                       "host and on the way."}};
}

// The largest payload that fits both ways, as far as they are known.
std::string too_long_advice(const session::ProbeResult& result) {
    std::uint32_t fits = 0;
    for (const auto* direction : {&result.down, &result.up}) {
        if (!*direction || !result.path) continue;
        const bool up = (*direction)->direction == wire::Direction::up;
        const std::uint32_t mtu = up ? result.path->up.bytes : result.path->down.bytes;
        const std::uint32_t payload = mtu - std::min(mtu, (*direction)->header_bytes);
        if (payload != 0) fits = fits == 0 ? payload : std::min(fits, payload);
    }
    return fmt::format("The path carries -l {} and less; without -l what fits is found out.", fits);
}

// What to do about a session or a test that ended like this; empty when there is nothing.
std::string advice_for(End end, const session::Terms& terms) {
    switch (end) {
    case End::none:
    case End::completed:
    case End::interrupted:
    case End::too_long: return ""; // of a direction only, which knows what fits
    case End::stopped: return "Try again; the server's journal says why it stopped.";
    case End::peer_silent:
        return "The server or the path to it is gone: try again, or watch the path with ping.";
    case End::half_open:
        return "Let UDP pass to the server's port_ranges (by default 7000-8000), on that host and "
               "on the way.";
    case End::no_feedback: return "The path may break down under load: try a lower rate with -b.";
    case End::rate_exceeded: return "Try again; if it happens again, ask for less with -b.";
    case End::volume_used:
        return fmt::format("The server allows {} for each session (max_volume): shorten -t, or set "
                           "a lower rate with -b.",
                           print_bytes(terms.max_volume_bytes));
    case End::worker_failed:
        return "Try again; the server's journal says what happened to its worker.";
    case End::shutting_down: return "Try again in a few seconds.";
    case End::by_operator: return "Ask the operator of that server.";
    case End::no_bulk:
        return "A firewall or a tunnel on the way may stop large datagrams: try smaller ones with "
               "-l 1200.";
    case End::protocol: return "Update the older of wyndrvrctl and wyndrvrd.";
    case End::local_error:
        return "Its firewall, route or device may refuse them: try smaller ones with -l 1200.";
    case End::not_granted:
        return fmt::format("The server allows {} for each test: shorten -t, or ask for less with "
                           "-b.",
                           print_ns(terms.max_duration.count()));
    }
    return "";
}

Failure describe_end(End end, ExitCode code, const std::string& what, const session::Terms& terms) {
    Failure failure{.code = code,
                    .reason = std::string{wire::name(end)},
                    .sentence = fmt::format("{}: {}", what, wire::sentence(end)),
                    .advice = {}};
    if (std::string advice = advice_for(end, terms); !advice.empty())
        failure.advice.push_back(std::move(advice));
    return failure;
}

Failure describe_direction_end(const session::ProbeResult& result,
                               const session::DirectionResult& direction,
                               const std::string& where) {
    const bool up = direction.direction == wire::Direction::up;
    Failure failure = describe_end(
        direction.end, ExitCode::partial,
        fmt::format("the {} {} ended early", up ? "upload to" : "download from", where),
        result.terms);
    if (direction.end == End::too_long) failure.advice = {too_long_advice(result)};
    return failure;
}

ExitCode code_of(Refusal refusal) {
    switch (refusal) {
    case Refusal::busy:
    case Refusal::per_address:
    case Refusal::rate_budget:
    case Refusal::no_ports:
    case Refusal::no_worker:
    case Refusal::shutting_down: return ExitCode::busy;
    case Refusal::unsupported:
    case Refusal::version: return ExitCode::version;
    case Refusal::not_authorised:
    case Refusal::anonymous: return ExitCode::refused;
    }
    return ExitCode::refused;
}

std::string sentence_of(const wire::Refuse& refuse, const NetworkOptions& options) {
    switch (refuse.code) {
    case Refusal::busy:
        return fmt::format("server busy: {} of {} sessions are taken", refuse.have, refuse.limit);
    case Refusal::per_address:
        return fmt::format("server busy: {} of {} sessions for your address are taken", refuse.have,
                           refuse.limit);
    case Refusal::rate_budget:
        return fmt::format("server busy: {} of its {} are free", print(BitRate{refuse.have}),
                           print(BitRate{refuse.limit}));
    case Refusal::no_ports:
        return fmt::format("server busy: it cannot open three of its UDP ports ({} of {} are free)",
                           refuse.have, refuse.limit);
    case Refusal::no_worker: return "server busy: its host gives it no process or thread";
    case Refusal::shutting_down: return "the server is shutting down";
    case Refusal::unsupported:
        return fmt::format("the server does not know extension 0x{:04x}, which this client needs",
                           refuse.detail);
    case Refusal::version:
        return fmt::format("the server speaks versions {} to {} of the protocol, this client {}",
                           refuse.version_min, refuse.version_max, wire::protocol_version);
    case Refusal::not_authorised:
        return options.key_file.empty()
                   ? "the server does not accept your key"
                   : fmt::format("the server does not accept the key in {}", options.key_file);
    case Refusal::anonymous: return "the server wants a key from you";
    }
    return "the server refuses";
}

std::vector<std::string> advice_for(const wire::Refuse& refuse,
                                    const std::optional<BitRate>& rate) {
    const std::string again =
        refuse.retry_after_ms == 0
            ? "Try again later."
            : fmt::format("Try again in {} s.", (refuse.retry_after_ms + 999) / 1000);
    constexpr std::uint64_t mega = 1'000'000;
    switch (refuse.code) {
    case Refusal::busy:
    case Refusal::per_address:
    case Refusal::shutting_down: return {again};
    case Refusal::rate_budget:
        if (!rate || refuse.have < mega) return {again};
        return {fmt::format("Ask for less: -b {}M", refuse.have / mega), again};
    case Refusal::no_ports: return {again, "On the server: widen port_ranges."};
    case Refusal::no_worker:
        return {again, "On the server: journalctl -u wyndrvrd tells what is missing."};
    case Refusal::unsupported: return {"Update wyndrvrd on the server."};
    case Refusal::version: return {"Update the older of wyndrvrctl and wyndrvrd."};
    case Refusal::not_authorised:
        return {"Compare it with the server's key_file: id and key must both be there."};
    case Refusal::anonymous:
        return {"Give one with --key FILE; or, on the server, set max_total_rate to admit clients "
                "without a key."};
    }
    return {again};
}

} // namespace

Failure internal_failure(const Error& error) {
    return {.code = ExitCode::internal_error,
            .reason = "internal_error",
            .sentence = error.what(),
            .advice = {}};
}

std::optional<Failure> judge(const SessionEnd& session, bool measured) {
    if (session.end == End::completed) return std::nullopt;
    const std::string where = named(session.host, session.server);
    if (session.end == End::half_open) return describe_half_open(session, where);
    const bool has_something = measured || session.end == End::interrupted;
    return describe_end(session.end, has_something ? ExitCode::partial : ExitCode::unreachable,
                        fmt::format("the session with {} ended early", where), session.terms);
}

std::optional<Failure> judge(const Report& report) {
    if (!report.result || !report.server) return std::nullopt;
    const session::ProbeResult& result = *report.result;
    if (auto failure = judge({.host = report.options.host,
                              .server = *report.server,
                              .ports = report.ports,
                              .port_reached = result.port_reached,
                              .network_error = result.network_error,
                              .end = result.end,
                              .terms = result.terms},
                             result.idle || result.down || result.up))
        return failure;
    const std::string where = named(report.options.host, *report.server);
    for (const auto* direction : {&result.down, &result.up})
        if (*direction && (*direction)->end != End::completed)
            return describe_direction_end(result, **direction, where);
    return std::nullopt;
}

Failure describe_refusal(const wire::Refuse& refuse, const dgram::Endpoint& server,
                         const NetworkOptions& options, const std::optional<BitRate>& rate) {
    return {.code = code_of(refuse.code),
            .reason = std::string{wire::name(refuse.code)},
            .sentence =
                fmt::format("{}: {}", named(options.host, server), sentence_of(refuse, options)),
            .advice = advice_for(refuse, rate)};
}

Failure describe_silence(const SilentContact& contact, const dgram::Endpoint& server,
                         const std::string& host) {
    const std::string where = named(host, server);
    const std::string tried = fmt::format("asked {} in {}", count_of(contact.hellos_sent, "time"),
                                          print_ns(contact.waited.count()));
    const std::string failed = fmt::format("{}, error: {}", tried, words_of(contact.network_error));
    const std::string start = "On that host: systemctl enable --now wyndrvrd";
    const auto silent = [](std::string reason, std::string sentence,
                           std::vector<std::string> advice) -> Failure {
        return {.code = ExitCode::unreachable,
                .reason = std::move(reason),
                .sentence = std::move(sentence),
                .advice = std::move(advice)};
    };
    if (contact.heard_cookie)
        return silent("no_session",
                      fmt::format("{} answers, but gives no session: {}", where, tried),
                      {"Its journal may say why: journalctl -u wyndrvrd"});
    switch (contact.network_error) {
    case 0:
        return silent("no_answer",
                      fmt::format("no answer from {}: {}, ICMP: none; it is down, or a firewall "
                                  "drops UDP",
                                  where, tried),
                      {start, fmt::format("Open its firewall: firewall-cmd --add-port={0}/udp, or "
                                          "ufw allow {0}/udp",
                                          server.port)});
    case ECONNREFUSED:
        return silent("refused",
                      fmt::format("nothing listens on {}: the host is up and refuses; {}, ICMP: "
                                  "port unreachable",
                                  where, tried),
                      {start});
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
        return silent("no_route", fmt::format("no route to {}: {}", where, failed),
                      {fmt::format("Check the address, and the way to it: ip route get {}",
                                   dgram::print(server.address))});
    case EACCES:
    case EPERM:
        return silent("filtered",
                      fmt::format("a firewall forbids traffic to {}: {}", where, failed),
                      {fmt::format("Let UDP pass to port {}; nft list ruleset shows this host's "
                                   "rules.",
                                   server.port)});
    default:
        return silent("network_error", fmt::format("cannot send to {}: {}", where, failed),
                      {"Check this host's network, and try again."});
    }
}

} // namespace wyn::ctl
