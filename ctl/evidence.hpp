// What a probe's report gives the rules of verdict/ to go by: the one place where what was measured
// becomes evidence.
#pragma once

#include "ctl/report.hpp"
#include "verdict/evidence.hpp"

namespace wyn::ctl {

// What the report does not know stays unknown.
verdict::Evidence evidence_of(const Report& report);
// Of one load, by what else is known of its path.
verdict::Load load_of(const session::DirectionResult& result, const session::ProbeResult& probe);

} // namespace wyn::ctl
