// What happens during a probe, as one JSON object per line (--json-lines), schema wyndrvr.lines/1:
//
//   hello (phase interval...)... finding... [error] result
//
// `result` is always the last line, and holds the document of --json. Pure: progress goes in, lines
// come out, without their newlines.
#pragma once

#include "ctl/report.hpp"
#include "session/client_connection.hpp"
#include "verdict/evidence.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wyn::ctl {

// There is a session: whom, and what is going to be measured.
std::string hello_line(const Report& report);

class ProgressLines {
public:
    // How far the probe is, `elapsed` after its beginning; about ten times a second. A new phase is
    // a line of its own.
    std::vector<std::string> update(Duration elapsed, const session::ProbeProgress& progress);

private:
    std::optional<session::ProbePhase> phase_;
};

// It is over.
std::vector<std::string> closing_lines(const Report& report, const verdict::Evidence& evidence);

} // namespace wyn::ctl
