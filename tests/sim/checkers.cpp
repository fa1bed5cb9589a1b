#include "sim/checkers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::sim {

namespace {

constexpr double unproven_allowance = 64.0 * 1024;
constexpr double trickle = 125'000; // bytes per second
// Clocks of hosts drift by up to a thousandth; a turn of a program may come late.
constexpr Duration lateness = 2ms;
// A search raises its rate by at most ten rows of 1 Mbit/s per adjustment. The step that is being
// sent has no rate yet, and those of a few trains are seen too low.
constexpr double search_ahead = 40e6;

} // namespace

void Complaints::add(int invariant, SimTime when, std::string what) {
    ++count_;
    if (first_.size() < most_kept)
        first_.push_back({.invariant = invariant, .when = when, .what = std::move(what)});
}

std::string Complaints::text() const {
    std::string text;
    for (const Complaint& complaint : first_)
        text += fmt::format("invariant {} at {:.6f} s: {}\n", complaint.invariant,
                            to_seconds(complaint.when.time_since_epoch()), complaint.what);
    if (count_ > first_.size()) text += fmt::format("and {} more\n", count_ - first_.size());
    return text;
}

void Amplification::on_in(const Tuple& tuple, std::size_t bytes) {
    Account& account = accounts_[tuple];
    account.bytes_in += bytes;
    ++account.requests;
    if (!account.proven) bytes_in_ += bytes;
}

void Amplification::check_mirror(SimTime now, const Tuple& tuple) {
    if (mirrors_.contains(tuple.peer.address))
        complaints_.add(
            10, now,
            fmt::format("port {} answers the mirror at {}", tuple.port, print(tuple.peer)));
}

void Amplification::on_assign(SimTime now, const Tuple& tuple, std::size_t bytes) {
    check_mirror(now, tuple);
    const Account& account = accounts_[tuple];
    bytes_out_ += bytes;
    if (!account.returned || now - *account.returned > half_open_ + lateness)
        complaints_.add(
            1, now,
            fmt::format("ASSIGN to {}, who has not returned a cookie lately", print(tuple.peer)));
}

void Amplification::on_out(SimTime now, const Tuple& tuple, std::size_t bytes) {
    check_mirror(now, tuple);
    Account& account = accounts_[tuple];
    if (account.proven) return;
    account.bytes_out += bytes;
    bytes_out_ += bytes;
    ++account.replies;
    if (account.bytes_out > account.bytes_in || account.replies > account.requests)
        complaints_.add(
            1, now,
            fmt::format("port {} sent {} bytes in {} datagrams to {}, who sent {} in {}",
                        tuple.port, account.bytes_out, account.replies, print(tuple.peer),
                        account.bytes_in, account.requests));
}

void check_cookie_first(Complaints& complaints, SimTime now, bool has_cookie_of_ours,
                        std::size_t sessions_before, std::size_t sessions_after) {
    if (has_cookie_of_ours || sessions_before == sessions_after) return;
    complaints.add(2, now,
                   fmt::format("a datagram without a cookie took the table from {} to {}",
                               sessions_before, sessions_after));
}

void BulkWatch::on_feedback(SimTime now, std::uint16_t test, std::uint64_t received_bytes) {
    Test& told = tests_[test];
    told.feedback = now;
    told.proven_bytes = std::max(told.proven_bytes, received_bytes);
}

void BulkWatch::on_bulk(SimTime now, const dgram::Endpoint& to, std::uint16_t number,
                        std::uint32_t step, std::size_t bytes) {
    Test& test = tests_[number];
    if (to.address != client_)
        complaints_.add(3, now,
                        fmt::format("bulk to {}, the client is {}", print(to), print(client_)));
    if (!proven_.contains(to))
        complaints_.add(3, now, fmt::format("bulk to {}, which has not echoed", print(to)));
    if (step == 0) {
        test.primed_bytes += bytes;
        if (static_cast<double>(test.primed_bytes) > unproven_allowance)
            complaints_.add(3, now, "more than 64 KiB before the first feedback");
        return;
    }
    note_step(now, test, step, bytes);
    check_consent(now, test);
    check_credit(now, test, bytes);
}

