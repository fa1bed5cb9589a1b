#include "rt/rlimit.hpp"

#include <sys/resource.h>

#include <cerrno>

namespace wyn::rt {

Result<std::uint64_t> raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return fail_errno(errno, "read RLIMIT_NOFILE");
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) < 0) return fail_errno(errno, "raise RLIMIT_NOFILE");
    return limit.rlim_cur;
}

} // namespace wyn::rt
