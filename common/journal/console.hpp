// Events as lines for somebody who looks on: each with its time, in colour on a terminal.
#pragma once

#include "journal/output.hpp"

#include <memory>

namespace wyn::journal {

// Lines on stdout. One that a reader has no room for is lost; only one longer than what a pipe
// takes whole (PIPE_BUF, 4096 bytes) may have to wait for him.
std::unique_ptr<Output> make_console();

} // namespace wyn::journal
