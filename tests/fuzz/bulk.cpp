// Trains of bulk datagrams as the kernel may hand them over: 16 bits of segment size, then bytes.
// Promise: any segmentation is read or refused, whatever its headers say; tags that were just made
// verify, and no others do.
#include "crypto/bulk_tag.hpp"
#include "dgram/datagrams.hpp"
#include "fuzz/script.hpp"
#include "fuzz/target.hpp"
#include "wire/codec.hpp"

using namespace wyn;

namespace {

void read_headers(const dgram::ReceivedTrain& train) {
    for (std::size_t i = 0; i < train.count(); ++i) {
        const auto header = wire::decode_bulk(train[i]);
        if (!header) continue;
        WYN_CHECK(header->length == train[i].size() && header->sent_ns <= wire::latest_ns);
        std::array<std::uint8_t, sizeof(wire::BulkLayout)> bytes{};
        wire::encode_bulk(*header, bytes, bytes.size());
        // All of the header is read: it comes back byte for byte, but for the tag.
        WYN_CHECK(
            std::equal(bytes.begin(), bytes.begin() + crypto::tagged_bytes, train[i].begin()));
    }
}

// Counted together or one by one, it is the same.
void check_types(const dgram::ReceivedTrain& train) {
    if (train.segment_size == 0) return;
    std::size_t count = 0;
    while (count < train.count() && wire::peek_type(train[count]) == wire::Type::bulk)
        ++count;
    WYN_CHECK(wire::count_of_type_bulk(train.bytes, train.segment_size) == count);
}

// What is told to be alike is: each header is that of the first, with the next number.
void check_likeness(const dgram::ReceivedTrain& train) {
    for (std::size_t i = 0; i < train.count(); ++i) {
        const auto first = wire::decode_bulk(train[i]);
        if (!first || first->length != train.segment_size) continue;
        const std::size_t alike =
            wire::count_alike(train.bytes.subspan(i * train.segment_size), train.segment_size);
        WYN_CHECK(alike >= 1 && i + alike <= train.count());
        for (std::size_t k = 1; k <= alike && i + k < train.count(); ++k) {
            auto expected = *first;
            expected.sequence += k;
            WYN_CHECK((wire::decode_bulk(train[i + k]) == expected) == (k < alike));
        }
    }
}

void make_and_check_tags(crypto::BulkTagger& tagger, std::vector<std::uint8_t> train,
                         std::size_t segment, std::size_t count) {
    tagger.tag(train, segment);
    WYN_CHECK(tagger.verify(train, segment).count() == count);
    // Any bit of the last datagram's header or tag.
    const std::size_t last = (count - 1) * segment;
    train[last + train[last] % 40U] ^= 1;
    WYN_CHECK(tagger.verify(train, segment).count() == count - 1);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    const std::size_t segment = script.u16();
    const std::vector<std::uint8_t> bytes = script.bytes(dgram::longest_datagram);
    const dgram::ReceivedTrain train{.bytes = bytes, .segment_size = segment};
    read_headers(train);
    check_types(train);
    check_likeness(train);

    static crypto::BulkTagger tagger{crypto::Key128{1, 2, 3}};
    const auto right = tagger.verify(bytes, segment);
    WYN_CHECK(right.count() <= bytes.size() / 40);
    if (segment < 40 || bytes.empty() || train.count() > crypto::longest_train) return 0;
    const std::size_t rest = bytes.size() % segment;
    if (rest == 0 || rest >= 40) make_and_check_tags(tagger, bytes, segment, train.count());
    return 0;
}
