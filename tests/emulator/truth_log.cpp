#include "emulator/truth_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace wyn::emulator {

namespace {

constexpr std::size_t buffer_bytes = 1024UL * 1024;
// Of a datagram's payload: enough for the head of a message of most protocols.
constexpr std::size_t payload_bytes = 32;

std::int64_t ns(link::WorldTime time) {
    return time.time_since_epoch().count();
}

} // namespace

Result<TruthLog> TruthLog::create(const std::string& file) {
    File opened{std::fopen(file.c_str(), "we")};
    if (!opened) return fail_errno(errno, file);
    std::setvbuf(opened.get(), nullptr, _IOFBF, buffer_bytes);
    fmt::print(opened.get(), "way,number,copy,fate,bytes,traffic_class,hop_limit,arrived_ns,due_ns,"
                             "departed_ns,waited_ns,queue_bytes,queue_packets,marked,corrupted,"
                             "held_back,repeated,payload\n");
    return TruthLog{file, std::move(opened)};
}

void TruthLog::add(std::string_view way, const Carrier::Departure& departure,
                   link::WorldTime departed) {
    const link::Record& record = departure.record;
    const ConstBytes payload = udp_payload(departure.sent);
    fmt::print(file_.get(), "{},{},{:d},{},{},{},{},{},{},{},{},{},{},{:d},{:d},{:d},{:d},{:02x}\n",
               way, record.number, record.copy, name(record.fate), record.packet.bytes,
               record.packet.traffic_class, record.packet.hop_limit, ns(record.arrived),
               ns(record.departed), ns(departed), record.waited.count(), record.queue_bytes,
               record.queue_packets, record.marked, record.corrupted, record.held_back,
               record.repeated,
               fmt::join(payload.first(std::min(payload.size(), payload_bytes)), ""));
}

Result<void> TruthLog::finish() {
    const bool failed = std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0;
    if (failed) return fail_errno(errno, name_);
    return {};
}

} // namespace wyn::emulator
