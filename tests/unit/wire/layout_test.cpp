// The structs of wire/layout.hpp against the tables of the manual page: every field has the offset,
// the size and the name that the page gives it.
#include "check.hpp"
#include "golden/golden.hpp"
#include "wire/layout.hpp"

#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

using namespace wyn;
using namespace wyn::wire;

namespace {

using Row = std::tuple<std::size_t, std::size_t, std::string>; // offset, size, name
using Rows = std::vector<Row>;

// For the report of a failure.
std::string text_of(const Rows& rows) {
    std::ostringstream text;
    for (const auto& [offset, size, name] : rows)
        text << '\n' << offset << ' ' << size << ' ' << name;
    return text.str();
}

// The rows ".It OFFSET Ta SIZE Ta Va NAME Ta ..." under each heading ".Ss TITLE: ...".
std::map<std::string, Rows> tables_of_the_page() {
    std::istringstream page{golden::text_of("man/wyndrvr-protocol.7")};
    std::map<std::string, Rows> tables;
    Rows* open = nullptr;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with(".Ss ") || line.starts_with(".Sh ")) {
            const std::size_t colon = line.find(": ");
            const bool has_title = line.starts_with(".Ss ") && colon != std::string::npos;
            open = has_title ? &tables[line.substr(4, colon - 4)] : nullptr;
        }
        std::istringstream words{line};
        std::string it;
        std::string ta1;
        std::string ta2;
        std::string va;
        Row row;
        if (open != nullptr &&
            words >> it >> std::get<0>(row) >> ta1 >> std::get<1>(row) >> ta2 >> va >>
                std::get<2>(row) &&
            it == ".It" && va == "Va")
            open->push_back(row);
    }
    return tables;
}

#define WYN_ROW(layout, field)                                                                     \
    Row {                                                                                          \
        offsetof(layout, field), sizeof(layout::field), #field                                     \
    }

Rows with_header(Rows rows, const char* header = "header") {
    rows.insert(rows.begin(), Row{0, sizeof(HeaderLayout), header});
    return rows;
}

Rows header_rows() {
    using L = HeaderLayout;
    return {WYN_ROW(L, magic), WYN_ROW(L, version), WYN_ROW(L, type),   WYN_ROW(L, length),
            WYN_ROW(L, flags), WYN_ROW(L, session), WYN_ROW(L, counter)};
}

Rows hello_rows() {
    using L = HelloLayout;
    return with_header({WYN_ROW(L, nonce), WYN_ROW(L, version_min), WYN_ROW(L, version_max),
                        WYN_ROW(L, extension_bytes), WYN_ROW(L, key_id), WYN_ROW(L, cookie),
                        WYN_ROW(L, wish_rate_bps), WYN_ROW(L, wish_duration_ms),
                        WYN_ROW(L, reserved), WYN_ROW(L, extensions), WYN_ROW(L, tag)});
}

Rows cookie_rows() {
    using L = CookieLayout;
    return with_header({WYN_ROW(L, nonce), WYN_ROW(L, cookie)});
}

Rows assign_rows() {
    using L = AssignLayout;
    return with_header({WYN_ROW(L, client_nonce),
                        WYN_ROW(L, server_nonce),
                        WYN_ROW(L, control_port),
                        WYN_ROW(L, upload_port),
                        WYN_ROW(L, download_port),
                        WYN_ROW(L, extension_bytes),
                        WYN_ROW(L, max_rate_bps),
                        WYN_ROW(L, max_volume_bytes),
                        WYN_ROW(L, max_duration_ms),
                        WYN_ROW(L, max_datagram_bytes),
                        WYN_ROW(L, version),
                        WYN_ROW(L, reserved),
                        WYN_ROW(L, heartbeat_us),
                        WYN_ROW(L, adjustment_delay_us),
                        WYN_ROW(L, feedback_interval_us),
                        WYN_ROW(L, half_open_ms),
                        WYN_ROW(L, idle_timeout_ms),
                        WYN_ROW(L, seen_port),
                        WYN_ROW(L, reserved2),
                        WYN_ROW(L, seen_address),
                        WYN_ROW(L, release),
                        WYN_ROW(L, extensions),
                        WYN_ROW(L, tag)});
}

