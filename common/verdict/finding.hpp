// One thing that a probe found out: what, how sure it is, what shows it, and what to do about it.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"
#include "verdict/share.hpp"
#include "wire/message.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::verdict {

// The codes appear in JSON and are never reused; glossary.hpp explains them.
enum class Code : std::uint8_t {
    sender_cpu,
    sender_queue,
    receiver_socket,
    receiver_cpu,
    line_rate,
    bufferbloat,
    policer,
    aqm,
    random_loss,
    remarked,
    ecn_bleached,
    pmtu_blackhole,
    busy_server,
    unstable,
    two_rate,
    lower_bound,
    clock_step,
    unknown,
};
inline constexpr std::array codes{
    Code::sender_cpu,  Code::sender_queue, Code::receiver_socket, Code::receiver_cpu,
    Code::line_rate,   Code::bufferbloat,  Code::policer,         Code::aqm,
    Code::random_loss, Code::remarked,     Code::ecn_bleached,    Code::pmtu_blackhole,
    Code::busy_server, Code::unstable,     Code::two_rate,        Code::lower_bound,
    Code::clock_step,  Code::unknown,
};
std::string_view name(Code code); // "SENDER-CPU"

// High: what shows it is there and leaves no other explanation that is known here. Medium: the
// signs fit, and something that would settle it is not known. Low: one explanation of several.
enum class Confidence : std::uint8_t { low, medium, high };
std::string_view name(Confidence confidence);

// Good: as it should be, or only good to know. Bad: whoever uses the path will notice.
enum class Level : std::uint8_t { good, warn, bad };
std::string_view name(Level level);

enum class Unit : std::uint8_t { count, ratio, ns, bytes, bps };

// A figure and its unit. What it counts is in the name: "queue", "sent".
struct Value {
    std::string_view name;
    Unit unit = Unit::count;
    double number = 0;

    bool is_whole() const { return unit != Unit::ratio; }
    // As JSON calls it: "queue_ns", "loss_ratio"; counts have no unit.
    std::string key() const;
    // For people: "172 ms", "1.04 MB", "0.32 %", "65".
    std::string text() const;
};
Value value(std::string_view name, Duration duration);
Value value(std::string_view name, BitRate rate);
Value count_value(std::string_view name, std::uint64_t count);
Value bytes_value(std::string_view name, std::uint64_t bytes);
Value ratio_value(std::string_view name, double ratio); // 0 to 1

struct Finding {
    Code code = Code::unknown;
    std::optional<wire::Direction> direction; // none: of the probe as a whole
    Confidence confidence = Confidence::low;
    Level level = Level::warn;
    std::string sentence;        // what happens and where; may be two
    std::vector<Value> evidence; // that show it; each name once
    std::string advice;          // one thing to do; empty: nothing needs to be done
};

} // namespace wyn::verdict
