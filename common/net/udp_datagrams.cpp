#include "net/udp_datagrams.hpp"

#include "base/check.hpp"
#include "clock/system_clock.hpp"
#include "net/egress.hpp"
#include "net/socket_options.hpp"
#include "net/udp_socket.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace wyn::net {

using dgram::Capabilities;
using dgram::Endpoint;
using dgram::ReceivedTrain;
using dgram::SendOutcome;
using dgram::SendStatus;

namespace {

// UDP_MAX_SEGMENTS before Linux 6.9.
constexpr std::size_t segments_of_older_kernels = 64;

iovec as_iovec(std::span<const std::uint8_t> bytes) {
    return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()}; // sending only reads
}

void address_to(msghdr& message, const SocketAddress* to) {
    if (to == nullptr) return;
    message.msg_name = const_cast<sockaddr*>(to->get()); // sending only reads
    message.msg_namelen = to->length;
}

// Errors of this moment and this call, which an ICMP message never leaves behind.
bool is_of_the_moment(int error) {
    return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM;
}

// How the kernel refuses to segment: EIO for routes and devices, EINVAL for too many segments,
// EINVAL or in newer kernels EMSGSIZE for too long ones, the others when it does not know how.
bool may_blame_segmentation(int error) {
    return error == EIO || error == EINVAL || error == EMSGSIZE || error == ENOPROTOOPT ||
           error == EOPNOTSUPP;
}

std::size_t count_of(std::span<const std::uint8_t> bytes, std::size_t segment_size) {
    if (bytes.empty()) return 1;
    WYN_CHECK(segment_size > 0);
    return (bytes.size() - 1) / segment_size + 1;
}

} // namespace

UdpDatagrams::UdpDatagrams(Fd socket, Tie tie)
    : socket_{std::move(socket)}, tie_{tie}, buffer_{std::make_unique_for_overwrite<Buffer>()} {
    const auto family = get_option(fd(), option::socket_family);
    WYN_CHECK(family); // a socket, or it is our bug
    family_ = *family;
    if (const auto peer = peer_endpoint(fd())) peer_ = *peer;
    can_segment_ = get_option(fd(), option::segment_size).has_value();
    capabilities_ = {
        .kernel_stamps = get_option(fd(), option::receive_stamps).value_or(false),
        .receive_buffer_bytes =
            static_cast<std::uint64_t>(get_option(fd(), option::receive_buffer).value_or(0)),
    };
    use_offload(true);
}

void UdpDatagrams::use_offload(bool wanted) {
    capabilities_.segmentation = wanted && can_segment_;
    const bool switched = set_option(fd(), option::coalescing, wanted).has_value();
    capabilities_.coalescing = wanted && switched;
}

// A socket of both families has an option for each; the one that is not its own may be missing.
void UdpDatagrams::use_traffic_class(dgram::TrafficClass wanted) {
    if (wanted == capabilities_.traffic_class) return;
    const bool v6 = family_ == AF_INET6;
    const bool set_v4 = set_option(fd(), option::traffic_class_v4, wanted.byte()).has_value();
    const bool set_v6 = v6 && set_option(fd(), option::traffic_class_v6, wanted.byte()).has_value();
    const bool of_v4 = peer_ && peer_->address.is_v4();
    if (v6 && !of_v4 ? set_v6 : set_v4) capabilities_.traffic_class = wanted;
}

Result<bool> UdpDatagrams::receive(ReceivedTrain& into) {
    if (const int error = std::exchange(pending_error_, 0)) return socket_error(error);
    for (;;) {
        SocketAddress from;
        iovec place{buffer_->data(), buffer_->size()};
        msghdr message{};
        message.msg_name = from.get();
        message.msg_namelen = from.length;
        message.msg_iov = &place;
        message.msg_iovlen = 1;
        expect_control(message, control_);
        const ssize_t got = ::recvmsg(fd(), &message, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return false;
        if (got < 0) return socket_error(errno);

        const auto sender = from_kernel(from.storage);
        if (!sender || (peer_ && *sender != *peer_)) {
            ++strangers_;
            continue;
        }
        read_clocks_if_due();
        const ReceivedControl control = read_control(message);
        const auto length = static_cast<std::size_t>(got);
        longest_received_ = std::max(longest_received_, length);
        into.bytes = std::span{*buffer_}.first(length);
        into.segment_size = control.segment_size.value_or(length);
        into.from = *sender;
        into.stamp = control.stamp ? stamp_map_.place(*control.stamp) : stamp_map_.missing();
        into.read_at = stamp_map_.now();
        into.cut_off = (message.msg_flags & MSG_TRUNC) != 0;
        note(control, into);
        return true;
    }
}

void UdpDatagrams::release_memory() {
    constexpr std::size_t kept = alignof(Buffer);
    if (longest_received_ <= kept) return;
    longest_received_ = 0;
    // Where pages are larger it fails, and the memory stays.
    ::madvise(buffer_->data() + kept, buffer_bytes - kept, MADV_DONTNEED);
}

void UdpDatagrams::read_clocks_if_due() {
    stamp_map_.begin_batch(mono_now(), [] {
        const MonoTime before = mono_now();
        const WallTime wall = wall_now();
        return StampMap::Reading{.before = before, .wall = wall, .after = mono_now()};
    });
}

void UdpDatagrams::note(const ReceivedControl& control, dgram::ReceivedTrain& into) {
    if (into.stamp.origin == StampOrigin::user) ++stamps_missing_;
    into.traffic_class = control.traffic_class
                             ? std::optional{dgram::TrafficClass{*control.traffic_class}}
                             : std::nullopt;
    into.ttl = control.ttl;
    // The kernel leaves the counter out while it is zero.
    into.drops_before = control.drops ? note_drops(*control.drops) : 0;
}

// The kernel's counter has 32 bits and wraps after minutes at full speed. What comes with a
// datagram was counted when that was queued and may be older than what we have read since. Returns
// the whole number that `counted` is the end of.
std::uint64_t UdpDatagrams::note_drops(std::uint32_t counted) {
    const auto more = static_cast<std::int32_t>(counted - static_cast<std::uint32_t>(drops_));
    const std::uint64_t whole = drops_ + static_cast<std::uint64_t>(std::int64_t{more});
    drops_ = std::max(drops_, whole);
    return whole;
}

SendOutcome UdpDatagrams::send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                               const Endpoint* to) {
    const std::size_t count = count_of(bytes, segment_size);
    WYN_CHECK(count <= dgram::most_segments);
    WYN_CHECK(count == 1 || bytes.size() <= dgram::longest_datagram);
    std::optional<SocketAddress> name;
    if (to != nullptr) {
        name = to_kernel(*to, family_);
        if (!name) return {SendStatus::refused, 0, EAFNOSUPPORT};
    }
    return depart({bytes, segment_size, count, name ? &*name : nullptr});
}

