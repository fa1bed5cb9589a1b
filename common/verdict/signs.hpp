// Signs that more than one rule looks for. A sign is seen or not; what is not known is not seen,
// and where the difference matters the answer is an optional.
#pragma once

#include "verdict/evidence.hpp"
#include "verdict/finding.hpp"

#include <string_view>

namespace wyn::verdict {

// "download", "upload"; "this host" and "the server", by what they do for this load.
std::string_view noun(wire::Direction direction);
std::string_view sender_of(const Load& load);
std::string_view receiver_of(const Load& load);
// "On this host: ", "On the server: ", as the beginning of an advice.
std::string on(std::string_view host);
// With a capital letter at its beginning.
std::string capitalised(std::string sentence);

// What the path lost of what left the sender.
std::optional<Share> path_loss(const Load& load);
// What the receiver's full socket dropped of what reached it.
std::optional<Share> socket_loss(const Load& load);
// What the sender's stack refused of what was offered.
std::optional<Share> refused_share(const Load& load);
// Of what was due, what the sender was too busy to offer.
std::optional<Share> skipped_share(const Load& load);

// A share of losses that users notice, and one that they complain about: a TCP flow with 20 ms of
// round trip is held to about 20 and 6 Mbit/s by them (Mathis et al., 1997).
inline constexpr double noticeable_loss = 0.001;
inline constexpr double bad_loss = 0.01;
Level level_of_loss(double ratio);
// With 95 % confidence the share is at least that large.
bool exceeds(const std::optional<Share>& share, double ratio);

// Drops of a whole host are others' too: they mean something only when they are a noticeable share
// of the load. False when they are not known.
bool are_many(const std::optional<std::uint64_t>& drops, const Load& load);

// Something showed that the path was full: the search says so, or found its limit in the path
// (RFC 9097 congestion), or more was offered than arrived.
bool filled(const Load& load);
// Neither host lost a noticeable share of the load: what is missing, the path has lost. False when
// a host's own counts are not known; the host-wide ones need not be.
bool hosts_kept_up(const Load& load);

// What becomes of delay under the load. Flat: no more than it varies by itself. Climbs: clearly
// more, and more than 30 ms. Of the load's own datagrams (in band) and of others beside it.
enum class DelaySign : std::uint8_t { unknown, flat, some, climbs };
DelaySign own_delay(const Load& load);
DelaySign delay_of_others(const Load& load);
inline constexpr Duration climbing_delay = 30ms;

// Whether it was found out that next to nothing is lost at a low rate, and clearly less than by
// this load: a search fills the path on purpose, and what a full queue drops needs no other reason.
bool loses_only_when_full(const Load& load);

// Whether the load waits in a queue of its own, by what others waited at the same time and beside
// the overload: one that found a token bucket full delays nobody.
std::optional<bool> has_flow_queueing(const Load& load);

// A sender that skips one in a hundred of what was due was not fast enough (session/bulk_sender);
// one stall of a host in a short load does as much.
inline constexpr double too_much_skipped = 0.01;
bool stood_still(const Load& load);

// Makes every statement about the path less sure: a machine that did not get its processor, a
// receiver that lost datagrams, others who loaded the server, a run that was cut short.
bool in_doubt(const Evidence& evidence, const Load& load);
// A virtual machine whose processor was given to others for so large a share is not sound.
inline constexpr double disturbing_steal = 0.1;
// A thread or core that is busy for so large a share has no more to give.
inline constexpr double all_busy = 0.9;
bool stolen(const Host& host);
// Share of its time for which the thread ran or would have, had others not had its core.
std::optional<double> demand(const Host& host);
// Others on the host took so much of the thread's time.
inline constexpr double disturbing_wait = 0.1;
bool crowded_out(const Host& host);

} // namespace wyn::verdict
