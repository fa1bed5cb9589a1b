#include "link/tail_drop.hpp"

namespace wyn::link {

void TailDrop::enqueue(WorldTime now, Record record, std::vector<Record>& ended) {
    const Verdict verdict = judge(now, record);
    if (!fits(record)) return end(now, std::move(record), Fate::queue_full, ended);
    if (verdict == Verdict::drop || (verdict == Verdict::mark && !mark_ce(record)))
        return end(now, std::move(record), Fate::aqm_dropped, ended);
    fifo_.push(std::move(record));
}

std::optional<Record> TailDrop::dequeue(WorldTime /*now*/, std::vector<Record>& /*ended*/) {
    return fifo_.pop();
}

} // namespace wyn::link