SendOutcome UdpDatagrams::send_at(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                                  MonoTime departs) {
    if (!capabilities_.departure_times) return send(bytes, segment_size, nullptr);
    const std::size_t count = count_of(bytes, segment_size);
    WYN_CHECK(count <= dgram::most_segments);
    return depart({bytes, segment_size, count, nullptr, departs});
}

void UdpDatagrams::seek_departure_times() {
    if (std::exchange(sought_times_, true)) return;
    const auto qdiscs = egress_qdiscs(fd());
    capabilities_.departure_times =
        qdiscs && honours_txtime(*qdiscs) && enable_transmit_time(fd()).has_value();
}

SendOutcome UdpDatagrams::send_one(std::span<const std::uint8_t> bytes,
                                   const dgram::SendOptions& options) {
    WYN_CHECK(peer_);
    dgram::SendOptions wanted = options;
    if (wanted.departure_id && !departures_.begin(fd())) wanted.departure_id.reset();
    for (;;) {
        SendOutcome outcome = depart({bytes, bytes.size(), 1, nullptr, std::nullopt, &wanted});
        outcome.handed = handed_;
        outcome.left = departure_estimate_.left(handed_, mono_now());
        capabilities_.departure_stamps = departures_.is_on();
        if (!wanted.departure_id) return outcome;
        if (outcome.status == SendStatus::sent) {
            departures_.on_sent(*wanted.departure_id);
            return outcome;
        }
        if (!departures_.on_refused(fd(), outcome.error)) return outcome;
        if (!departures_.is_on()) wanted.departure_id.reset();
    }
}

bool UdpDatagrams::take_departure(dgram::Departure& into) {
    while (departures_.may_hold()) {
        const auto entry = departures_.read(fd());
        if (!entry) return false;
        if (entry->error != 0) pending_error_ = entry->error;
        if (!entry->id) continue;
        read_clocks_if_due();
        const Stamp stamp = stamp_map_.place(entry->time);
        if (stamp.origin != StampOrigin::kernel) continue;
        into = {.id = *entry->id, .stamp = stamp};
        return true;
    }
    return false;
}

SendOutcome UdpDatagrams::depart(Departing rest) {
    if (rest.to == nullptr && send_to_) rest.to = &*send_to_;
    const std::size_t count = rest.count;
    SendOutcome outcome;
    while (outcome.segments < count) {
        const Attempt attempt = try_send(rest);
        outcome.segments += attempt.taken;
        rest.drop_front(attempt.taken);
        if (attempt.error == 0) continue;
        outcome.error = attempt.error;
        outcome.status = attempt.error == EAGAIN ? SendStatus::would_block : SendStatus::refused;
        break;
    }
    return outcome;
}

void UdpDatagrams::Departing::drop_front(std::size_t segments) {
    count -= segments;
    bytes = bytes.subspan(std::min(bytes.size(), segments * segment_size));
}

// One call, and another when the first was only told what an ICMP message had left behind.
UdpDatagrams::Attempt UdpDatagrams::try_send(const Departing& train) {
    const auto call = [&] {
        if (train.count == 1) return try_one(train);
        return capabilities_.segmentation ? try_segmented(train) : try_many(train);
    };
    const Attempt first = call();
    if (first.error == 0 || is_of_the_moment(first.error)) return first;
    if (!peer_) return after_refusal(train, first.error);
    const Attempt second = call();
    if (second.error != first.error) pending_error_ = first.error;
    if (second.error == 0 || is_of_the_moment(second.error)) return second;
    return after_refusal(train, second.error);
}

