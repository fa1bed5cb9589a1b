#include "sim/sim_datagrams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace wyn::sim {

namespace {

// Datagrams that follow each other more slowly are not coalesced: the driver's poll is over.
constexpr Duration coalescing_gap = 20us;

std::size_t count_of(std::size_t bytes, std::size_t segment) {
    return segment == 0 ? 1 : (bytes + segment - 1) / segment;
}

} // namespace

SimDatagrams::SimDatagrams(SimHost& host, std::uint16_t port, const SocketSpec& spec)
    : host_{host}, spec_{spec}, path_mtu_{spec.device_mtu}, random_{0} {
    const auto bound = host.bind(*this, port);
    if (!bound) return;
    port_ = *bound;
    open_ = true;
    random_ = host.random_of(fmt::format("socket {}", port_));
}

SimDatagrams::~SimDatagrams() {
    close();
}

void SimDatagrams::close() {
    if (!open_) return;
    open_ = false;
    host_.unbind(port_);
    for (const Waiting& unread : waiting_)
        if (unread.packet.flow != nullptr) unread.packet.flow->on_thrown_away();
    waiting_.clear();
    waiting_bytes_ = 0;
    ready_ = nullptr;
}

void SimDatagrams::arrive(Packet packet) {
    Ledger& ledger = host_.network().ledger();
    if (packet.ip_bytes() > spec_.device_mtu) return ledger.on_fate(packet, Fate::too_big);
    if (waiting_bytes_ + packet.bytes.size() > spec_.receive_buffer_bytes) {
        ++drops_;
        return ledger.on_fate(packet, Fate::socket_full);
    }
    ledger.on_fate(packet, Fate::queued);
    waiting_bytes_ += packet.bytes.size();
    waiting_.push_back({.packet = std::move(packet),
                        .arrived = host_.queue().now(),
                        .stamp = host_.now(),
                        .drops_before = drops_});
    ready();
}

void SimDatagrams::told_unreachable(const dgram::Endpoint& peer, int error) {
    if (peer_ != peer) return; // only a connected socket is told
    pending_error_ = error;
    ready();
}

void SimDatagrams::told_too_big(const dgram::Endpoint& peer, std::size_t mtu) {
    if (peer_ != peer) return;
    path_mtu_ = std::min(path_mtu_, mtu);
    pending_error_ = EMSGSIZE;
    ready();
}

SimDatagrams::Waiting SimDatagrams::take() {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= first.packet.bytes.size();
    if (first.packet.flow != nullptr) first.packet.flow->on_read(first.packet, first.arrived);
    return first;
}

// As udp_gro_receive_segment() does it (Linux 5.0): datagrams of one sender and size follow each
// other, and the first shorter one ends the train and still belongs to it.
void SimDatagrams::join_followers(const Waiting& first, dgram::ReceivedTrain& train) {
    if (train.segment_size == 0) return;
    SimTime newest = first.arrived;
    for (std::size_t count = 1; !waiting_.empty() && count < dgram::most_segments; ++count) {
        const Waiting& next = waiting_.front();
        const std::size_t size = next.packet.bytes.size();
        if (next.packet.from != first.packet.from ||
            next.packet.hop_limit != first.packet.hop_limit ||
            next.packet.traffic_class != first.packet.traffic_class ||
            next.arrived - newest > coalescing_gap || size == 0 || size > train.segment_size ||
            buffer_.size() + size > dgram::longest_datagram)
            break;
        newest = next.arrived;
        const Waiting taken = take();
        buffer_.insert(buffer_.end(), taken.packet.bytes.begin(), taken.packet.bytes.end());
        if (count == 1) ++troubles_.coalesced;
        if (size < train.segment_size) break;
    }
}

Result<bool> SimDatagrams::receive(dgram::ReceivedTrain& into) {
    if (pending_error_ != 0) return fail_errno(std::exchange(pending_error_, 0), "receive");
    if (waiting_.empty()) return false;
    Waiting first = take();
    into.segment_size = first.packet.bytes.size();
    into.from = first.packet.from;
    into.stamp = spec_.kernel_stamps ? Stamp{first.stamp, StampOrigin::kernel}
                                     : Stamp{host_.now(), StampOrigin::user};
    into.read_at = host_.now();
    into.cut_off = false;
    into.drops_before = first.drops_before;
    into.traffic_class = dgram::TrafficClass{first.packet.traffic_class};
    into.ttl = first.packet.hop_limit;
    buffer_ = std::move(first.packet.bytes);
    first.packet.bytes.clear();
    if (spec_.coalesces && offload_) join_followers(first, into);
    into.bytes = buffer_;
    return true;
}

void SimDatagrams::refuse_next(std::size_t calls, int error) {
    refuse_next_ = calls;
    refuse_error_ = error;
}

