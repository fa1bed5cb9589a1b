// Answers of a kernel: the seeds of the fuzz target `netlink`.
#pragma once

#include "check.hpp"
#include "golden/golden.hpp"
#include "net/qdisc.hpp"

#include <bit>
#include <string>
#include <vector>

namespace wyn {

// They are in the byte order of the machine that they are from, and mean nothing on others.
inline constexpr bool captured_are_readable = std::endian::native == std::endian::little;

using Datagram = std::vector<std::uint8_t>;

inline Datagram captured(const std::string& name) {
    const std::string bytes = golden::text_of("tests/fuzz/corpus/netlink/" + name);
    return {bytes.begin(), bytes.end()};
}

// The queueing disciplines of the device of index `device`, in the order of the answer.
inline std::vector<net::Qdisc> captured_qdiscs(const std::string& name, int device) {
    const Datagram datagram = captured(name);
    std::vector<net::Qdisc> found;
    for (const auto& message : REQUIRE_OK(net::read_answer(datagram)).messages) {
        auto qdisc = REQUIRE_OK(net::read_qdisc(message));
        if (qdisc.device == device) found.push_back(std::move(qdisc));
    }
    return found;
}

} // namespace wyn
