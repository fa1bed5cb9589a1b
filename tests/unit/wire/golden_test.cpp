// The golden packets against the same messages in native types, written by hand.
#include "check.hpp"
#include "golden/golden.hpp"
#include "unit/wire/decoding.hpp"

#include <numeric>
#include <set>
#include <type_traits>

using namespace wyn;
using namespace wyn::wire;

namespace {

constexpr std::uint64_t session = 0x1122334455667788;
constexpr std::uint64_t client = 1'000'000'000'000; // each side's clock has an origin of its own
constexpr std::uint64_t server = 7'777'000'000'000;

template <std::size_t N>
std::array<std::uint8_t, N> counting_from(std::uint8_t first) {
    std::array<std::uint8_t, N> bytes{};
    std::iota(bytes.begin(), bytes.end(), first);
    return bytes;
}

CookieBytes golden_cookie() {
    CookieBytes cookie{0x2a};
    std::iota(cookie.begin() + 8, cookie.end(), std::uint8_t{0xc0});
    return cookie;
}

Extensions extensions(std::initializer_list<std::pair<std::uint16_t, std::vector<std::uint8_t>>> of,
                      std::size_t room) {
    Extensions all;
    for (const auto& [type, value] : of)
        REQUIRE(all.add(type, value, room));
    return all;
}

const Nonce client_nonce = counting_from<16>(0xa0);

Hello keyed_hello(const CookieBytes& cookie) {
    return {.key_id = 17,
            .nonce = client_nonce,
            .cookie = cookie,
            .wish_rate_bps = 500'000'000,
            .wish_duration_ms = 10'000,
            .extensions = extensions({{0x7fa5, {0xa5, 0xb6, 0xc7, 0xd8}}}, 408)};
}

Assign golden_assign() {
    return {.session = session,
            .client_nonce = client_nonce,
            .server_nonce = counting_from<16>(0xb0),
            .control_port = 7001,
            .upload_port = 7417,
            .download_port = 7998,
            .max_rate_bps = 1'000'000'000,
            .max_volume_bytes = 5'000'000'000,
            .max_duration_ms = 60'000,
            .max_datagram_bytes = 65507,
            .heartbeat_us = 250'000,
            .adjustment_delay_us = 50'000,
            .feedback_interval_us = 25'000,
            .half_open_ms = 3'000,
            .idle_timeout_ms = 5'000,
            .seen_address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 7},
            .seen_port = 41873,
            .release = release_from("0.1.0"),
            .extensions = extensions({{1, {}}, {0x7f00, {1, 2, 3}}}, assign_extension_room)};
}

// What the golden receiver has counted.
ReceiverRecord received() {
    return {.packets = 18'119,
            .payload_bytes = 26'671'168,
            .duplicates = 3,
            .reordered = 21,
            .late = 1,
            .socket_drops = 7,
            .rejected = 2};
}

Feedback feedback_about(std::uint32_t test) {
    return {.test = test,
            .newest_sequence = 18'130,
            .newest_sent_ns = server + 4'000'000'000,
            .newest_step = 42,
            .newest_receipt = 0xcafef00d,
            .held_ns = 12'345'678};
}

