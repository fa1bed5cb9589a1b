// Whether to ask the kernel when datagrams leave: it costs a system call each, and some kernels and
// sandboxes never tell. So whoever gets no answer for a while asks only now and then.
//
//   hardware -> kernel -> user
//
// The lowest step, our own clock at the moment of the system call, is always there. The first would
// be the network card's own stamps. They need a card that is set up for it by somebody with the
// right to (SIOCSHWTSTAMP) and its clock mapped onto the host's, and are not used.
#pragma once

#include <cstdint>

namespace wyn::session {

class StampLadder {
public:
    // Whether the next datagram should ask.
    bool should_ask() noexcept {
        return missing_in_a_row_ < patience || ++since_asked_ % pause == 0;
    }
    // What was asked for has come, or will not come any more.
    void on_stamp() noexcept { missing_in_a_row_ = 0; }
    void on_missing() noexcept {
        if (missing_in_a_row_ < patience) ++missing_in_a_row_;
    }
    // So many were missing that our own clock stands in, until one comes again.
    bool fell_back() const noexcept { return missing_in_a_row_ == patience; }

private:
    static constexpr std::uint32_t patience = 16;
    static constexpr std::uint32_t pause = 1024; // ten seconds at the usual interval

    std::uint32_t missing_in_a_row_ = 0;
    std::uint32_t since_asked_ = 0;
};

} // namespace wyn::session
