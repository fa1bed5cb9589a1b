// Sealed messages: everything but the handshake and the bulk itself. Each carries its session, a
// counter that rises with every message of this port and direction, and a tag over all of it.
#pragma once

#include "crypto/message_tag.hpp"
#include "wire/codec.hpp"

#include <expected>

namespace wyn::session {

// Which counters have been seen: the highest, and a bit for each of the 1023 before it. Reordered
// messages pass, repeated and very old ones do not (the method of RFC 6479). So wide, because
// probes of a latency flow, 2000 in a second at most, may overtake each other by half a second.
class ReplayWindow {
public:
    static constexpr std::uint64_t width = 1024;

    // True when this counter is new; it is then remembered.
    bool accept(std::uint64_t counter);

private:
    static constexpr std::size_t words = width / 64 + 1; // the newest is partly empty

    std::uint64_t highest_ = 0;               // counters start at 1
    std::array<std::uint64_t, words> seen_{}; // bit c % 64 of word c / 64 % words
};

// Seals the messages that one side sends on one port.
class Sealer {
public:
    Sealer(std::uint64_t session, const crypto::Key128& key) : session_{session}, tagger_{key} {}
    // Starts at another counter than 1: for the daemon's last word in the name of a dead worker.
    void start_at(std::uint64_t counter) { counter_ = counter; }

    // Writes the message, returns its length. `out` holds at least wire::room_for() bytes.
    std::size_t seal(const wire::SealedBody& body, std::span<std::uint8_t> out);

private:
    std::uint64_t session_;
    std::uint64_t counter_ = 1;
    crypto::MessageTagger tagger_;
};

// Opens the messages that the other side sent on that port.
class Opener {
public:
    Opener(std::uint64_t session, const crypto::Key128& key) : session_{session}, tagger_{key} {}

    // The body of a message that is well-formed, of this session, authentic and new.
    std::expected<wire::SealedBody, wire::Drop> open(wire::Bytes datagram);

private:
    std::uint64_t session_;
    ReplayWindow window_;
    crypto::MessageTagger tagger_;
};

} // namespace wyn::session
