// Decides how fast to offer load: once per adjustment, never per packet (that is the pacer's job).
// Pure: given the observations of a recorded test it makes the same decisions again.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"

#include <memory>

namespace wyn::measure {

// What the receiver's feedback told since the last adjustment. All counts are differences.
struct Observation {
    std::uint64_t received = 0; // first copies
    std::uint64_t lost = 0;     // sequence numbers passed over and not yet filled
    std::uint64_t reordered = 0;
    std::uint64_t duplicates = 0;
    Duration rtt{};        // the newest sample of the loaded path
    Duration lowest_rtt{}; // of the whole test
};

class RateController {
public:
    virtual ~RateController() = default;

    // The rate to offer now, payload bits per second.
    virtual BitRate rate() const = 0;
    // One adjustment interval has passed and at least one feedback has come.
    virtual void adjust(const Observation& seen) = 0;
    // Whether something showed that more would not fit: congestion, or the ceiling. Until then the
    // rate is no more than a lower bound of the path's capacity (RFC 9097, section 6.5).
    virtual bool met_limit() const = 0;
    // Feedback is overdue; `periods` counts from 1 until the next one arrives (RFC 9097, 8.1).
    virtual void on_silence(std::uint32_t periods) = 0;
};

// Always `rate`.
std::unique_ptr<RateController> make_fixed(BitRate rate);

// RFC 9097, section 8.1 and Appendix A ("type B"). Its rates are IP-layer rates; `payload_bytes`
// and `header_bytes` (28 or 48) of each datagram turn them into payload rates. Never above
// `ceiling` (payload bits).
std::unique_ptr<RateController> make_type_b(BitRate ceiling, std::uint32_t payload_bytes,
                                            std::uint32_t header_bytes);

// The IP-layer rate of a row of the type B table: row 0 is 0.5 Mbit/s, rows 1 to 1000 are 1 Mbit/s
// apart, rows to 1090 100 Mbit/s (10 Gbit/s), and 1 Gbit/s above, to row 1180 (100 Gbit/s).
BitRate type_b_rate(std::uint32_t row);
inline constexpr std::uint32_t type_b_last_row = 1180;

} // namespace wyn::measure
