// Doors for dishonest clients: they stand between a production port and its socket and change what
// is said, with the right keys, because these clients are who they say they are.
#pragma once

#include "crypto/message_tag.hpp"
#include "session/port_link.hpp"
#include "sim/sim_datagrams.hpp"

namespace wyn::sim {

// Passes everything on; the base of all lies.
class Door : public dgram::Datagrams {
public:
    explicit Door(SimDatagrams& socket) : socket_{socket} {}
    Result<bool> receive(dgram::ReceivedTrain& into) override { return socket_.receive(into); }
    dgram::SendOutcome send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                            const dgram::Endpoint* to) override {
        return socket_.send(bytes, segment_size, to);
    }
    bool take_departure(dgram::Departure& into) override { return socket_.take_departure(into); }
    Result<void> connect(const dgram::Endpoint& peer) override { return socket_.connect(peer); }
    void use_offload(bool wanted) override { socket_.use_offload(wanted); }
    void use_traffic_class(dgram::TrafficClass wanted) override {
        socket_.use_traffic_class(wanted);
    }
    std::uint64_t receive_drops() override { return socket_.receive_drops(); }
    dgram::Capabilities capabilities() const override { return socket_.capabilities(); }

protected:
    SimDatagrams& socket() { return socket_; }

private:
    SimDatagrams& socket_;
};

// Says nothing, ever: a client that takes a session and leaves it half open.
class MuteDoor final : public Door {
public:
    using Door::Door;
    dgram::SendOutcome send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                            const dgram::Endpoint* to) override;
};

enum class FeedbackLie : std::uint8_t {
    all_received,    // claims whatever was sent up to the newest datagram that came
    from_the_future, // claims numbers that were not sent yet
    guessed_receipt, // does not know the receipt
    only_the_first,  // repeats what it said first, for ever
};

class LyingDoor final : public Door {
public:
    LyingDoor(SimDatagrams& socket, const session::PortSetup& setup, FeedbackLie lie)
        : Door{socket}, tagger_{setup.keys.client_to_server}, lie_{lie} {}
    dgram::SendOutcome send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                            const dgram::Endpoint* to) override;
    std::uint64_t lies() const { return lies_; }

private:
    crypto::MessageTagger tagger_;
    FeedbackLie lie_;
    std::optional<wire::Feedback> first_;
    std::uint64_t lies_ = 0;
};

enum class PathLie : std::uint8_t {
    other_address, // talks from another address of its own than in the handshake
    other_port,    // answers the challenge from another port than was challenged
    blind_echo,    // cannot hear the challenge, and guesses
};

// Wants a port's bulk to go where it did not prove that it is wanted.
class WanderingDoor final : public Door {
public:
    WanderingDoor(SimDatagrams& socket, const session::PortSetup& setup, PathLie lie,
                  const dgram::Address& elsewhere)
        : Door{socket}, tagger_{setup.keys.client_to_server}, lie_{lie}, elsewhere_{elsewhere} {}
    dgram::SendOutcome send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                            const dgram::Endpoint* to) override;

private:
    crypto::MessageTagger tagger_;
    PathLie lie_;
    dgram::Address elsewhere_; // of the same host
};

} // namespace wyn::sim