void BulkWatch::note_step(SimTime now, Test& test, std::uint32_t step, std::size_t bytes) {
    if (!test.first) test.first = test.step_began = now;
    if (step != test.step) {
        const Duration took = now - test.step_began;
        if (test.step != 0 && took >= 10ms)
            test.highest = std::max(
                test.highest, rate_of(test.step_bytes, static_cast<std::uint64_t>(took.count())));
        test.step = step;
        test.step_began = now;
        test.step_bytes = 0;
    }
    test.step_bytes += bytes;
    test.bytes += bytes;
}

void BulkWatch::check_consent(SimTime now, const Test& test) {
    if (!test.feedback)
        complaints_.add(3, now, "running without any feedback");
    else if (now - *test.feedback > session::dead_man + lateness)
        complaints_.add(3, now,
                        fmt::format("bulk {:.1f} ms after the newest feedback",
                                    to_seconds(now - *test.feedback) * 1e3));
}

void BulkWatch::check_credit(SimTime now, const Test& test, std::size_t bytes) {
    const double elapsed = to_seconds(now - *test.first + lateness);
    const double rate =
        test.fixed.bps() != 0 ? test.fixed.as_double() : test.highest.as_double() + search_ahead;
    const double sent = static_cast<double>(test.bytes);
    const double credit = unproven_allowance + 2 * static_cast<double>(test.proven_bytes) +
                          rate / 8 * to_seconds(session::dead_man) + trickle * elapsed;
    if (sent > credit)
        complaints_.add(4, now,
                        fmt::format("{} bytes sent, {} proven, {} s: more than {:.0f}", test.bytes,
                                    test.proven_bytes, elapsed, credit));
    if (granted_.bps() == 0) return;
    // A burst after a late turn: 2 ms of the rate, and the train that is due anyway.
    const double burst = granted_.as_double() / 8 * 2e-3 + 2 * static_cast<double>(bytes);
    if (sent > granted_.as_double() / 8 * elapsed * 1.001 + burst)
        complaints_.add(4, now,
                        fmt::format("{} bytes in {} s are more than the granted {}", test.bytes,
                                    elapsed, print(granted_)));
}

void check_books(Complaints& complaints, SimTime now, const Books& books) {
    const auto expect = [&](int invariant, bool holds, std::string_view what, auto have,
                            auto limit) {
        if (!holds) complaints.add(invariant, now, fmt::format("{}: {} of {}", what, have, limit));
    };
    std::size_t half_open = 0;
    std::uint64_t reserved = 0;
    std::map<dgram::Address, std::size_t> by_address;
    std::set<std::uint16_t> ports;
    for (const Books::Session& session : books.sessions) {
        half_open += session.half_open ? 1 : 0;
        reserved += session.reserved.bps();
        ports.insert(session.ports.begin(), session.ports.end());
        const std::size_t from_there = ++by_address[session.client];
        expect(5, from_there <= books.most_per_address, "sessions from one address", from_there,
               books.most_per_address);
    }
    const std::size_t used = 3 * books.sessions.size();
    const std::size_t most_half_open = std::max<std::size_t>(1, books.most_sessions / 2);
    expect(5, books.sessions.size() <= books.most_sessions, "sessions", books.sessions.size(),
           books.most_sessions);
    expect(5, half_open <= most_half_open, "half-open sessions", half_open, most_half_open);
    expect(5, books.most_total_rate.bps() == 0 || reserved <= books.most_total_rate.bps(),
           "reserved bit/s", reserved, books.most_total_rate.bps());
    expect(6, ports.size() == used, "different ports in use", ports.size(), used);
    expect(6, books.free_ports + used == books.all_ports, "free and used ports",
           books.free_ports + used, books.all_ports);
}

} // namespace wyn::sim
