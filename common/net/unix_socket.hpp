// Stream sockets in the file system: the daemon's control socket and its callers.
#pragma once

#include "net/fd.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace wyn::net {

// Who connected, as the kernel recorded it at that moment (SO_PEERCRED).
struct Caller {
    pid_t pid = 0;
    uid_t uid = 0;
    gid_t gid = 0;
};

struct Accepted {
    Fd socket; // non-blocking
    Caller caller;
};

// A listening socket at a path. One that it has made it owns, and removes the file at its end,
// unless somebody has put another one there since.
class UnixListener {
public:
    // `mode` are the permissions of the file whatever the umask; who may write to it may connect.
    // A socket that a killed daemon left behind is replaced. The sentence of an error names the
    // path: "/run/wyndrvr/io.wyndrvr: already in use by another daemon".
    static Result<UnixListener> listen(const std::string& path, mode_t mode);

    // A socket that somebody else has made, bound and set to listen, such as a service manager. Its
    // file stays where it is. `path` is for sentences. Errors: no listening stream socket of
    // AF_UNIX.
    static Result<UnixListener> adopt(Fd socket, std::string path);

    ~UnixListener();
    UnixListener(UnixListener&& other) noexcept;
    UnixListener& operator=(UnixListener&& other) noexcept;

    int fd() const noexcept { return socket_.get(); }
    const std::string& path() const noexcept { return path_; }

    // The next caller; none: nobody waits now, or the one who did has gone.
    Result<std::optional<Accepted>> accept();

private:
    UnixListener(Fd socket, std::string path);
    void own_file();
    void swap(UnixListener& other) noexcept;

    Fd socket_;
    std::string path_;
    dev_t device_ = 0; // which file we made
    ino_t inode_ = 0;  // 0: none, since that is never a file
};

// A non-blocking connection to whoever listens at `path`. Errors say what that means: nothing
// listens there, permission denied, the daemon is too busy.
Result<Fd> connect_unix(const std::string& path);

} // namespace wyn::net
