// The fields of our events, WYNDRVR_<name> in the journal: what they are called in JSON, and what
// they hold. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wyn::journal {

enum class FieldForm : std::uint8_t {
    text,
    number,      // digits
    microseconds // digits, in JSON as nanoseconds
};

struct Field {
    std::string_view name;
    std::string_view json;
    FieldForm form = FieldForm::text;
};

inline constexpr std::array<Field, 35> fields{{
    {"SESSION", "session"},
    {"CLIENT", "client"},
    {"PORT", "port", FieldForm::number},
    {"KEY", "key"},
    {"PORT_CONTROL", "control_port", FieldForm::number},
    {"PORT_UPLOAD", "upload_port", FieldForm::number},
    {"PORT_DOWNLOAD", "download_port", FieldForm::number},
    {"TEST", "test"},
    {"UP_BPS", "up_bps", FieldForm::number},
    {"DOWN_BPS", "down_bps", FieldForm::number},
    {"CAPACITY_BPS", "capacity_bps", FieldForm::number},
    {"VERDICT", "verdict"},
    {"RTT_US", "rtt_ns", FieldForm::microseconds},
    {"SENT", "sent_count", FieldForm::number},
    {"LOST", "lost_count", FieldForm::number},
    {"LOST_HERE", "lost_here_count", FieldForm::number},
    {"DUPLICATES", "duplicate_count", FieldForm::number},
    {"REORDERED", "reordered_count", FieldForm::number},
    {"PAYLOAD_BYTES", "payload_bytes", FieldForm::number},
    {"DATAGRAM_BYTES", "datagram_bytes", FieldForm::number},
    {"DURATION_US", "duration_ns", FieldForm::microseconds},
    {"TESTS", "tests_count", FieldForm::number},
    {"BYTES_IN", "in_bytes", FieldForm::number},
    {"BYTES_OUT", "out_bytes", FieldForm::number},
    {"DROPPED", "dropped_count", FieldForm::number},
    {"REASON", "reason"},
    {"LISTEN", "listen"},
    {"UID", "uid", FieldForm::number},
    {"CHANGED", "changed"},
    {"NEEDS_RESTART", "needs_restart"},
    {"MISTAKES", "mistake_count", FieldForm::number},
    {"SESSIONS", "session_count", FieldForm::number},
    {"LOG_LEVEL", "log_level"},
    {"MESSAGES", "message_count", FieldForm::number},
    {"KINDS", "kinds"},
}};

} // namespace wyn::journal
