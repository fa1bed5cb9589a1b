#include "session/bulk_slab.hpp"

#include "base/check.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <cstring>

namespace wyn::session {

BulkSlab::BulkSlab(const crypto::Key128& key, Random& random)
    : tagger_{key}, bytes_{std::make_unique_for_overwrite<Bytes>()} {
    random.fill(*bytes_); // not compressible on the way
}

std::uint32_t BulkSlab::most_datagrams(std::size_t datagram_bytes) {
    return static_cast<std::uint32_t>(
        std::clamp<std::size_t>(dgram::longest_datagram / datagram_bytes, 1, dgram::most_segments));
}

BulkTrain BulkSlab::build(const wire::BulkHeader& first, std::uint32_t count) {
    const std::size_t each = first.length;
    WYN_CHECK(each >= wire::shortest_bulk && count >= 1 && count <= most_datagrams(each));
    const BulkTrain train{.bytes = std::span{*bytes_}.first(each * count), .segment = each};
    // Headers and tags are made side by side, where they fit into the first-level cache, so that
    // each datagram's own line of memory, which the kernel has just read, is touched only once.
    const auto headers = std::span{headers_}.first(count * header_bytes);
    wire::encode_bulk(first, headers, header_bytes);
    tagger_.tag(headers, header_bytes);
    for (std::size_t i = 0; i < count; ++i)
        std::memcpy(&(*bytes_)[i * each], &headers_[i * header_bytes], header_bytes);
    return train;
}

} // namespace wyn::session