Rows refuse_rows() {
    using L = RefuseLayout;
    return with_header({WYN_ROW(L, nonce), WYN_ROW(L, code), WYN_ROW(L, version_min),
                        WYN_ROW(L, version_max), WYN_ROW(L, retry_after_ms), WYN_ROW(L, have),
                        WYN_ROW(L, limit), WYN_ROW(L, detail), WYN_ROW(L, reserved),
                        WYN_ROW(L, tag)});
}

Rows beat_rows() {
    using L = BeatLayout;
    return with_header({WYN_ROW(L, number), WYN_ROW(L, confirmed), WYN_ROW(L, reserved),
                        WYN_ROW(L, challenge), WYN_ROW(L, echo), WYN_ROW(L, time_ns),
                        WYN_ROW(L, held_ns), WYN_ROW(L, tag)});
}

Rows start_rows() {
    using L = StartLayout;
    return with_header({WYN_ROW(L, test), WYN_ROW(L, direction), WYN_ROW(L, search),
                        WYN_ROW(L, datagram_bytes), WYN_ROW(L, rate_bps), WYN_ROW(L, duration_ms),
                        WYN_ROW(L, pacing), WYN_ROW(L, offload), WYN_ROW(L, traffic_class),
                        WYN_ROW(L, reserved), WYN_ROW(L, sustained_ms), WYN_ROW(L, reserved2),
                        WYN_ROW(L, budget_bytes), WYN_ROW(L, tag)});
}

Rows ready_rows() {
    using L = ReadyLayout;
    return with_header({WYN_ROW(L, test), WYN_ROW(L, end), WYN_ROW(L, datagram_bytes),
                        WYN_ROW(L, rate_bps), WYN_ROW(L, duration_ms), WYN_ROW(L, reserved),
                        WYN_ROW(L, tag)});
}

Rows stop_rows() {
    using L = StopLayout;
    return with_header({WYN_ROW(L, test), WYN_ROW(L, end), WYN_ROW(L, reserved),
                        WYN_ROW(L, packets_accepted), WYN_ROW(L, packets_refused),
                        WYN_ROW(L, tag)});
}

Rows report_rows() {
    using L = ReportLayout;
    return with_header({WYN_ROW(L, test),
                        WYN_ROW(L, end),
                        WYN_ROW(L, role),
                        WYN_ROW(L, limited_by),
                        WYN_ROW(L, packets_accepted),
                        WYN_ROW(L, packets_refused),
                        WYN_ROW(L, first_sent_ns),
                        WYN_ROW(L, last_sent_ns),
                        WYN_ROW(L, packets),
                        WYN_ROW(L, payload_bytes),
                        WYN_ROW(L, duplicates),
                        WYN_ROW(L, reordered),
                        WYN_ROW(L, late),
                        WYN_ROW(L, socket_drops),
                        WYN_ROW(L, rejected),
                        WYN_ROW(L, first_arrival_ns),
                        WYN_ROW(L, last_arrival_ns),
                        WYN_ROW(L, best_packets),
                        WYN_ROW(L, best_bytes),
                        WYN_ROW(L, best_span_ns),
                        WYN_ROW(L, best_index),
                        WYN_ROW(L, stamps_missing),
                        WYN_ROW(L, packets_skipped),
                        WYN_ROW(L, lateness_p50_ns),
                        WYN_ROW(L, lateness_p99_ns),
                        WYN_ROW(L, lateness_max_ns),
                        WYN_ROW(L, receive_buffer_bytes),
                        WYN_ROW(L, longest_train),
                        WYN_ROW(L, pacing),
                        WYN_ROW(L, offload),
                        WYN_ROW(L, capacity_verdict),
                        WYN_ROW(L, reserved),
                        WYN_ROW(L, capacity_datagram_bytes),
                        WYN_ROW(L, sent_bytes),
                        WYN_ROW(L, capacity_bps),
                        WYN_ROW(L, half_width_bps),
                        WYN_ROW(L, burst_bps),
                        WYN_ROW(L, burst_half_width_bps),
                        WYN_ROW(L, bucket_bytes),
                        WYN_ROW(L, saturated_ns),
                        WYN_ROW(L, saturated_bytes),
                        WYN_ROW(L, queue_ns),
                        WYN_ROW(L, base_rtt_ns),
                        WYN_ROW(L, loaded_rtt_ns),
                        WYN_ROW(L, excess_loss_ppb),
                        WYN_ROW(L, loss_floor_ppb),
                        WYN_ROW(L, lowest_ttl),
                        WYN_ROW(L, highest_ttl),
                        WYN_ROW(L, traffic_class),
                        WYN_ROW(L, reserved2),
                        WYN_ROW(L, packets_congested),
                        WYN_ROW(L, traffic_classes),
                        WYN_ROW(L, class_packets),
                        WYN_ROW(L, other_class_packets),
                        WYN_ROW(L, thread_busy),
                        WYN_ROW(L, busiest_cpu),
                        WYN_ROW(L, stolen),
                        WYN_ROW(L, sessions),
                        WYN_ROW(L, loads),
                        WYN_ROW(L, thread_kept_waiting),
                        WYN_ROW(L, offered_ppm),
                        WYN_ROW(L, link_bps),
                        WYN_ROW(L, device_drops),
                        WYN_ROW(L, qdisc_drops),
                        WYN_ROW(L, qdisc_backlog_bytes),
                        WYN_ROW(L, udp_buffer_errors),
                        WYN_ROW(L, softnet_drops),
                        WYN_ROW(L, softnet_squeezes),
                        WYN_ROW(L, tag)});
}

