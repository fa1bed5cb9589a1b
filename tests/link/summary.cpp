#include "link/summary.hpp"

#include "base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace wyn::link {

std::uint64_t Summary::under_way() const {
    return offered + copies - std::accumulate(by_fate.begin(), by_fate.end(), std::uint64_t{0});
}

void SummaryMaker::offered(const Packet& packet) {
    ++summary_.offered;
    summary_.offered_bytes += packet.bytes;
}

void SummaryMaker::add(const Record& record) {
    ++summary_.by_fate[static_cast<std::size_t>(record.fate)];
    summary_.longest_queue_bytes = std::max(summary_.longest_queue_bytes, record.queue_bytes);
    summary_.longest_queue_packets = std::max(summary_.longest_queue_packets, record.queue_packets);
    if (record.fate == Fate::delivered) add_delivered(record);
}

void SummaryMaker::add_delivered(const Record& record) {
    summary_.delivered_bytes += record.packet.bytes;
    summary_.repeated += record.repeated ? 1U : 0U;
    summary_.marked += record.marked ? 1U : 0U;
    summary_.corrupted += record.corrupted ? 1U : 0U;
    summary_.jittered += record.jittered ? 1U : 0U;
    summary_.held_back += record.held_back ? 1U : 0U;
    summary_.waited += record.waited > Duration::zero() ? 1U : 0U;
    summary_.longest_wait = std::max(summary_.longest_wait, record.waited);
    if (record.repeated) return;
    std::uint64_t& newest = newest_[record.packet.flow];
    summary_.reordered += record.number < newest ? 1U : 0U;
    newest = std::max(newest, record.number);
}

std::string print(const Summary& summary) {
    std::string text = fmt::format("offered {}, copies {}", summary.offered, summary.copies);
    for (std::size_t i = 0; i < fates; ++i)
        if (summary.by_fate[i] > 0)
            text += fmt::format(", {} {}", name(static_cast<Fate>(i)), summary.by_fate[i]);
    text += fmt::format("\nrepeated {}, reordered {}, marked {}, corrupted {}, held back {}\n",
                        summary.repeated, summary.reordered, summary.marked, summary.corrupted,
                        summary.held_back);
    return text + fmt::format("longest queue {} in {}, longest wait {}\n",
                              print_bytes(summary.longest_queue_bytes),
                              count_of(summary.longest_queue_packets, "packet"),
                              print_ns(summary.longest_wait.count()));
}

} // namespace wyn::link
