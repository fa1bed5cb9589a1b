// Finds the largest packet that a path carries in one direction, out of which sizes arrive: the
// search of DPLPMTUD (RFC 8899), with all sizes of a round under way at once, so that an ordinary
// path costs one round trip. Pure; who sends and hears is session/path_mtu.hpp.
//
// Sizes are of whole IP packets. Only an answer proves that a size passes, and only silence to
// three tries, or our own host's refusal, that one does not. What routers are said to have said
// (ICMP can be forged) merely names a size to try.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wyn::measure {

// Why no larger packet is known to pass.
enum class MtuLimit : std::uint8_t {
    none,    // the largest that was to be tried passes
    host,    // one of the two hosts takes no larger ones: the MTU of its device
    router,  // larger ones vanish, and a router says so
    silence, // larger ones vanish without a word: a black hole
};

// "none", "host", "router", "black_hole".
std::string_view name(MtuLimit limit);

class MtuSearch {
public:
    // What is under way at a time, at most.
    static constexpr std::size_t most_sizes = 10;

    // `known` is a size that has passed already, `ceiling` the largest that is worth trying.
    MtuSearch(std::uint16_t known, std::uint16_t ceiling);

    // What is still to be found out in this round; empty: the search is over.
    std::span<const std::uint16_t> sizes() const { return std::span{sizes_}.first(count_); }
    bool done() const { return count_ == 0; }

    // Both say whether a new round has begun, so that sizes() is to be sent at once.
    bool on_passed(std::uint16_t size);
    bool on_refused(std::uint16_t size); // by the sending host
    // No more answers have come in time: unless the search is over, sizes() is to be sent (again).
    void on_silence();

    // What the sending host's kernel takes for the path's MTU: that of its device, or what routers
    // have told it.
    void on_hint(std::uint16_t mtu) { hint_ = mtu; }
    // The same of the receiving host, of the way back: its device takes no larger packets. Below
    // 1500 this says nothing, since it may be a router's word. True as above.
    bool on_far_hint(std::uint16_t mtu);

    // The largest size that passes; nothing when none did.
    std::optional<std::uint16_t> mtu() const { return passed_; }
    MtuLimit limit() const;
    // How many datagrams of the smallest size that fails got no answer in a row, once that is sure
    // to be more than chance; 0 else.
    std::uint32_t vanished() const { return vanished_; }

private:
    bool settle();
    void plan();
    void plan_common_sizes();
    void plan_evenly();
    void add(std::uint16_t size);
    void drop_known();
    void fail_from(std::uint32_t size, bool by_host);
    std::uint32_t most_tries() const;

    std::uint16_t ceiling_;
    std::uint16_t low_;  // the largest known to pass
    std::uint32_t high_; // the smallest known not to, or beyond the ceiling
    bool any_failed_ = false;
    bool failed_at_host_ = false; // `high_`
    std::optional<std::uint16_t> passed_;
    std::optional<std::uint16_t> hint_;

    std::array<std::uint16_t, most_sizes> sizes_{};
    std::size_t count_ = 0;
    std::uint32_t rounds_ = 0;
    std::uint32_t silences_ = 0; // of this round
    bool lossy_ = false;         // some size has passed at its second try or later
    bool confirming_ = false;    // in this round `high_` is tried once more
    std::uint32_t vanished_ = 0; // in vain: it is still the smallest that fails
};

} // namespace wyn::measure
