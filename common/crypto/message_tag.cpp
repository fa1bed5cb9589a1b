#include "crypto/message_tag.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace wyn::crypto {

namespace {

constexpr std::size_t block = 16;
// What is encrypted in one call: whole blocks, and every message but those that try out how large
// packets may be.
constexpr std::size_t part = 1280;
static_assert(part % block == 0);

// Multiplied by x in GF(2^128) (RFC 4493, section 2.3).
Tag128 doubled(const Tag128& value) {
    constexpr std::uint8_t reduction = 0x87;
    Tag128 result{};
    for (std::size_t i = 0; i < block; ++i) {
        const unsigned carried = i + 1 < block ? value[i + 1] >> 7U : 0U;
        result[i] = static_cast<std::uint8_t>(unsigned{value[i]} << 1U | carried);
    }
    if ((value[0] & 0x80U) != 0) result[block - 1] ^= reduction;
    return result;
}

void mix(std::uint8_t* into, const Tag128& with) {
    for (std::size_t i = 0; i < block; ++i)
        into[i] ^= with[i];
}

} // namespace

MessageTagger::MessageTagger(const Key128& key) : context_{EVP_CIPHER_CTX_new()} {
    WYN_CHECK(context_ != nullptr);
    WYN_CHECK(EVP_EncryptInit_ex(context_.get(), EVP_aes_128_cbc(), nullptr, key.data(),
                                 chained_.data()) == 1);
    WYN_CHECK(EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
    Tag128 zeros{};
    encrypt(zeros);
    whole_ = doubled(zeros);
    filled_up_ = doubled(whole_);
}

// Goes on with the chain where the last message ended: to start it anew would cost as much as all
// the rest. tag() takes out what the chain brings in.
void MessageTagger::encrypt(std::span<std::uint8_t> blocks) {
    int written = 0;
    const int length = static_cast<int>(blocks.size());
    WYN_CHECK(EVP_EncryptUpdate(context_.get(), blocks.data(), &written, blocks.data(), length) ==
                  1 &&
              written == length);
    std::copy_n(blocks.end() - block, block, chained_.begin());
}

Tag128 MessageTagger::tag(Bytes message) {
    std::array<std::uint8_t, part> buffer; // the used part is written in any case
    bool is_first = true;
    for (; message.size() > part; message = message.subspan(part)) {
        std::ranges::copy(message.first(part), buffer.begin());
        if (std::exchange(is_first, false)) mix(buffer.data(), chained_);
        encrypt(buffer);
    }
    const std::size_t blocks = std::max<std::size_t>((message.size() + block - 1) / block, 1);
    const auto used = std::span{buffer}.first(blocks * block);
    const auto rest = std::ranges::copy(message, used.begin()).out;
    const bool is_whole = !message.empty() && rest == used.end();
    if (!is_whole) {
        std::fill(rest, used.end(), std::uint8_t{0});
        *rest = 0x80;
    }
    mix(&used[used.size() - block], is_whole ? whole_ : filled_up_);
    if (is_first) mix(used.data(), chained_);
    encrypt(used);
    return chained_;
}

bool MessageTagger::verify(Bytes message, const Tag128& given) {
    return same(tag(message), given);
}

} // namespace wyn::crypto
