#include "journal/native_socket.hpp"

#include "journal/native_entry.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace wyn::journal {

namespace {

// Some thousand events that the journal has not read yet; the kernel may give less.
constexpr int send_buffer_bytes = 1024 * 1024;

} // namespace

NativeSocket::NativeSocket(std::string identifier, std::string path)
    : identifier_{std::move(identifier)}, path_{std::move(path)} {}

NativeSocket::~NativeSocket() {
    if (fd_ >= 0) ::close(fd_);
}

bool NativeSocket::open() {
    if (fd_ >= 0) return true;
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return false;
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
    return true;
}

// To the path each time and never connected: a journal that was started again has another socket
// there. `attached` is a descriptor that goes along, or -1.
bool NativeSocket::send(std::string_view datagram, int attached) const {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (path_.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    iovec part{const_cast<char*>(datagram.data()), datagram.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{.msg_name = &address, .msg_namelen = sizeof address};
    if (attached < 0) {
        message.msg_iov = &part;
        message.msg_iovlen = 1;
    } else {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof attached);
        std::memcpy(CMSG_DATA(header), &attached, sizeof attached);
    }
    return ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

// Sealed, because the journal reads only what nobody can change under its eyes.
bool NativeSocket::send_as_file(std::string_view entry) const {
    const int file = ::memfd_create("journal-entry", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    if (file < 0) return false;
    const bool sent =
        ::write(file, entry.data(), entry.size()) == static_cast<ssize_t>(entry.size()) &&
        ::fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0 &&
        send({}, file);
    ::close(file);
    return sent;
}

bool NativeSocket::put(const Event& event) {
    if (!open()) return false;
    const std::string entry = native_entry(event, identifier_);
    if (send(entry, -1)) return true;
    return errno == EMSGSIZE && send_as_file(entry);
}

} // namespace wyn::journal