Rows probe_rows() {
    using L = ProbeLayout;
    return with_header(
        {WYN_ROW(L, number), WYN_ROW(L, probe_flags), WYN_ROW(L, reserved), WYN_ROW(L, sent_ns)});
}

Rows echo_rows() {
    using L = EchoLayout;
    return with_header({WYN_ROW(L, number), WYN_ROW(L, echo_flags), WYN_ROW(L, traffic_class),
                        WYN_ROW(L, clock_sync), WYN_ROW(L, reserved), WYN_ROW(L, probe_sent_ns),
                        WYN_ROW(L, probe_received_ns), WYN_ROW(L, sent_ns), WYN_ROW(L, received),
                        WYN_ROW(L, duplicates), WYN_ROW(L, reordered), WYN_ROW(L, map_newest),
                        WYN_ROW(L, clock_max_error_us), WYN_ROW(L, clock_steps),
                        WYN_ROW(L, clock_slew_ppb), WYN_ROW(L, wall_ahead_ns),
                        WYN_ROW(L, followed_number), WYN_ROW(L, left_after_ns),
                        WYN_ROW(L, stamped_after_ns)});
}

Rows size_rows() {
    using L = SizeLayout;
    return with_header({WYN_ROW(L, number), WYN_ROW(L, answer_bytes), WYN_ROW(L, reserved)});
}

Rows sized_rows() {
    using L = SizedLayout;
    return with_header({WYN_ROW(L, number), WYN_ROW(L, request_bytes), WYN_ROW(L, outcome),
                        WYN_ROW(L, reserved), WYN_ROW(L, path_mtu), WYN_ROW(L, reserved2)});
}

Rows close_rows() {
    using L = CloseLayout;
    return with_header({WYN_ROW(L, end), WYN_ROW(L, reserved), WYN_ROW(L, tag)});
}

Rows bulk_rows() {
    using L = BulkLayout;
    return {WYN_ROW(L, magic),   WYN_ROW(L, version),  WYN_ROW(L, type),    WYN_ROW(L, length),
            WYN_ROW(L, test),    WYN_ROW(L, sequence), WYN_ROW(L, sent_ns), WYN_ROW(L, step),
            WYN_ROW(L, receipt), WYN_ROW(L, tag)};
}

