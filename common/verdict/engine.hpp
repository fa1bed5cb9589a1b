// From evidence to a verdict: asks every rule, settles which of the findings stand and how sure
// they are, and says it all in one sentence. Pure.
#pragma once

#include "verdict/evidence.hpp"
#include "verdict/finding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wyn::verdict {

struct Verdict {
    Level level = Level::good; // of the worst finding
    std::string summary;       // one sentence
    // What matters most first; at most one of a code for each direction.
    std::vector<Finding> findings;
};

// Nothing when nothing was measured.
std::optional<Verdict> judge(const Evidence& evidence);

// The summary of findings that stand; see summary.cpp.
std::string summary_of(const Evidence& evidence, const std::vector<Finding>& findings);

} // namespace wyn::verdict
