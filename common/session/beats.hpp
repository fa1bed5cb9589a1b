// The three-way heartbeat of one port, both halves. BEAT0 asks, BEAT1 answers and challenges, BEAT2
// echoes the challenge: then the server knows that whoever owns this address and port wants its
// traffic, and both sides know the round trip. Repeated for as long as the session lives.
#pragma once

#include "base/random.hpp"
#include "clock/stamp.hpp"
#include "dgram/address.hpp"
#include "wire/message.hpp"

#include <optional>

namespace wyn::session {

// Beats that may be under way at once: while a port is unconfirmed, at one every 50 ms, that is a
// round trip of 3.2 s, longer than the half-open time; at the fastest interval of 10 ms 640 ms.
inline constexpr std::size_t most_outstanding_beats = 64;

// What a beat led to. Exactly one of `drop` and the rest is set.
struct BeatOutcome {
    std::optional<wire::Beat> answer;
    std::optional<Duration> rtt;
    bool confirmed = false; // this beat proved the path for the first time
    std::optional<wire::Drop> drop;
};

// The server's half.
class BeatAnswerer {
public:
    explicit BeatAnswerer(Random& random) : random_{random} {}

    // `arrived` is when the message reached the host, `now` when the answer leaves.
    BeatOutcome on_beat0(Stamp arrived, MonoTime now, const dgram::Endpoint& from,
                         const wire::Beat& beat);
    // The echo counts only from the endpoint that was challenged, and once.
    BeatOutcome on_beat2(Stamp arrived, const dgram::Endpoint& from, const wire::Beat& beat);

    // The endpoint that proved itself.
    const std::optional<dgram::Endpoint>& proven() const { return proven_; }

private:
    struct Challenge {
        std::uint32_t number = 0;
        wire::Nonce nonce{};
        dgram::Endpoint to;
        MonoTime sent{};
        bool open = false;
    };
    Random& random_;
    std::array<Challenge, most_outstanding_beats> challenges_{};
    std::optional<dgram::Endpoint> proven_;
};

// The client's half.
class BeatAsker {
public:
    // Beats every `until_confirmed` until the server has confirmed the port, and once at once after
    // its first answer, then every `interval`.
    // A beat that is not answered is soon followed by another, whatever interval is set later.
    BeatAsker(Random& random, MonoTime now, Duration interval, Duration until_confirmed)
        : random_{random}, interval_{interval}, unanswered_interval_{interval},
          until_confirmed_{until_confirmed}, due_{now} {}

    // Another interval from the newest beat on.
    void set_interval(MonoTime now, Duration interval);
    std::optional<wire::Beat> on_timer(MonoTime now);
    BeatOutcome on_beat1(Stamp arrived, MonoTime now, const wire::Beat& beat);

    MonoTime due() const { return due_; }
    bool confirmed() const { return confirmed_; }

private:
    struct Question {
        std::uint32_t number = 0;
        wire::Nonce nonce{};
        MonoTime sent{};
        bool open = false;
    };
    // After the newest question.
    Duration wait() const;

    Random& random_;
    Duration interval_;
    Duration unanswered_interval_; // at least
    Duration until_confirmed_;
    MonoTime due_;
    Duration newest_rtt_{};
    std::uint32_t next_number_ = 0;
    bool answered_ = false;
    bool confirmed_ = false;
    std::array<Question, most_outstanding_beats> questions_{};
};

} // namespace wyn::session
