// How a program ends that only prints something, or was used wrongly. Knows nothing of parsing: who
// needs no more than the outcome of a command line includes this.
#pragma once

#include <string>
#include <string_view>

namespace wyn::cli {

// The exit status of wrong usage.
inline constexpr int wrong_usage = 2;

// The program has nothing more to do than to print this and end: help and version (status 0, for
// stdout) or wrong usage (status 2, for stderr).
struct Exit {
    int status = 0;
    std::string text;
};

// "wyndrvrd: <sentence>; see wyndrvrd --help" with status 2. `program` may name a command too.
Exit usage_error(std::string_view program, std::string_view sentence);

} // namespace wyn::cli
