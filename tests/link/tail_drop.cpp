#include "link/tail_drop.hpp"

namespace wyn::link {

void TailDrop::enqueue(WorldTime now, const Record& record, std::vector<Record>& ended) {
    const Verdict verdict = judge(now, record);
    if (!fits(record)) return end(now, record, Fate::queue_full, ended);
    Record taken = record;
    if (verdict == Verdict::drop || (verdict == Verdict::mark && !mark_ce(taken)))
        return end(now, record, Fate::aqm_dropped, ended);
    fifo_.push(taken);
}

std::optional<Record> TailDrop::dequeue(WorldTime /*now*/, std::vector<Record>& /*ended*/) {
    return fifo_.pop();
}

} // namespace wyn::link
