// The stateless cookie: proof that whoever says HELLO receives what is sent to its address. The
// server keeps nothing about a client until the cookie has come back.
//
//   cookie = bucket (1) | zeros (7) | SipHash-2-4-128(secret, version | client | local | nonce |
//   bucket)
//
// A bucket is 16 s of monotonic time; the current one and the one before are accepted, so a cookie
// lives 16 to 32 s. The secret is random at start and renewed every 24 h.
#pragma once

#include "base/random.hpp"
#include "clock/time.hpp"
#include "crypto/primitives.hpp"
#include "dgram/address.hpp"
#include "wire/message.hpp"

#include <optional>

namespace wyn::session {

class CookieJar {
public:
    CookieJar(Random& random, MonoTime now);

    wire::CookieBytes make(MonoTime now, const dgram::Endpoint& client,
                           const dgram::Endpoint& local, const wire::Nonce& nonce);

    // Nothing, or why it is not accepted: cookie_stale when it was ours once, else cookie_bad.
    std::optional<wire::Drop> check(MonoTime now, const wire::CookieBytes& cookie,
                                    const dgram::Endpoint& client, const dgram::Endpoint& local,
                                    const wire::Nonce& nonce);

private:
    struct Secret {
        crypto::Key128 key{};
        std::uint64_t since_bucket = 0;
    };
    void renew(MonoTime now);
    wire::CookieBytes bake(const crypto::Key128& key, std::uint64_t bucket,
                           const dgram::Endpoint& client, const dgram::Endpoint& local,
                           const wire::Nonce& nonce) const;
    const crypto::Key128& key_of(std::uint64_t bucket) const;

    Random& random_;
    Secret current_;
    Secret previous_;
};

} // namespace wyn::session