// Asks the stack about the first datagram alone. If it takes that one, segmentation was at fault.
UdpDatagrams::Attempt UdpDatagrams::after_refusal(const Departing& train, int error) {
    if (train.count == 1 || !capabilities_.segmentation || !may_blame_segmentation(error))
        return {0, error};
    const Attempt alone = try_one(train);
    if (alone.error != 0) return alone;
    if (error == EINVAL && std::min(train.count, segments_per_call_) > segments_of_older_kernels)
        segments_per_call_ = segments_of_older_kernels;
    else
        can_segment_ = capabilities_.segmentation = false;
    return alone;
}

UdpDatagrams::Attempt UdpDatagrams::try_one(const Departing& train) {
    const auto first = train.bytes.first(std::min(train.bytes.size(), train.segment_size));
    if (train.departs || train.options != nullptr) return try_with_control(first, train);
    const sockaddr* const to = train.to == nullptr ? nullptr : train.to->get();
    const socklen_t length = train.to == nullptr ? 0 : train.to->length;
    ssize_t sent = 0;
    do
        sent = ::sendto(fd(), first.data(), first.size(), MSG_DONTWAIT, to, length);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? Attempt{0, errno} : Attempt{1, 0};
}

// One datagram to the peer.
UdpDatagrams::Attempt UdpDatagrams::try_with_control(std::span<const std::uint8_t> bytes,
                                                     const Departing& train) {
    iovec part = as_iovec(bytes);
    ControlSpace control;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    address_to(message, train.to);
    if (train.departs) put_transmit_time(message, control, *train.departs);
    if (train.options != nullptr) {
        if (train.options->traffic_class != 0)
            put_traffic_class(message, control, train.options->traffic_class,
                              peer_->address.is_v4());
        if (train.options->departure_id)
            departures_.put_request(message, control, *train.options->departure_id);
        handed_ = mono_now();
    }
    return attempt(message, 1);
}

UdpDatagrams::Attempt UdpDatagrams::try_segmented(const Departing& train) const {
    const std::size_t count = std::min(train.count, segments_per_call_);
    iovec part =
        as_iovec(train.bytes.first(std::min(train.bytes.size(), count * train.segment_size)));
    ControlSpace control;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    address_to(message, train.to);
    put_segment_size(message, control, static_cast<std::uint16_t>(train.segment_size));
    if (train.departs) put_transmit_time(message, control, *train.departs);
    return attempt(message, count);
}

UdpDatagrams::Attempt UdpDatagrams::attempt(const msghdr& message, std::size_t count) const {
    ssize_t sent = 0;
    do
        sent = ::sendmsg(fd(), &message, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? Attempt{0, errno} : Attempt{count, 0};
}

UdpDatagrams::Attempt UdpDatagrams::try_many(const Departing& train) const {
    ControlSpace departure; // the same for all
    std::array<iovec, dgram::most_segments> parts;
    std::array<mmsghdr, dgram::most_segments> messages;
    for (std::size_t i = 0; i < train.count; ++i) {
        const std::size_t begin = i * train.segment_size;
        parts[i] = as_iovec(
            train.bytes.subspan(begin, std::min(train.segment_size, train.bytes.size() - begin)));
        messages[i] = {};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        address_to(messages[i].msg_hdr, train.to);
        if (train.departs) {
            messages[i].msg_hdr.msg_control = nullptr;
            put_transmit_time(messages[i].msg_hdr, departure, *train.departs);
        }
    }
    int sent = 0;
    do
        sent = ::sendmmsg(fd(), messages.data(), static_cast<unsigned>(train.count), MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? Attempt{0, errno} : Attempt{static_cast<std::size_t>(sent), 0};
}

Result<void> UdpDatagrams::connect(const Endpoint& peer) {
    const auto doing = [&] { return fmt::format("connect to {}", print(peer)); };
    const auto address = to_kernel(peer, family_);
    if (!address) return fail_errno(EAFNOSUPPORT, doing());
    if (tie_ == Tie::own) {
        send_to_ = address;
        peer_ = peer;
        return {};
    }
    if (::connect(fd(), address->get(), address->length) < 0) return fail_errno(errno, doing());
    auto now = peer_endpoint(fd()); // 0.0.0.0 has become 127.0.0.1
    if (!now) return pass_on(now, doing());
    peer_ = *now;
    return {};
}

std::optional<std::size_t> UdpDatagrams::path_mtu() {
    const auto bytes = net::path_mtu(fd());
    return bytes ? std::optional{*bytes} : std::nullopt;
}

std::uint64_t UdpDatagrams::receive_drops() {
    if (const auto counted = read_drops(fd())) note_drops(*counted);
    return drops_;
}

Capabilities UdpDatagrams::capabilities() const {
    return capabilities_;
}

std::unexpected<Error> UdpDatagrams::socket_error(int number) const {
    return fail_errno(number, peer_ ? print(*peer_) : "receive");
}

} // namespace wyn::net
