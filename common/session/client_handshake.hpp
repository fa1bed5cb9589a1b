// The client's first contact: HELLO until a cookie comes, HELLO with the cookie until ASSIGN or
// REFUSE comes. Repeats with exponential backoff, so it may start before the server does. Pure; one
// object per server address that is tried.
#pragma once

#include "base/random.hpp"
#include "crypto/keys.hpp"
#include "session/terms.hpp"
#include "wire/codec.hpp"

#include <optional>
#include <variant>

namespace wyn::session {

class ClientHandshake {
public:
    struct Wishes {
        BitRate rate{0};     // payload; 0: as much as the server gives
        Duration duration{}; // of one test; 0: no wish
    };
    ClientHandshake(Random& random, MonoTime now, const crypto::NamedKey& key,
                    const Wishes& wishes);

    struct Assigned {
        wire::Assign assign;
        crypto::SessionKeys keys;
    };
    using Outcome = std::variant<Assigned, wire::Refuse>;

    // The HELLO that is due now; valid until the next call.
    std::optional<wire::Bytes> on_timer(MonoTime now);
    // A datagram from the server's address. Anything that does not fit is counted in drops().
    std::optional<Outcome> on_datagram(MonoTime now, wire::Bytes datagram);

    MonoTime due() const { return due_; }
    bool heard_cookie() const { return has_cookie_; }
    std::uint32_t hellos_sent() const { return sent_; }
    const wire::DropCounts& drops() const { return drops_; }

private:
    void start_over(MonoTime now);
    void write_hello();
    std::optional<Outcome> on_cookie(MonoTime now, const wire::Cookie& cookie);
    std::optional<Outcome> on_assign(const wire::Assign& assign, wire::Bytes datagram);
    std::optional<Outcome> on_refuse(const wire::Refuse& refuse, wire::Bytes datagram);
    std::optional<Outcome> dropped(wire::Drop reason);

    Random& random_;
    crypto::NamedKey key_;
    wire::Hello hello_;
    std::array<std::uint8_t, sizeof(wire::HelloLayout)> bytes_{};
    bool has_cookie_ = false;
    MonoTime cookie_since_{};
    MonoTime due_;
    Duration wait_{};
    std::uint32_t sent_ = 0;
    wire::DropCounts drops_;
};

} // namespace wyn::session
