#include "session/cookie.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr Duration bucket_length = 16s;
constexpr std::uint64_t buckets_per_secret = 24h / bucket_length;

std::uint64_t bucket_at(MonoTime now) {
    return static_cast<std::uint64_t>(now.time_since_epoch() / bucket_length);
}

// Appends to a fixed buffer that is known to be large enough.
struct Writer {
    std::array<std::uint8_t, 80> bytes{};
    std::size_t size = 0;

    template <typename Range>
    void put(const Range& range) {
        std::copy(range.begin(), range.end(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        size += range.size();
    }
    void put(const dgram::Endpoint& endpoint) {
        put(endpoint.address.bytes);
        put(wire::Be<4>{endpoint.address.scope}.bytes);
        put(wire::Be<2>{endpoint.port}.bytes);
    }
};

} // namespace

CookieJar::CookieJar(Random& random, MonoTime now)
    : random_{random}, current_{random.bytes<16>(), bucket_at(now)}, previous_{current_} {}

void CookieJar::renew(MonoTime now) {
    const std::uint64_t bucket = bucket_at(now);
    if (bucket < current_.since_bucket + buckets_per_secret) return;
    previous_ = current_;
    current_ = {random_.bytes<16>(), bucket};
}

// Each bucket belongs to one secret, so a cookie from before a renewal stays good for its time.
const crypto::Key128& CookieJar::key_of(std::uint64_t bucket) const {
    return bucket >= current_.since_bucket ? current_.key : previous_.key;
}

wire::CookieBytes CookieJar::bake(const crypto::Key128& key, std::uint64_t bucket,
                                  const dgram::Endpoint& client, const dgram::Endpoint& local,
                                  const wire::Nonce& nonce) const {
    Writer message;
    message.put(wire::Be<1>{wire::protocol_version}.bytes);
    message.put(client);
    message.put(local);
    message.put(nonce);
    message.put(wire::Be<8>{bucket}.bytes);
    const crypto::Tag128 hash = crypto::siphash(key, {message.bytes.data(), message.size});

    wire::CookieBytes cookie{};
    cookie[0] = static_cast<std::uint8_t>(bucket);
    std::copy(hash.begin(), hash.end(), cookie.begin() + 8);
    return cookie;
}

wire::CookieBytes CookieJar::make(MonoTime now, const dgram::Endpoint& client,
                                  const dgram::Endpoint& local, const wire::Nonce& nonce) {
    renew(now);
    const std::uint64_t bucket = bucket_at(now);
    return bake(key_of(bucket), bucket, client, local, nonce);
}

std::optional<wire::Drop> CookieJar::check(MonoTime now, const wire::CookieBytes& cookie,
                                           const dgram::Endpoint& client,
                                           const dgram::Endpoint& local, const wire::Nonce& nonce) {
    renew(now);
    // The one byte names the newest bucket that ends in it.
    const std::uint64_t current = bucket_at(now);
    const std::uint64_t age = static_cast<std::uint8_t>(current - cookie[0]);
    const std::uint64_t bucket = current - std::min(age, current);
    const wire::CookieBytes ours = bake(key_of(bucket), bucket, client, local, nonce);
    if (!crypto::same(ours, cookie)) return wire::Drop::cookie_bad;
    if (age > 1) return wire::Drop::cookie_stale;
    return std::nullopt;
}

} // namespace wyn::session
