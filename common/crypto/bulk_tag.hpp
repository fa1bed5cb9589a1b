// The 64-bit tag that every bulk datagram carries over its whole 32-byte header.
//
// It is the CBC-MAC under AES-128 of exactly two blocks, cut to 64 bits: first bytes 16 to 31 of
// the header, then bytes 0 to 15. CBC-MAC is a sound MAC as long as all messages have the same
// length (Bellare, Kilian, Rogaway 2000), and these have: the header is 32 bytes, always. The
// payload is not covered because nothing reads it.
//
// The second half goes first because the datagrams of one train share it (send time, step,
// receipt). Its encryption is then made once for the train, and what remains is one pass of plain
// ECB with one block per datagram, which AES-NI pipelines. `./dev bench tags` shows the cost.
#pragma once

#include "crypto/primitives.hpp"

#include <bitset>
#include <cstring>

namespace wyn::crypto {

inline constexpr std::size_t tagged_bytes = 32;   // at the front of each datagram
inline constexpr std::size_t bulk_tag_bytes = 8;  // right behind them
inline constexpr std::size_t longest_train = 128; // datagrams

// Makes and checks the tags of trains under one key. Not shared between threads.
class BulkTagger {
public:
    explicit BulkTagger(const Key128& key);

    // `train` holds datagrams of `segment` bytes (the last may be shorter), at most longest_train,
    // each at least tagged_bytes + bulk_tag_bytes long. Writes the tag of each.
    void tag(std::span<std::uint8_t> train, std::size_t segment);

    // Which datagrams of the train carry the right tag; those too short for one do not.
    std::bitset<longest_train> verify(Bytes train, std::size_t segment);

private:
    using Block = std::array<std::uint64_t, 2>; // 16 bytes as they lie in memory
    using Blocks = std::array<Block, longest_train>;
    static Block load(const std::uint8_t* bytes) {
        Block loaded;
        std::memcpy(loaded.data(), bytes, sizeof loaded);
        return loaded;
    }
    static Block exclusive_or(const Block& one, const Block& other) {
        return {one[0] ^ other[0], one[1] ^ other[1]};
    }
    // The full CBC-MAC of each of the train's first `count` headers.
    void compute(Bytes train, std::size_t segment, std::size_t count, Blocks& macs);
    void encrypt(Blocks& blocks, std::size_t count);
    // Bit i: whether datagram begin + i carries the tag that `macs` has for it.
    static constexpr std::size_t bits_at_once = 64;
    static std::uint64_t carry_their_tags(Bytes train, std::size_t segment, const Blocks& macs,
                                          std::size_t begin, std::size_t count);

    CipherContext context_;
};

} // namespace wyn::crypto