dgram::SendOutcome SimDatagrams::troubled(std::size_t count) {
    using dgram::SendStatus;
    const SimTime now = host_.queue().now();
    if (refuse_next_ > 0) {
        --refuse_next_;
        ++troubles_.refused;
        return {SendStatus::refused, 0, refuse_error_};
    }
    if (now < blocked_until_) return {SendStatus::would_block, 0, EAGAIN};
    if (trouble_.refuse > 0 && random_.chance(trouble_.refuse)) {
        ++troubles_.refused;
        return {SendStatus::refused, random_.below(count), ENOBUFS};
    }
    if (trouble_.block > 0 && random_.chance(trouble_.block)) {
        ++troubles_.blocked;
        blocked_until_ = now + trouble_.block_for;
        host_.queue().at(blocked_until_, [&host = host_, port = port_] {
            if (SimDatagrams* const socket = host.socket(port)) socket->ready();
        });
        return {SendStatus::would_block, random_.below(count), EAGAIN};
    }
    return {SendStatus::sent, count, 0};
}

dgram::SendOutcome SimDatagrams::send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                                      const dgram::Endpoint* to) {
    if (!open_) return {dgram::SendStatus::refused, 0, EBADF};
    if (to == nullptr && !peer_) return {dgram::SendStatus::refused, 0, EDESTADDRREQ};
    const dgram::Endpoint target = to != nullptr ? *to : *peer_;
    const std::size_t longest = std::min(segment_size, bytes.size());
    if (longest + target.address.header_bytes() > spec_.device_mtu)
        return {dgram::SendStatus::refused, 0, EMSGSIZE};
    const dgram::SendOutcome outcome = troubled(count_of(bytes.size(), segment_size));
    for (std::size_t i = 0; i < outcome.segments; ++i) {
        const std::size_t begin = i * segment_size;
        const auto segment = bytes.subspan(begin, std::min(segment_size, bytes.size() - begin));
        host_.network().send(host_, {.from = local(),
                                     .to = target,
                                     .bytes = {segment.begin(), segment.end()},
                                     .traffic_class = traffic_class_.byte(),
                                     .by_socket = true});
    }
    return outcome;
}

// Through the stack, at the end of which the departure is stamped.
dgram::SendOutcome SimDatagrams::send_one(std::span<const std::uint8_t> bytes,
                                          const dgram::SendOptions& options) {
    if (!open_) return {dgram::SendStatus::refused, 0, EBADF};
    if (!peer_) return {dgram::SendStatus::refused, 0, EDESTADDRREQ};
    dgram::SendOutcome outcome = troubled(1);
    outcome.handed = host_.now();
    if (outcome.segments == 0) return outcome;
    const SimTime now = host_.queue().now();
    SimTime leaves = now;
    if (spec_.stack_time > Duration::zero())
        leaves += Duration{static_cast<Duration::rep>(
            random_.below(static_cast<std::uint64_t>(spec_.stack_time.count()) + 1))};
    stack_empty_ = std::max(stack_empty_, leaves);
    outcome.left = outcome.handed + (stack_empty_ - now) * 7 / 20;
    std::vector<std::uint8_t> copy{bytes.begin(), bytes.end()};
    if (stack_empty_ == now) {
        leave(*peer_, std::move(copy), options);
    } else {
        host_.queue().at(stack_empty_, [&host = host_, port = port_, to = *peer_, options,
                                        left = std::move(copy)]() mutable {
            if (SimDatagrams* const socket = host.socket(port))
                socket->leave(to, std::move(left), options);
        });
    }
    return outcome;
}

void SimDatagrams::leave(const dgram::Endpoint& to, std::vector<std::uint8_t> bytes,
                         const dgram::SendOptions& options) {
    if (options.departure_id && !random_.chance(spec_.departures_missing)) {
        departures_.push_back({*options.departure_id, {host_.now(), StampOrigin::kernel}});
        ready();
    }
    host_.network().send(host_, {.from = local(),
                                 .to = to,
                                 .bytes = std::move(bytes),
                                 .traffic_class = options.traffic_class,
                                 .by_socket = true});
}

bool SimDatagrams::take_departure(dgram::Departure& into) {
    if (departures_.empty()) return false;
    into = departures_.front();
    departures_.pop_front();
    return true;
}

dgram::SendOutcome SimDatagrams::send_from(const dgram::Endpoint& from,
                                           std::span<const std::uint8_t> bytes) {
    host_.network().send(host_,
                         {.from = from, .to = *peer_, .bytes = {bytes.begin(), bytes.end()}});
    return {dgram::SendStatus::sent, 1, 0};
}

Result<void> SimDatagrams::connect(const dgram::Endpoint& peer) {
    peer_ = peer;
    return {};
}

dgram::Capabilities SimDatagrams::capabilities() const {
    return {.segmentation = true,
            .coalescing = spec_.coalesces && offload_,
            .kernel_stamps = spec_.kernel_stamps,
            .departure_stamps = spec_.departures_missing < 1,
            .receive_buffer_bytes = spec_.receive_buffer_bytes,
            .traffic_class = traffic_class_};
}

} // namespace wyn::sim
