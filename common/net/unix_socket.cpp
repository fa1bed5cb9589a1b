#include "net/unix_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace wyn::net {

namespace {

// How many callers may wait to be accepted: far more than status readers there are.
constexpr int backlog = 64;

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(fmt::format("'{}': the path of a socket has 1 to {} bytes", path,
                                sizeof address.sun_path - 1));
    path.copy(address.sun_path, path.size());
    return address;
}

Result<Fd> new_socket() {
    return Fd::from_call(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                         "open a Unix socket");
}

// None: it has no such option, because it is no socket.
std::optional<int> option_of(int fd, int option) {
    int value = 0;
    socklen_t length = sizeof value;
    if (::getsockopt(fd, SOL_SOCKET, option, &value, &length) < 0) return std::nullopt;
    return value;
}

int call_with(int (*call)(int, const sockaddr*, socklen_t), int fd, const sockaddr_un& address) {
    return call(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// Makes room at `path` when what stands there is a socket that nobody listens on any more. A daemon
// that binds but does not listen yet looks the same for a moment; two daemons that start within
// that moment meet at their UDP port.
Result<void> remove_stale(const std::string& path, const sockaddr_un& address) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) < 0)
        return errno == ENOENT ? Result<void>{} : fail_errno(errno, path);
    if (!S_ISSOCK(found.st_mode))
        return std::unexpected{Error{std::make_error_code(std::errc::file_exists),
                                     path + ": exists and is not a socket"}};
    auto probe = new_socket();
    if (!probe) return pass_on(probe, path);
    const bool refused = call_with(::connect, probe->get(), address) < 0 && errno == ECONNREFUSED;
    if (!refused)
        return std::unexpected{Error{std::make_error_code(std::errc::address_in_use),
                                     path + ": already in use by another daemon"}};
    if (::unlink(path.c_str()) < 0 && errno != ENOENT)
        return fail_errno(errno, fmt::format("remove the stale socket {}", path));
    return {};
}

Result<void> bind_to_path(int fd, const std::string& path, const sockaddr_un& address) {
    if (call_with(::bind, fd, address) == 0) return {};
    if (errno != EADDRINUSE) return fail_errno(errno, fmt::format("bind {}", path));
    if (auto removed = remove_stale(path, address); !removed) return removed;
    if (call_with(::bind, fd, address) < 0) return fail_errno(errno, fmt::format("bind {}", path));
    return {};
}

} // namespace

UnixListener::UnixListener(Fd socket, std::string path)
    : socket_{std::move(socket)}, path_{std::move(path)} {}

void UnixListener::own_file() {
    struct stat made{};
    if (::lstat(path_.c_str(), &made) < 0) return;
    device_ = made.st_dev;
    inode_ = made.st_ino;
}

UnixListener::~UnixListener() {
    struct stat found{};
    if (inode_ == 0 || ::lstat(path_.c_str(), &found) < 0) return;
    if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

UnixListener::UnixListener(UnixListener&& other) noexcept {
    swap(other);
}

UnixListener& UnixListener::operator=(UnixListener&& other) noexcept {
    UnixListener{std::move(other)}.swap(*this);
    return *this;
}

void UnixListener::swap(UnixListener& other) noexcept {
    socket_.swap(other.socket_);
    path_.swap(other.path_);
    std::swap(device_, other.device_);
    std::swap(inode_, other.inode_);
}

Result<UnixListener> UnixListener::listen(const std::string& path, mode_t mode) {
    auto address = address_of(path);
    if (!address) return pass_on(address);
    auto socket = new_socket();
    if (!socket) return pass_on(socket, path);
    if (auto bound = bind_to_path(socket->get(), path, *address); !bound) return pass_on(bound);
    // From here on the file is ours and goes with the object. Nobody can connect before listen(),
    // so the permissions of the moment in between do no harm.
    UnixListener listener{std::move(*socket), path};
    listener.own_file();
    if (::chmod(path.c_str(), mode) < 0)
        return fail_errno(errno, fmt::format("set the permissions of {}", path));
    if (::listen(listener.fd(), backlog) < 0)
        return fail_errno(errno, fmt::format("listen on {}", path));
    return listener;
}

Result<UnixListener> UnixListener::adopt(Fd socket, std::string path) {
    const bool fits = option_of(socket.get(), SO_DOMAIN) == AF_UNIX &&
                      option_of(socket.get(), SO_TYPE) == SOCK_STREAM &&
                      option_of(socket.get(), SO_ACCEPTCONN) == 1;
    if (!fits)
        return fail(
            fmt::format("{}: the inherited descriptor is no listening Unix stream socket", path));
    const int flags = ::fcntl(socket.get(), F_GETFL);
    if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) < 0 ||
        ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) < 0)
        return fail_errno(errno, fmt::format("prepare the inherited socket {}", path));
    return UnixListener{std::move(socket), std::move(path)};
}

Result<std::optional<Accepted>> UnixListener::accept() {
    const int raw = ::accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (raw < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
        return std::nullopt;
    auto socket = Fd::from_call(raw, fmt::format("accept on {}", path_));
    if (!socket) return pass_on(socket);
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (::getsockopt(raw, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
        return fail_errno(errno, "read SO_PEERCRED");
    return Accepted{std::move(*socket), {credentials.pid, credentials.uid, credentials.gid}};
}

Result<Fd> connect_unix(const std::string& path) {
    auto address = address_of(path);
    if (!address) return pass_on(address);
    auto socket = new_socket();
    if (!socket) return pass_on(socket, path);
    if (call_with(::connect, socket->get(), *address) == 0) return socket;
    const int error = errno;
    const auto explained = [&](std::string_view meaning) {
        return std::unexpected{Error{std::error_code{error, std::generic_category()},
                                     fmt::format("{}: {}", path, meaning)}};
    };
    switch (error) {
    case ENOENT: return explained("no such socket; is the daemon running?");
    case ECONNREFUSED: return explained("no daemon listens there any more");
    case EAGAIN: return explained("the daemon is too busy to answer");
    default: return fail_errno(error, path);
    }
}

} // namespace wyn::net
