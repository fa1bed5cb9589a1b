// Probes that show something, with evidence that knows more than their reports do: what links,
// processors, marks and searches tell.
#pragma once

#include "unit/ctl/reports.hpp"
#include "verdict/evidence.hpp"

#include <string>
#include <vector>

namespace wyn::test {

struct Situation {
    std::string name; // of the golden page: report_NAME.txt
    ctl::Report report;
    verdict::Evidence evidence;
};

// A home line: download at line rate, upload with bufferbloat, a mark that is changed on the way.
Situation home_line();
// The receiving host drops a twelfth of a download; the path loses nothing.
Situation host_at_fault();
// An upload behind a token bucket that drops.
Situation policed();
// A fixed rate that loses 3 %, and nobody knows why.
Situation unexplained();
// A path that keeps flows apart.
Situation fair_queue();
// Radio: the rate varies, and datagrams are lost at any rate.
Situation radio();
// A server with other clients at work, of which the sender lacks processor time.
Situation crowded();

std::vector<Situation> situations();

} // namespace wyn::test