Feedback three_steps() {
    Feedback feedback = feedback_about(1);
    feedback.totals = received();
    feedback.totals.first_arrival_ns = client + 2'100'000'000;
    feedback.totals.last_arrival_ns = client + 4'100'000'000;
    feedback.totals.marks.congested = 77;
    feedback.lowest_delay_ns = -6'776'995'000'000;
    // The delays as they come back from 16 bits: 12,345,678, 20,000,000 and 31,415,926 before.
    feedback.steps.add({.id = 40,
                        .packets = 212,
                        .first_arrival_ns = client + 4'000'000'000,
                        .span_ns = 49'700'000,
                        .lowest_delay = 1'800ns,
                        .last_delay = 12'345'344ns});
    feedback.steps.add({.id = 41, .first_arrival_ns = client + 4'050'100'000});
    feedback.steps.add({.id = 42,
                        .packets = 180,
                        .first_arrival_ns = client + 4'050'100'000,
                        .span_ns = 49'000'000,
                        .receiver_dropped = true,
                        .lowest_delay = 20'004'864ns,
                        .last_delay = 31'408'128ns});
    return feedback;
}

Feedback extremes() {
    Feedback feedback = feedback_about(0xffff'ffff);
    feedback.lowest_delay_ns = 4'611'686'018'427'387'903;
    feedback.steps.add({.id = 0xffff'ffff,
                        .packets = 0xff'ffff,
                        .first_arrival_ns = latest_ns,
                        .span_ns = 0xffff'ffff,
                        .receiver_dropped = true,
                        .lowest_delay = Duration{2047LL << 31},
                        .last_delay = Duration{2047LL << 31}});
    feedback.steps.add({.id = 0,
                        .packets = 1,
                        .first_arrival_ns = latest_ns + 0xffff'ffff,
                        .last_delay = 2'047ns});
    return feedback;
}

struct Known {
    const char* file;
    AnyMessage message;
};

Known sealed(const char* file, std::uint64_t counter, const SealedBody& body) {
    return {file, SealedMessage{.session = session, .counter = counter, .body = body}};
}

template <typename Message>
Known handshake(const char* file, Message message) {
    if constexpr (!std::is_same_v<Message, Cookie>) message.tag = tag_of(golden::load(file));
    return {file, HandshakeMessage{message}};
}

std::vector<Known> handshake_packets() {
    const Refuse refuse{.nonce = client_nonce, .version_min = 1, .version_max = 1};
    Refuse busy = refuse;
    busy.code = Refusal::busy;
    busy.retry_after_ms = 5'417;
    busy.have = busy.limit = 32;
    Refuse unsupported = refuse;
    unsupported.code = Refusal::unsupported;
    unsupported.detail = 0x8001;
    return {
        handshake("hello_first", keyed_hello({})),
        handshake("hello_with_cookie", keyed_hello(golden_cookie())),
        handshake("hello_anonymous", Hello{.nonce = client_nonce}),
        handshake("hello_newer", Hello{.version_min = 2,
                                       .version_max = 3,
                                       .nonce = client_nonce,
                                       .cookie = golden_cookie(),
                                       .extensions = extensions({{0x8001, {'?'}}, {2, {}}}, 408)}),
        handshake("cookie", Cookie{.nonce = client_nonce, .cookie = golden_cookie()}),
        handshake("assign", golden_assign()),
        handshake("refuse_busy", busy),
        handshake("refuse_unsupported", unsupported),
    };
}

ReceivedMap map_of(std::uint32_t newest, MapForm form, std::uint8_t length,
                   const std::vector<std::uint8_t>& bytes) {
    ReceivedMap map{.newest = newest, .form = form, .length = length};
    std::ranges::copy(bytes, map.bytes.begin());
    return map;
}

Echo golden_echo() {
    return {.number = 7,
            .kernel_stamp = true,
            .stamped = true,
            .traffic_class = 184,
            .probe_sent_ns = client + 300'000'000,
            .probe_received_ns = server + 305'100'000,
            .sent_ns = server + 305'117'000,
            .received = 7,
            .duplicates = 1,
            .map = map_of(7, MapForm::lengths, 32, {5, 1, 2}),
            .clock = {.discipline = {.sync = ClockSync::synchronised, .max_error = 31'417us},
                      .steps = 1,
                      .slew_ppb = -12'345,
                      .wall_ahead = 1'795'150'000s},
            .followed = {.number = 6,
                         .left_after = {{4'321ns, 3'999ns}},
                         .stamped_after = {{std::nullopt, 5'000ns}}}};
}

Echo golden_echo_of_bits() {
    return {.length = 300,
            .number = 1'100,
            .probe_sent_ns = client + 11'000'000'000,
            .probe_received_ns = server + 11'005'000'000,
            .sent_ns = server + 11'005'017'000,
            .received = 551,
            .reordered = 3,
            .map = map_of(1'100, MapForm::bits, 128, std::vector<std::uint8_t>(128, 0x55))};
}

std::vector<Known> beats_and_probes() {
    return {
        sealed("beat0", 1,
               Beat{.step = 0, .challenge = counting_from<16>(0x10), .time_ns = client}),
        sealed("beat1", 1,
               Beat{.step = 1,
                    .challenge = counting_from<16>(0x30),
                    .echo = counting_from<16>(0x10),
                    .time_ns = server,
                    .held_ns = 41'000}),
        sealed("beat1_confirmed", 9,
               Beat{.step = 1,
                    .number = 8,
                    .confirmed = true,
                    .challenge = counting_from<16>(0x50),
                    .echo = counting_from<16>(0x60),
                    .time_ns = server + 2'000'000'000}),
        sealed("beat2", 2,
               Beat{.step = 2,
                    .echo = counting_from<16>(0x30),
                    .time_ns = client + 11'300'000,
                    .held_ns = 52'000}),
        sealed("probe", 12,
               Probe{.number = 7, .stamp_echo = true, .sent_ns = client + 300'000'000}),
        sealed("probe_sweep", 13,
               Probe{.length = 300, .number = 8, .sweep = true, .sent_ns = client + 400'000'000}),
        sealed("echo", 11, golden_echo()),
        sealed("echo_bits", 700, golden_echo_of_bits()),
    };
}

std::vector<Known> sizes() {
    const Sized sized{.request_bytes = 48, .path_mtu = 1492};
    Sized up = sized;
    up.number = 1;
    up.request_bytes = 1252;
    Sized down = sized;
    down.number = 2;
    down.length = 1252;
    Sized refused = sized;
    refused.number = 3;
    refused.outcome = SizeOutcome::refused;
    return {
        sealed("size_up", 3, Size{.number = 1, .answer_bytes = 64, .length = 1252}),
        sealed("size_down", 4, Size{.number = 2, .answer_bytes = 1252, .length = 48}),
        sealed("sized_up", 2, up),
        sealed("sized_down", 3, down),
        sealed("sized_refused", 4, refused),
    };
}

std::vector<Known> test_packets() {
    ReceiverRecord up = received();
    up.first_arrival_ns = server + 5'000'000'000;
    up.last_arrival_ns = server + 14'990'000'000;
    up.best_packets = 2'101;
    up.best_bytes = 3'050'652;
    up.best_span_ns = 1'000'044'000;
    up.best_index = 6;
    up.stamps_missing = 5;
    up.coalescing = true;
    up.longest_train = 44;
    up.receive_buffer_bytes = 33'554'432;
    up.marks = {.classes = {{{.traffic_class = 0x02, .packets = 18'000},
                             {.traffic_class = 0x03, .packets = 31},
                             {.traffic_class = 0xb8, .packets = 80}}},
                .other_classes = 8,
                .congested = 31,
                .lowest_ttl = 54,
                .highest_ttl = 55};
    const CapacityRecord capacity{.verdict = CapacityVerdict::two_rate,
                                  .ip_bps = 99'990'000,
                                  .half_width_bps = 120'000,
                                  .burst_bps = 200'010'000,
                                  .burst_half_width_bps = 250'000,
                                  .bucket_bytes = 10'000'000,
                                  .saturated_ns = 1'250'000'000,
                                  .saturated_bytes = 20'500'000,
                                  .offered_ppm = 1'043'000,
                                  .queue_ns = 15'400'000,
                                  .base_rtt_ns = 11'200'000,
                                  .loaded_rtt_ns = 26'900'000,
                                  .excess_loss_ppb = 1'000'000'000,
                                  .loss_floor_ppb = 310'000,
                                  .datagram_bytes = 1472};
    const SenderRecord down{.packets_accepted = 8'491,
                            .payload_bytes = 12'345'678,
                            .packets_refused = 12,
                            .packets_skipped = 5,
                            .first_sent_ns = server + 1'500'000'000,
                            .last_sent_ns = server + 3'499'800'000,
                            .limited_by = LimitedBy::stack,
                            .pacing = Pacing::sleep,
                            .segmentation = true,
                            .traffic_class = 0x20,
                            .lateness = {.p50 = 61us, .p99 = 240us, .max = Duration{0xffff'ffff}},
                            .host = {.thread_busy = Share{4'120},
                                     .thread_kept_waiting = Share{330},
                                     .busiest_cpu = Share{10'000},
                                     .stolen = Share{0},
                                     .link_bps = 10'000'000'000,
                                     .device_drops = 1,
                                     .qdisc_drops = 77,
                                     .qdisc_backlog_bytes = 1'048'576,
                                     .udp_buffer_errors = 0,
                                     .softnet_drops = 0,
                                     .softnet_squeezes = 9}};
    return {
        sealed("start_fixed_down", 104,
               Start{.test = 1,
                     .direction = Direction::down,
                     .search = Search::fixed,
                     .datagram_bytes = 1472,
                     .rate_bps = 50'000'000,
                     .duration_ms = 2'000}),
        sealed("start_search_up", 300,
               Start{.test = 2,
                     .direction = Direction::up,
                     .search = Search::type_b,
                     .datagram_bytes = 1452,
                     .duration_ms = 10'000,
                     .pacing = Pacing::precise,
                     .offload = false,
                     .traffic_class = 0xba}),
        sealed("start_s3_down", 301,
               Start{.test = 3,
                     .direction = Direction::down,
                     .search = Search::s3,
                     .datagram_bytes = 1472,
                     .duration_ms = 8'000,
                     .sustained_ms = 5'000,
                     .budget_bytes = 250'000'000}),
        sealed(
            "ready", 103,
            Ready{.test = 1, .datagram_bytes = 1472, .rate_bps = 50'000'000, .duration_ms = 2'000}),
        sealed("ready_volume_used", 500, Ready{.test = 3, .end = End::volume_used}),
        sealed("stop", 411,
               Stop{.test = 2,
                    .end = End::completed,
                    .packets_accepted = 18'131,
                    .packets_refused = 4}),
        sealed("report_sender", 204,
               Report{.test = 1,
                      .end = End::completed,
                      .role = Role::sender,
                      .sent = down,
                      .capacity = capacity,
                      .server = {.sessions = 3, .loads = 2}}),
        sealed("report_receiver", 399,
               Report{.test = 2, .end = End::stopped, .role = Role::receiver, .received = up}),
        sealed("close", 500, Close{End::completed}),
        sealed("close_by_server", (std::uint64_t{1} << 32) + 1, Close{End::worker_failed}),
        sealed("closed", 501, Closed{End::completed}),
    };
}

std::vector<Known> load_packets() {
    Feedback primer{.test = 1,
                    .newest_sent_ns = server + 1'490'000'000,
                    .newest_receipt = 0x00c0ffee,
                    .held_ns = 3'000};
    return {
        sealed("feedback_primer", 7, primer),
        sealed("feedback", 90, three_steps()),
        sealed("feedback_extremes", 0xffff'ffff'ffff'ffff, extremes()),
        {"bulk_primer",
         BulkHeader{
             .length = 40, .test = 1, .sent_ns = server + 1'490'000'000, .receipt = 0x00c0ffee}},
        {"bulk", BulkHeader{.length = 48,
                            .test = 1,
                            .sequence = 18'130,
                            .sent_ns = server + 4'000'000'000,
                            .step = 42,
                            .receipt = 0xcafef00d}},
        {"bulk_up", BulkHeader{.length = 40,
                               .test = 0x2345,
                               .sequence = 0xffff'ffff'ffff'ffff,
                               .sent_ns = latest_ns,
                               .step = 0xffff'ffff,
                               .receipt = 1}},
    };
}

std::vector<Known> all_known() {
    std::vector<Known> all = handshake_packets();
    for (const auto& more : {beats_and_probes(), sizes(), test_packets(), load_packets()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace

TEST_CASE("every golden packet has its message written out here", "[wire]") {
    std::vector<std::string> known;
    for (const Known& packet : all_known())
        known.emplace_back(packet.file);
    std::sort(known.begin(), known.end());
    CHECK(known == golden::names());
}

TEST_CASE("a golden packet decodes to exactly its message", "[wire]") {
    for (const Known& packet : all_known()) {
        INFO(packet.file);
        const auto decoded = decode_any(golden::load(packet.file));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == packet.message);
    }
}

TEST_CASE("a message encodes to exactly its golden packet", "[wire]") {
    for (const Known& packet : all_known()) {
        INFO(packet.file);
        const golden::Packet bytes = golden::load(packet.file);
        CHECK(encode_any(packet.message) == without_tag(packet.message, bytes));
    }
}

TEST_CASE("there is a golden packet of every type", "[wire]") {
    std::set<Type> types;
    for (const std::string& name : golden::names()) {
        const auto type = peek_type(golden::load(name));
        REQUIRE(type.has_value());
        types.insert(*type);
    }
    CHECK(types.size() == 19);
}

TEST_CASE("the tag stands at the end of a message and covers all before it", "[wire]") {
    golden::Packet packet = golden::load("probe");
    const Tag tag = counting_from<16>(1);
    put_tag(packet, tag);
    CHECK(tag_of(packet) == tag);
    CHECK(packet[143] == 0);
    CHECK(packet[144] == 1);
    CHECK(covered_by_tag(packet).data() == packet.data());
    CHECK(covered_by_tag(packet).size() == 144);
}