Rows feedback_rows() {
    using L = FeedbackLayout;
    return with_header({WYN_ROW(L, test),
                        WYN_ROW(L, steps),
                        WYN_ROW(L, reserved),
                        WYN_ROW(L, newest_sequence),
                        WYN_ROW(L, newest_sent_ns),
                        WYN_ROW(L, newest_step),
                        WYN_ROW(L, newest_receipt),
                        WYN_ROW(L, held_ns),
                        WYN_ROW(L, packets),
                        WYN_ROW(L, payload_bytes),
                        WYN_ROW(L, duplicates),
                        WYN_ROW(L, reordered),
                        WYN_ROW(L, late),
                        WYN_ROW(L, socket_drops),
                        WYN_ROW(L, rejected),
                        WYN_ROW(L, first_arrival_ns),
                        WYN_ROW(L, last_arrival_ns),
                        WYN_ROW(L, lowest_delay_ns),
                        WYN_ROW(L, first_step),
                        WYN_ROW(L, congested),
                        WYN_ROW(L, first_step_ns)});
}

Rows step_rows() {
    using L = StepLayout;
    return {WYN_ROW(L, first_after_ns), WYN_ROW(L, span_ns),      WYN_ROW(L, packets),
            WYN_ROW(L, flags),          WYN_ROW(L, lowest_delay), WYN_ROW(L, last_delay)};
}

} // namespace

TEST_CASE("the manual page draws every layout as the compiler lays it out", "[wire]") {
    const std::map<std::string, Rows> expected{
        {"Header", header_rows()},     {"HELLO", hello_rows()},
        {"COOKIE", cookie_rows()},     {"ASSIGN", assign_rows()},
        {"REFUSE", refuse_rows()},     {"BEAT0, BEAT1, BEAT2", beat_rows()},
        {"START", start_rows()},       {"STOP", stop_rows()},
        {"PROBE", probe_rows()},       {"CLOSE and CLOSED", close_rows()},
        {"READY", ready_rows()},       {"REPORT", report_rows()},
        {"ECHO", echo_rows()},         {"BULK", bulk_rows()},
        {"FEEDBACK", feedback_rows()}, {"Step record", step_rows()},
        {"SIZE", size_rows()},         {"SIZED", sized_rows()}};
    const auto drawn = tables_of_the_page();
    CHECK(drawn.size() == expected.size());
    for (const auto& [title, rows] : expected) {
        INFO(title);
        REQUIRE(drawn.count(title) == 1);
        CHECK(text_of(drawn.at(title)) == text_of(rows));
    }
}

TEST_CASE("no layout is aligned or padded", "[wire]") {
    CHECK(alignof(HelloLayout) == 1);
    CHECK(alignof(AssignLayout) == 1);
    CHECK(alignof(ReportLayout) == 1);
    CHECK(alignof(FeedbackLayout) == 1);
    CHECK(alignof(StepLayout) == 1);
    // Rows that leave no hole fill their struct.
    for (const auto& [rows, size] : {std::pair{hello_rows(), sizeof(HelloLayout)},
                                     {assign_rows(), sizeof(AssignLayout)},
                                     {report_rows(), sizeof(ReportLayout)},
                                     {beat_rows(), sizeof(BeatLayout)},
                                     {size_rows(), sizeof(SizeLayout)},
                                     {sized_rows(), sizeof(SizedLayout)},
                                     {feedback_rows(), sizeof(FeedbackLayout)},
                                     {step_rows(), sizeof(StepLayout)}}) {
        std::size_t at = 0;
        for (const auto& [offset, bytes, field] : rows) {
            INFO(field);
            CHECK(offset == at);
            at += bytes;
        }
        CHECK(at == size);
    }
}

TEST_CASE("integers lie on the wire with their highest byte first", "[wire]") {
    CHECK(Be<2>{0x1234}.bytes == std::array<std::uint8_t, 2>{0x12, 0x34});
    CHECK(Be<3>{0x123456}.bytes == std::array<std::uint8_t, 3>{0x12, 0x34, 0x56});
    CHECK(Be<8>{0x0123456789abcdef}.get() == 0x0123456789abcdef);
    CHECK(Be<8>{~std::uint64_t{0}}.get() == ~std::uint64_t{0});
    CHECK(Be<2>{0x54321}.u16() == 0x4321); // the low bytes stay
    CHECK(Be<4>{}.u32() == 0);
}
