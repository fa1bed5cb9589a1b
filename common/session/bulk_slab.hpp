// The memory in which bulk trains are built: payload filled once, then only headers and tags are
// rewritten, in place.
#pragma once

#include "base/random.hpp"
#include "crypto/bulk_tag.hpp"
#include "dgram/datagrams.hpp"
#include "wire/message.hpp"

#include <array>
#include <memory>
#include <optional>

namespace wyn::session {

// Datagrams of equal length behind one another; empty: none.
struct BulkTrain {
    std::span<std::uint8_t> bytes;
    std::size_t segment = 0;         // bytes of each
    std::optional<MonoTime> departs; // when the kernel is to let it go; none: now

    std::size_t count() const { return bytes.empty() ? 0 : bytes.size() / segment; }
};

class BulkSlab {
public:
    BulkSlab(const crypto::Key128& key, Random& random);

    // What one send can take: the kernel cuts at most 128 datagrams out of 65,507 bytes.
    static std::uint32_t most_datagrams(std::size_t datagram_bytes);

    // The next `count` datagrams, tagged; `first` is the header of the first of them, and its
    // length that of all, at least wire::shortest_bulk. Valid until the next call.
    BulkTrain build(const wire::BulkHeader& first, std::uint32_t count);

private:
    crypto::BulkTagger tagger_;
    static constexpr std::size_t header_bytes = sizeof(wire::BulkLayout);
    std::array<std::uint8_t, dgram::most_segments * header_bytes> headers_{};
    // On a page's boundary: the kernel copies 64 KiB from there faster than from elsewhere.
    struct alignas(4096) Bytes : std::array<std::uint8_t, 65536> {};
    std::unique_ptr<Bytes> bytes_;
};

} // namespace wyn::session
