#include "wire/reason.hpp"

#include <numeric>

namespace wyn::wire {

std::string_view name(Refusal refusal) {
    switch (refusal) {
    case Refusal::busy: return "busy";
    case Refusal::per_address: return "per_address";
    case Refusal::rate_budget: return "rate_budget";
    case Refusal::unsupported: return "unsupported";
    case Refusal::version: return "version";
    case Refusal::not_authorised: return "not_authorised";
    case Refusal::shutting_down: return "shutting_down";
    case Refusal::anonymous: return "anonymous";
    case Refusal::no_ports: return "no_ports";
    case Refusal::no_worker: return "no_worker";
    }
    return "unknown";
}

std::string_view name(End end) {
    switch (end) {
    case End::none: return "none";
    case End::completed: return "completed";
    case End::stopped: return "stopped";
    case End::peer_silent: return "peer_silent";
    case End::half_open: return "half_open";
    case End::no_feedback: return "no_feedback";
    case End::rate_exceeded: return "rate_exceeded";
    case End::volume_used: return "volume_used";
    case End::worker_failed: return "worker_failed";
    case End::shutting_down: return "shutting_down";
    case End::no_bulk: return "no_bulk";
    case End::protocol: return "protocol";
    case End::local_error: return "local_error";
    case End::interrupted: return "interrupted";
    case End::not_granted: return "not_granted";
    case End::too_long: return "too_long";
    case End::by_operator: return "by_operator";
    }
    return "unknown";
}

std::string_view name(Drop drop) {
    switch (drop) {
    case Drop::length: return "length";
    case Drop::magic: return "magic";
    case Drop::version: return "version";
    case Drop::type: return "type";
    case Drop::value: return "value";
    case Drop::extension: return "extension";
    case Drop::source: return "source";
    case Drop::cookie_bad: return "cookie_bad";
    case Drop::cookie_stale: return "cookie_stale";
    case Drop::session: return "session";
    case Drop::tag: return "tag";
    case Drop::replayed: return "replayed";
    case Drop::unexpected: return "unexpected";
    case Drop::limit: return "limit";
    }
    return "unknown";
}

std::string_view sentence(End end) {
    switch (end) {
    case End::none: return "still running";
    case End::completed: return "completed";
    case End::stopped: return "stopped by the other side before its time";
    case End::peer_silent: return "the other side fell silent";
    case End::half_open: return "not all three ports could be reached";
    case End::no_feedback: return "no feedback came back for 2 s";
    case End::rate_exceeded: return "more was sent than the server grants";
    case End::volume_used: return "the session's volume is used up";
    case End::worker_failed: return "the worker that ran the session failed on the server";
    case End::shutting_down: return "the server is shutting down";
    case End::no_bulk: return "none of the load arrived";
    case End::protocol: return "the other side broke the protocol";
    case End::local_error: return "the host's network stack refused to send";
    case End::interrupted: return "interrupted by the user";
    case End::not_granted: return "the server does not grant such a test";
    case End::too_long: return "the datagrams do not fit the path, and are never fragmented";
    case End::by_operator: return "ended by the server's operator";
    }
    return "unknown";
}

std::optional<Refusal> refusal_from(std::uint16_t number) {
    const auto refusal = static_cast<Refusal>(number);
    if (name(refusal) == "unknown") return std::nullopt;
    return refusal;
}

std::optional<End> end_from(std::uint16_t number) {
    const auto end = static_cast<End>(number);
    if (name(end) == "unknown") return std::nullopt;
    return end;
}

std::uint64_t DropCounts::total() const {
    return std::accumulate(by_reason.begin(), by_reason.end(), std::uint64_t{0});
}

DropCounts& DropCounts::operator+=(const DropCounts& other) {
    for (std::size_t i = 0; i < by_reason.size(); ++i)
        by_reason[i] += other.by_reason[i];
    return *this;
}

} // namespace wyn::wire
