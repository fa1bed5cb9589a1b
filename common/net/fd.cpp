#include "net/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace wyn::net {

Fd::~Fd() {
    if (raw_ >= 0) ::close(raw_); // Linux frees the number even when close() fails: no retry
}

Result<Fd> Fd::from_call(int returned, std::string_view call) {
    if (returned < 0) return fail_errno(errno, call);
    return Fd{returned};
}

Result<Fd> duplicate(int fd) {
    return Fd::from_call(::fcntl(fd, F_DUPFD_CLOEXEC, 3), "duplicate a descriptor");
}

} // namespace wyn::net
