#include "rt/service_manager.hpp"

#include "clock/system_clock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace wyn::rt {

namespace {

constexpr Duration retry_interval = 100ms;
// More than a manager that is merely busy is ever told at once.
constexpr std::size_t most_unsent = 64;

std::string value_or_empty(const char* value) {
    return value == nullptr ? "" : value;
}

std::optional<std::uint64_t> read_number(const char* text) {
    if (text == nullptr) return std::nullopt;
    std::uint64_t number = 0;
    const char* const end = text + std::strlen(text);
    const auto [stop, error] = std::from_chars(text, end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

std::uint64_t in_us(Duration duration) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

} // namespace

Result<std::vector<InheritedSocket>> inherited_sockets() {
    char** names = nullptr;
    const int count = sd_listen_fds_with_names(1, &names);
    if (count < 0) return fail_errno(-count, "take over sockets (LISTEN_FDS)");
    std::vector<InheritedSocket> sockets;
    // NOLINTBEGIN(cppcoreguidelines-no-malloc): the library hands over what it has allocated so
    for (int i = 0; i < count; ++i) {
        const int fd = SD_LISTEN_FDS_START + i;
        static_cast<void>(::fcntl(fd, F_SETFL, O_NONBLOCK)); // units may say otherwise
        sockets.push_back({names[i], net::Fd{fd}});
        std::free(names[i]);
    }
    std::free(static_cast<void*>(names));
    // NOLINTEND(cppcoreguidelines-no-malloc)
    return sockets;
}

std::optional<Duration> watchdog_of(const char* usec, const char* pid, pid_t self) {
    // Someone else's watchdog, inherited by accident.
    if (pid != nullptr && read_number(pid) != static_cast<std::uint64_t>(self)) return std::nullopt;
    constexpr std::uint64_t longest_us = 24ULL * 3600 * 1'000'000;
    const auto us = read_number(usec);
    if (!us || *us == 0 || *us > longest_us) return std::nullopt;
    return std::chrono::microseconds{*us};
}

ServiceEnvironment service_environment() {
    // NOLINTBEGIN(concurrency-mt-unsafe): called before there is a second thread
    const std::string notify = value_or_empty(std::getenv("NOTIFY_SOCKET"));
    const bool usable = notify.size() > 1 && (notify[0] == '/' || notify[0] == '@') &&
                        notify.size() < sizeof sockaddr_un{}.sun_path;
    return {.notify_socket = usable ? notify : "",
            .watchdog =
                watchdog_of(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID"), ::getpid())};
    // NOLINTEND(concurrency-mt-unsafe)
}

Result<std::unique_ptr<ServiceManager>>
ServiceManager::contact(Loop& loop, const ServiceEnvironment& environment) {
    std::unique_ptr<ServiceManager> manager{new ServiceManager{loop, environment}};
    if (environment.notify_socket.empty()) return manager;
    auto socket =
        net::Fd::from_call(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                           "open a socket for the service manager");
    if (!socket) return pass_on(socket);
    manager->socket_ = std::move(*socket);
    if (environment.watchdog) {
        manager->feed_every_ = *environment.watchdog / 2;
        manager->feed_watchdog();
    }
    return manager;
}

ServiceManager::ServiceManager(Loop& loop, const ServiceEnvironment& environment)
    : address_{environment.notify_socket}, retry_{loop.add_timer([this] { flush(); })},
      feed_{loop.add_timer([this] { feed_watchdog(); })} {}

void ServiceManager::ready() {
    say("READY=1");
}

void ServiceManager::reloading() {
    // Type=notify-reload (systemd 253) compares this time with that of its signal.
    say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", in_us(mono_now().time_since_epoch())));
}

void ServiceManager::stopping(Duration patience) {
    say(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}", in_us(patience)));
}

void ServiceManager::status(std::string text) {
    if (!socket_.is_open() || text == last_status_) return;
    last_status_ = text;
    unsent_status_ = "STATUS=" + std::move(text);
    flush();
}

void ServiceManager::keep(std::string_view name, int fd) {
    if (!socket_.is_open()) return;
    // Without FDPOLL=0 an ICMP error on the socket would end the keeping.
    if (auto copy = net::duplicate(fd))
        say(fmt::format("FDSTORE=1\nFDNAME={}\nFDPOLL=0", name), std::move(*copy));
}

void ServiceManager::forget(std::string_view name) {
    say(fmt::format("FDSTOREREMOVE=1\nFDNAME={}", name));
}

void ServiceManager::say(std::string text, net::Fd fd) {
    if (!socket_.is_open()) return;
    if (unsent_.size() == most_unsent) unsent_.pop_front();
    unsent_.push_back({std::move(text), std::move(fd)});
    flush();
}

void ServiceManager::flush() {
    while (!unsent_.empty() &&
           send(unsent_.front().text, unsent_.front().fd.get()) == Outcome::done)
        unsent_.pop_front();
    if (unsent_.empty() && !unsent_status_.empty() && send(unsent_status_, -1) == Outcome::done)
        unsent_status_.clear();
    const bool all_said = unsent_.empty() && unsent_status_.empty();
    retry_.arm(all_said ? never : mono_now() + retry_interval);
}

// One that has gone for good is none: nobody is left to be told.
ServiceManager::Outcome ServiceManager::send(std::string_view text, int fd) const {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    address_.copy(to.sun_path, sizeof to.sun_path - 1);
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
    iovec part{const_cast<char*>(text.data()), text.size()}; // sending only reads
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (fd >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    const bool busy = sent < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR);
    return busy ? Outcome::later : Outcome::done;
}

// Not said again later: a word of life from the past would be a lie.
void ServiceManager::feed_watchdog() {
    if (unsent_.empty()) static_cast<void>(send("WATCHDOG=1", -1));
    feed_.arm(mono_now() + feed_every_);
}

} // namespace wyn::rt
