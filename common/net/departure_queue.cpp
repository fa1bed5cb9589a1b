#include "net/departure_queue.hpp"

#include "net/socket_options.hpp"

#include <cerrno>

namespace wyn::net {

bool DepartureQueue::begin(int fd) {
    if (state_ == State::untried)
        state_ = enable_departure_stamps(fd, true) ? State::chosen : State::absent;
    return is_on();
}

void DepartureQueue::put_request(msghdr& message, ControlSpace& space, std::uint32_t id) const {
    put_departure_request(message, space);
    if (state_ == State::chosen) put_departure_id(message, space, id);
}

void DepartureQueue::on_sent(std::uint32_t id) noexcept {
    newest_ = id;
    if (!ids_.empty()) ids_[asked_ % remembered] = id;
    ++asked_;
    may_hold_ = true;
}

// Whether a request that failed was counted differs between kernels, so the count begins anew.
bool DepartureQueue::on_refused(int fd, int error) {
    const bool unknown = error == EINVAL;
    if (unknown) state_ = state_ == State::chosen ? State::counted : State::absent;
    if (state_ == State::counted) ids_.resize(remembered);
    asked_ = 0;
    const bool switched = enable_departure_stamps(fd, false).has_value() &&
                          (!is_on() || enable_departure_stamps(fd, true).has_value());
    if (!switched) state_ = State::absent;
    return unknown;
}

std::optional<DepartureQueue::Entry> DepartureQueue::read(int fd) {
    msghdr message{};
    ssize_t got = 0;
    do {
        expect_control(message, control_);
        got = ::recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        may_hold_ = until_empty_ = false;
        return std::nullopt;
    }
    const ReceivedControl read = read_control(message);
    if (!read.error) return Entry{};
    if (read.error->origin == QueuedError::Origin::network)
        return Entry{.id = std::nullopt, .error = static_cast<int>(read.error->number)};
    if (read.error->origin != QueuedError::Origin::departure || !read.departure) return Entry{};
    Entry entry{.id = id_of(read.error->number), .time = *read.departure};
    // What was asked for last has come: the rest came before, unless epoll says otherwise.
    if (entry.id == newest_) may_hold_ = until_empty_;
    return entry;
}

std::optional<std::uint32_t> DepartureQueue::id_of(std::uint32_t number) const noexcept {
    if (state_ == State::chosen) return number;
    const std::uint32_t behind = asked_ - number; // from 1
    if (behind == 0 || behind > remembered || ids_.empty()) return std::nullopt;
    return ids_[number % remembered];
}

} // namespace wyn::net
