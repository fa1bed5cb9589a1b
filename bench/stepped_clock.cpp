// Preloaded into a program, sets the wall clock that it sees, and no other: STEP_AFTER_MS after its
// start by STEP_BY_MS. The kernel's stamps do not know of it.
#include <dlfcn.h>
#include <time.h>

#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ns_per_s = 1'000'000'000;

using Read = int (*)(clockid_t, timespec*);

std::int64_t to_ns(const timespec& time) {
    return time.tv_sec * ns_per_s + time.tv_nsec;
}

std::int64_t setting(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? 0 : std::strtoll(value, nullptr, 10) * ns_per_ms;
}

struct Step {
    Read read = reinterpret_cast<Read>(::dlsym(RTLD_NEXT, "clock_gettime"));
    std::int64_t after = setting("STEP_AFTER_MS");
    std::int64_t by = setting("STEP_BY_MS");
    std::int64_t started = now();

    std::int64_t now() const {
        timespec time{};
        read(CLOCK_MONOTONIC, &time);
        return to_ns(time);
    }
};

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    static const Step step;
    const int outcome = step.read(clock, time);
    if (outcome != 0 || clock != CLOCK_REALTIME || step.now() - step.started < step.after)
        return outcome;
    const std::int64_t set = to_ns(*time) + step.by;
    *time = {.tv_sec = set / ns_per_s, .tv_nsec = set % ns_per_s};
    return 0;
}
