#include "session/bulk_slab.hpp"

#include "base/check.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <cstring>

namespace wyn::session {

BulkSlab::BulkSlab(const crypto::Key128& key, std::uint16_t datagram_bytes, Random& random)
    : datagram_bytes_{datagram_bytes},
      most_datagrams_{static_cast<std::uint32_t>(std::clamp<std::size_t>(
          dgram::longest_datagram / datagram_bytes, 1, dgram::most_segments))},
      tagger_{key}, bytes_{std::make_unique_for_overwrite<Bytes>()} {
    WYN_CHECK(datagram_bytes >= wire::shortest_bulk);
    random.fill(*bytes_); // not compressible on the way
}

BulkTrain BulkSlab::build(const wire::BulkHeader& first, std::uint32_t count) {
    WYN_CHECK(count >= 1 && count <= most_datagrams_);
    const BulkTrain train{.bytes = std::span{*bytes_}.first(datagram_bytes_ * count),
                          .segment = datagram_bytes_};
    // Headers and tags are made side by side, where they fit into the first-level cache, so that
    // each datagram's own line of memory, which the kernel has just read, is touched only once.
    const auto headers = std::span{headers_}.first(count * header_bytes);
    wire::encode_bulk(first, headers, header_bytes);
    tagger_.tag(headers, header_bytes);
    for (std::size_t i = 0; i < count; ++i)
        std::memcpy(&(*bytes_)[i * datagram_bytes_], &headers_[i * header_bytes], header_bytes);
    return train;
}

} // namespace wyn::session
