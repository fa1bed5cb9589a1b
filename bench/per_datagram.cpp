// What one bulk datagram costs beside the kernel: its tag, made and checked in trains, its header,
// and the receiver's statistics. An item is a datagram. The yardstick of the tags is one plain pass
// of AES-128 over a block per datagram, the least that such a tag can cost with this processor and
// this libcrypto.
#include "clock/time.hpp"
#include "crypto/bulk_tag.hpp"
#include "stats/histogram.hpp"
#include "stats/sequence.hpp"
#include "wire/codec.hpp"

#include <benchmark/benchmark.h>

#include <vector>

namespace {

using namespace wyn;

constexpr std::size_t datagram_bytes = 1472;

std::vector<std::uint8_t> train_of(std::int64_t datagrams) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(datagrams) * datagram_bytes);
    wire::encode_bulk({.length = datagram_bytes, .test = 1, .step = 1}, bytes, datagram_bytes);
    return bytes;
}

void count_datagrams(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void tag_a_train(benchmark::State& state) {
    crypto::BulkTagger tagger{crypto::Key128{1}};
    auto train = train_of(state.range(0));
    for ([[maybe_unused]] auto round : state)
        tagger.tag(train, datagram_bytes);
    count_datagrams(state);
}

void verify_a_train(benchmark::State& state) {
    crypto::BulkTagger tagger{crypto::Key128{1}};
    auto train = train_of(state.range(0));
    tagger.tag(train, datagram_bytes);
    for ([[maybe_unused]] auto round : state)
        benchmark::DoNotOptimize(tagger.verify(train, datagram_bytes));
    count_datagrams(state);
}

void encrypt_a_block_each(benchmark::State& state) {
    const crypto::CipherContext context{EVP_CIPHER_CTX_new()};
    const crypto::Key128 key{1};
    EVP_EncryptInit_ex(context.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr);
    EVP_CIPHER_CTX_set_padding(context.get(), 0);
    std::vector<std::uint8_t> blocks(static_cast<std::size_t>(state.range(0)) * key.size());
    for ([[maybe_unused]] auto round : state) {
        int written = 0;
        EVP_EncryptUpdate(context.get(), blocks.data(), &written, blocks.data(),
                          static_cast<int>(blocks.size()));
        benchmark::DoNotOptimize(blocks.data());
    }
    count_datagrams(state);
}

void decode_a_train(benchmark::State& state) {
    const auto train = train_of(state.range(0));
    for ([[maybe_unused]] auto round : state)
        for (std::size_t i = 0; i < train.size(); i += datagram_bytes)
            benchmark::DoNotOptimize(
                wire::decode_bulk(std::span{train}.subspan(i, datagram_bytes)));
    count_datagrams(state);
}

void record_sequence_numbers(benchmark::State& state) {
    stats::SequenceWindow window;
    std::uint64_t next = 0;
    for ([[maybe_unused]] auto round : state)
        benchmark::DoNotOptimize(window.record(next++));
    state.SetItemsProcessed(state.iterations());
}

void record_delays(benchmark::State& state) {
    stats::Histogram histogram;
    Duration delay = 1us;
    for ([[maybe_unused]] auto round : state) {
        histogram.record(delay);
        delay = delay > 1s ? 1us : delay + 997ns;
    }
    state.SetItemsProcessed(state.iterations());
}

// A single datagram is what leaves below 200 Mbit/s, 44 fill a send of 64 KiB, 128 are the most
// that the kernel cuts one send into (of shorter datagrams than these: a tag covers the header).
BENCHMARK(encrypt_a_block_each)->Arg(44)->Arg(128);
BENCHMARK(tag_a_train)->Arg(1)->Arg(44)->Arg(128);
BENCHMARK(verify_a_train)->Arg(1)->Arg(44)->Arg(128);
BENCHMARK(decode_a_train)->Arg(44);
BENCHMARK(record_sequence_numbers);
BENCHMARK(record_delays);

} // namespace
