// Golden packets: annotated hex in tests/golden/*.hex, and what becomes of them at the boundaries
// of their fields (boundaries.txt). The same files are held to the manual page by golden_test.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wyn::golden {

using Packet = std::vector<std::uint8_t>;

// The packet `name` of tests/golden/name.hex: lines of "offset: bytes  # what". Throws
// std::runtime_error when there is none, or when an offset is not where the bytes before it ended.
Packet load(const std::string& name);

// The names of all packets, sorted.
std::vector<std::string> names();

// One line of boundaries.txt: `packet` with `value` at `offset` is accepted ("ok") or dropped for
// the reason `verdict`.
struct Boundary {
    std::string line;
    std::string packet;
    std::size_t offset = 0;
    Packet value;
    std::string verdict;
};
std::vector<Boundary> boundaries();

// A text file of the project, by its path below the root.
std::string text_of(const std::string& path);

} // namespace wyn::golden
