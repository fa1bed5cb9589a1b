#include "verdict/finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wyn::verdict {

std::string_view name(Code code) {
    switch (code) {
    case Code::sender_cpu: return "SENDER-CPU";
    case Code::sender_queue: return "SENDER-QUEUE";
    case Code::receiver_socket: return "RECEIVER-SOCKET";
    case Code::receiver_cpu: return "RECEIVER-CPU";
    case Code::line_rate: return "LINE-RATE";
    case Code::bufferbloat: return "BUFFERBLOAT";
    case Code::policer: return "POLICER";
    case Code::aqm: return "AQM";
    case Code::random_loss: return "RANDOM-LOSS";
    case Code::remarked: return "REMARKED";
    case Code::ecn_bleached: return "ECN-BLEACHED";
    case Code::pmtu_blackhole: return "PMTU-BLACKHOLE";
    case Code::busy_server: return "BUSY-SERVER";
    case Code::unstable: return "UNSTABLE";
    case Code::two_rate: return "TWO-RATE";
    case Code::lower_bound: return "LOWER-BOUND";
    case Code::clock_step: return "CLOCK-STEP";
    case Code::unknown: return "UNKNOWN";
    }
    return "UNKNOWN";
}

std::string_view name(Confidence confidence) {
    switch (confidence) {
    case Confidence::low: return "low";
    case Confidence::medium: return "medium";
    case Confidence::high: return "high";
    }
    return "low";
}

std::string_view name(Level level) {
    switch (level) {
    case Level::good: return "good";
    case Level::warn: return "warn";
    case Level::bad: return "bad";
    }
    return "bad";
}

std::string Value::key() const {
    switch (unit) {
    case Unit::count: return std::string{name};
    case Unit::ratio: return fmt::format("{}_ratio", name);
    case Unit::ns: return fmt::format("{}_ns", name);
    case Unit::bytes: return fmt::format("{}_bytes", name);
    case Unit::bps: return fmt::format("{}_bps", name);
    }
    return std::string{name};
}

std::string Value::text() const {
    switch (unit) {
    case Unit::count: return fmt::format("{:.0f}", number);
    case Unit::ratio:
        if (number > 0 && number < 1e-6) return "<0.0001 %";
        return fmt::format("{:.3g} %", number * 100);
    case Unit::ns: return print_ns(std::llround(number));
    case Unit::bytes: return print_bytes(static_cast<std::uint64_t>(std::max(number, 0.0)));
    case Unit::bps: return print(BitRate::from_double(number));
    }
    return "";
}

Value value(std::string_view name, Duration duration) {
    return {name, Unit::ns, static_cast<double>(duration.count())};
}
Value value(std::string_view name, BitRate rate) {
    return {name, Unit::bps, rate.as_double()};
}
Value count_value(std::string_view name, std::uint64_t count) {
    return {name, Unit::count, static_cast<double>(count)};
}
Value bytes_value(std::string_view name, std::uint64_t bytes) {
    return {name, Unit::bytes, static_cast<double>(bytes)};
}
Value ratio_value(std::string_view name, double ratio) {
    return {name, Unit::ratio, ratio};
}

} // namespace wyn::verdict
