// The few primitives that the protocol is built from, all of them OpenSSL's: keyed BLAKE2b
// (RFC 7693) for key derivation and the tags of the handshake, SipHash-2-4-128 for the stateless
// cookie, comparison in constant time. The tags of sealed messages and of bulk datagrams have files
// of their own (message_tag.hpp, bulk_tag.hpp).
#pragma once

#include "base/error.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

namespace wyn::crypto {

using Bytes = std::span<const std::uint8_t>;
using Key128 = std::array<std::uint8_t, 16>;
using Key256 = std::array<std::uint8_t, 32>;
using Tag128 = std::array<std::uint8_t, 16>;

// Computes each primitive once and compares with published values, so that a host whose OpenSSL
// lacks or forbids one is told so at start and not in the middle of a measurement. To be called
// before anything else of this layer: it also keeps OpenSSL from taking itself down at exit, under
// a thread that was left behind.
Result<void> self_test();

struct FreeMacContext {
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMacContext>;
struct FreeCipherContext {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

// Keyed BLAKE2b under one key, for many messages. Not shared between threads. About 0.5 us for a
// message of 100 bytes.
class Blake2b {
public:
    // `key` has 1 to 64 bytes; `output_bytes` is 1 to 64.
    Blake2b(Bytes key, std::size_t output_bytes);

    // Hashes the parts one after another into `out`, which has output_bytes.
    void compute(std::initializer_list<Bytes> parts, std::span<std::uint8_t> out);

private:
    MacContext context_;
};

// The 128-bit tag of handshake messages under one key.
class Tagger {
public:
    explicit Tagger(const Key256& key) : hash_{key, sizeof(Tag128)} {}
    Tag128 tag(std::initializer_list<Bytes> parts);
    // True when `given` is the tag of the parts; takes the same time either way.
    bool verify(std::initializer_list<Bytes> parts, const Tag128& given);

private:
    Blake2b hash_;
};

// A key for one purpose: BLAKE2b-256 under `secret` of `label`.
Key256 derive(const Key256& secret, std::string_view label);

// SipHash-2-4 with 128 bits of output.
Tag128 siphash(const Key128& key, Bytes message);

// Equality in constant time.
bool same(Bytes left, Bytes right);
// Overwrites memory that held a secret; the compiler cannot leave it out.
void wipe(std::span<std::uint8_t> secret);

} // namespace wyn::crypto
