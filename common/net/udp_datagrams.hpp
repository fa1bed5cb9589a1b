// The door between a session and the network, on a UDP socket: one system call moves a train.
//
// Out: the kernel cuts a train into datagrams (UDP_SEGMENT). Where it refuses to (an IPsec route, a
// device without checksum offload before Linux 6.11), the object learns it from the first train and
// uses sendmmsg() from then on. In: the kernel hands over what it kept together (UDP_GRO).
#pragma once

#include "clock/stamp_map.hpp"
#include "dgram/datagrams.hpp"
#include "dgram/departure_estimate.hpp"
#include "net/control_messages.hpp"
#include "net/departure_queue.hpp"
#include "net/fd.hpp"
#include "net/socket_address.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace wyn::net {

// How connect() ties a socket to its peer. The kernel does it best, but cannot take it back whole:
// a socket of IPv6 goes on refusing what others send over IPv6 (Linux 6.18 keeps sk_v6_daddr). One
// that is lent to peer after peer is therefore only told to whom it sends, and we look at who sends
// to it.
enum class Tie : std::uint8_t { kernel, own };

// Used from one thread. All waiting is the caller's, on fd().
class UdpDatagrams final : public dgram::Datagrams {
public:
    // `socket` is one of open_udp(), perhaps opened by another process; perhaps connected already.
    explicit UdpDatagrams(Fd socket, Tie tie = Tie::kernel);
    UdpDatagrams(const UdpDatagrams&) = delete;
    UdpDatagrams& operator=(const UdpDatagrams&) = delete;

    int fd() const noexcept { return socket_.get(); }

    // Reads the monotonic clock once per train, and the wall clock now and then, to place the
    // kernel's stamp on the monotonic time line. An error reads "198.51.100.1:7000: Connection
    // refused"; "Message too long" (EMSGSIZE) is a router that asked for shorter packets.
    Result<bool> receive(dgram::ReceivedTrain& into) override;

    // Never waits. An error that the kernel kept for the connected socket since an earlier datagram
    // (an ICMP message) is not this train's: it is put aside for receive() and the train sent.
    dgram::SendOutcome send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                            const dgram::Endpoint* to) override;

    void seek_departure_times() override;
    dgram::SendOutcome send_at(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                               MonoTime departs) override;

    // Reads the clock right before the system call. A kernel that does not stamp departures
    // (before 4.0) is told from the first one that asks; a device that does not is not.
    dgram::SendOutcome send_one(std::span<const std::uint8_t> bytes,
                                const dgram::SendOptions& options) override;
    bool take_departure(dgram::Departure& into) override;
    // epoll has told of an error (EPOLLERR): the error queue holds something, or did.
    void on_error_event() noexcept { departures_.expect(); }

    // What others had queued on the socket before is thrown away by receive(), see strangers().
    Result<void> connect(const dgram::Endpoint& peer) override;

    void use_offload(bool wanted) override;
    void use_traffic_class(dgram::TrafficClass wanted) override;

    std::optional<std::size_t> path_mtu() override;

    // SO_MEMINFO. Beware: the kernel counts what it would have handed over at once. With coalescing
    // on, a train that arrived as one (from the same machine, over veth, through a GRO device) and
    // was dropped counts 1.
    std::uint64_t receive_drops() override;

    dgram::Capabilities capabilities() const override;

    // Nothing long is expected for a while: the memory that long trains have filled goes back to
    // the kernel, until the next one. To be called while no train is being read; costs nothing when
    // there was none.
    void release_memory();

    // Trains whose kernel stamp was absent or could not be placed; they carry our own time.
    std::uint64_t stamps_missing() const noexcept { return stamps_missing_; }
    // Trains thrown away because they came from somebody else than the connected peer.
    std::uint64_t strangers() const noexcept { return strangers_; }

private:
    // What one system call did: datagrams taken, or the errno that says why none.
    struct Attempt {
        std::size_t taken = 0;
        int error = 0;
    };
    // What is left of a train, and where it goes.
    struct Departing {
        std::span<const std::uint8_t> bytes;
        std::size_t segment_size;
        std::size_t count;
        const SocketAddress* to;                        // null: the peer
        std::optional<MonoTime> departs = std::nullopt; // none: at once
        const dgram::SendOptions* options = nullptr;    // of send_one()

        void drop_front(std::size_t segments);
    };

    dgram::SendOutcome depart(Departing rest);
    Attempt try_send(const Departing& train);
    Attempt try_one(const Departing& train);
    Attempt try_with_control(std::span<const std::uint8_t> bytes, const Departing& train);
    Attempt try_segmented(const Departing& train) const;
    Attempt try_many(const Departing& train) const;
    Attempt attempt(const msghdr& message, std::size_t count) const;
    Attempt after_refusal(const Departing& train, int error);
    void read_clocks_if_due();
    void note(const ReceivedControl& control, dgram::ReceivedTrain& into);
    std::uint64_t note_drops(std::uint32_t counted);
    std::unexpected<Error> socket_error(int number) const;

    static constexpr std::size_t buffer_bytes = 65536; // a train is one IP packet to the stack

    Fd socket_;
    int family_ = 0;
    Tie tie_;
    std::optional<dgram::Endpoint> peer_;
    std::optional<SocketAddress> send_to_; // the peer, when the kernel does not know it
    dgram::Capabilities capabilities_;
    bool can_segment_ = false; // until the kernel refuses to
    bool sought_times_ = false;
    std::size_t segments_per_call_ = dgram::most_segments;
    int pending_error_ = 0;
    MonoTime handed_{}; // by the newest send_one()
    dgram::DepartureEstimate departure_estimate_;
    DepartureQueue departures_;
    StampMap stamp_map_;
    std::uint64_t drops_ = 0;
    std::uint64_t stamps_missing_ = 0;
    std::uint64_t strangers_ = 0;
    ControlSpace control_;
    // On a page's boundary: the kernel copies faster to there than to elsewhere.
    struct alignas(4096) Buffer : std::array<std::uint8_t, buffer_bytes> {};
    std::unique_ptr<Buffer> buffer_;
    std::size_t longest_received_ = 0; // since its memory was released
};

} // namespace wyn::net
