#include "rt/system_random.hpp"

#include <string.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace wyn::rt {

SystemRandom::~SystemRandom() {
    ::explicit_bzero(drawn_.data(), drawn_.size());
}

void SystemRandom::refill() {
    ssize_t got = 0;
    do
        got = ::getrandom(drawn_.data(), drawn_.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(drawn_.size())) {
        const std::error_code why{got < 0 ? errno : EIO, std::generic_category()};
        std::fprintf(stderr, "wyndrvr: the kernel gives no random numbers: getrandom: %s\n",
                     why.message().c_str());
        std::abort();
    }
    used_ = 0;
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        if (used_ == drawn_.size()) refill();
        const auto fresh = std::span{drawn_}.subspan(used_);
        const std::size_t taken = std::min(out.size(), fresh.size());
        std::copy_n(fresh.begin(), taken, out.begin());
        std::fill_n(fresh.begin(), taken, std::uint8_t{0});
        used_ += taken;
        out = out.subspan(taken);
    }
}

} // namespace wyn::rt
