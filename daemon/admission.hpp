// Who may come in: the limits of the configuration against what is running. Pure.
#pragma once

#include "base/random.hpp"
#include "daemon/session_table.hpp"

#include <variant>

namespace wyn::daemon {

struct AdmissionLimits {
    std::size_t max_sessions = 64;
    std::size_t max_sessions_per_address = 32;
    BitRate max_rate{0};       // per session and direction; 0: no limit
    BitRate max_total_rate{0}; // promised to all sessions together; 0: not set
    bool require_key = false;
};

// A client that has returned its cookie and whose key, if it named one, was right.
struct Applicant {
    dgram::Address address;
    bool anonymous = true;
    BitRate wish{0}; // 0: as much as there is
};

struct Granted {
    BitRate max_rate{0}; // 0: no limit
    BitRate reserved{0}; // of max_total_rate
};

// Everything of REFUSE but the addressing.
struct Refused {
    wire::Refusal code = wire::Refusal::busy;
    std::uint64_t have = 0;
    std::uint64_t limit = 0;
    std::uint16_t detail = 0;
    std::uint32_t retry_after_ms = 0;
};

std::variant<Granted, Refused> admit(const Applicant& applicant, const AdmissionLimits& limits,
                                     const SessionTable& sessions);

// `base` plus up to a quarter, so that refused clients do not come back together.
std::uint32_t retry_after_ms(Duration base, Random& random);

} // namespace wyn::daemon
