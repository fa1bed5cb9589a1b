// The promises of the protocol, each as an observer that is told what happens and complains when it
// must not. They know nothing of the simulator, so a test can tell them a history that breaks a
// promise and see them complain. The numbers are those of the invariants that the storm prints.
//
//    1  towards a tuple that is not validated: bytes out <= bytes in, replies <= requests
//    2  a datagram that brings no cookie of ours changes nothing that is kept
//    3  bulk only to a tuple that echoed the challenge on that very port, from the address of the
//       handshake, at most 500 ms after the newest feedback; 64 KiB before the first
//    4  bytes sent <= 64 KiB + 2 x proven + rate x 500 ms + 125 kB/s x elapsed, and within the
//    grant 5  no limit is ever exceeded 6  each port is free or used, never both 7  sent = received
//    + lost, to the packet, and as the network saw it 8  input that is rejected changes no result
//    9  each session ends once, for one reason, and leaves nothing behind
//   10  the server never answers what it could have sent itself
//   13  an honest client gets its session within 8 s
//   14  what is reported as measured lies within the truth
//   15  the same seed gives the same run
#pragma once

#include "base/units.hpp"
#include "dgram/address.hpp"
#include "session/terms.hpp"
#include "sim/event_queue.hpp"

#include <map>
#include <set>
#include <string>

namespace wyn::sim {

struct Complaint {
    int invariant = 0;
    SimTime when{};
    std::string what;
};

class Complaints {
public:
    void add(int invariant, SimTime when, std::string what);
    bool none() const { return count_ == 0; }
    std::uint64_t count() const { return count_; }
    // The first ones; the rest of a broken run says nothing new.
    const std::vector<Complaint>& first() const { return first_; }
    // "invariant 3 at 1.25 s: ..." one per line.
    std::string text() const;

private:
    static constexpr std::size_t most_kept = 20;
    std::uint64_t count_ = 0;
    std::vector<Complaint> first_;
};

// One of the server's ports and somebody who talks to it.
struct Tuple {
    std::uint16_t port = 0;
    dgram::Endpoint peer;
    auto operator<=>(const Tuple&) const = default;
};

// Invariants 1 and 10.
class Amplification {
public:
    explicit Amplification(Complaints& complaints) : complaints_{complaints} {}

    void on_in(const Tuple& tuple, std::size_t bytes);
    // ASSIGN has its own rule: it may be repeated, but only to who returned a cookie, and only for
    // the half-open time since the cookie last came.
    void on_assign(SimTime now, const Tuple& tuple, std::size_t bytes);
    void on_out(SimTime now, const Tuple& tuple, std::size_t bytes);
    void on_cookie_returned(SimTime now, const Tuple& tuple) { accounts_[tuple].returned = now; }
    // From now on this tuple may be sent to.
    void on_proven(const Tuple& tuple) { accounts_[tuple].proven = true; }
    // Nothing may ever go to this address: who has it only plays back what the server has sent.
    void mirror_at(const dgram::Address& address) { mirrors_.insert(address); }
    void half_open_time(Duration time) { half_open_ = time; }

    std::uint64_t unproven_bytes_in() const { return bytes_in_; }
    std::uint64_t unproven_bytes_out() const { return bytes_out_; }

private:
    struct Account {
        std::uint64_t bytes_in = 0;
        std::uint64_t bytes_out = 0;
        std::uint64_t requests = 0;
        std::uint64_t replies = 0;
        std::optional<SimTime> returned;
        bool proven = false;
    };
    void check_mirror(SimTime now, const Tuple& tuple);

    Complaints& complaints_;
    std::map<Tuple, Account> accounts_;
    std::set<dgram::Address> mirrors_;
    Duration half_open_ = 3s;
    std::uint64_t bytes_in_ = 0;
    std::uint64_t bytes_out_ = 0;
};

// Invariant 2.
void check_cookie_first(Complaints& complaints, SimTime now, bool has_cookie_of_ours,
                        std::size_t sessions_before, std::size_t sessions_after);

// Invariants 3 and 4, for the bulk of one session.
class BulkWatch {
public:
    BulkWatch(Complaints& complaints, const dgram::Address& client, BitRate granted)
        : complaints_{complaints}, client_{client}, granted_{granted} {}

    void on_proven(const dgram::Endpoint& peer) { proven_.insert(peer); }
    // The client asks for a test: a fixed rate, or 0 for a search.
    void on_start(std::uint16_t test, BitRate fixed) { tests_[test].fixed = fixed; }
    // Authentic feedback reached the server's host.
    void on_feedback(SimTime now, std::uint16_t test, std::uint64_t received_bytes);
    void on_bulk(SimTime now, const dgram::Endpoint& to, std::uint16_t test, std::uint32_t step,
                 std::size_t bytes);

private:
    struct Test {
        BitRate fixed{0};
        std::optional<SimTime> feedback; // newest
        std::uint64_t proven_bytes = 0;
        std::uint64_t primed_bytes = 0;
        std::uint64_t bytes = 0;
        std::optional<SimTime> first;
        // The highest rate of a step so far, for searches.
        std::uint32_t step = 0;
        SimTime step_began{};
        std::uint64_t step_bytes = 0;
        BitRate highest{0};
    };
    void check_consent(SimTime now, const Test& test);
    void check_credit(SimTime now, const Test& test, std::size_t bytes);
    static void note_step(SimTime now, Test& test, std::uint32_t step, std::size_t bytes);

    Complaints& complaints_;
    dgram::Address client_;
    BitRate granted_;
    std::set<dgram::Endpoint> proven_;
    std::map<std::uint16_t, Test> tests_;
};

// Invariants 5 and 6.
struct Books {
    struct Session {
        dgram::Address client;
        std::array<std::uint16_t, 3> ports{};
        BitRate reserved{0};
        bool half_open = false;
    };
    std::vector<Session> sessions;
    std::size_t free_ports = 0;
    std::size_t all_ports = 0;
    std::size_t most_sessions = 0;
    std::size_t most_per_address = 0;
    BitRate most_total_rate{0};
};
void check_books(Complaints& complaints, SimTime now, const Books& books);

} // namespace wyn::sim
