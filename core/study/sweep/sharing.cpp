#include "sharing.h"

#include <algorithm>
#include <chrono>

#include "weft/base/parallel.h"

namespace weft::sweep {

namespace {

constexpr double kSecondsOfPiece = 0.1;
constexpr double kMostOfPiece = 4096;  // cases
// Pieces for each taker at the end, so that all finish at about the same time.
constexpr std::int64_t kPiecesLeft = 4;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

Sharing::Sharing(const Design& design, std::vector<bool> done, int takers)
    : design_(design), done_(std::move(done)), takers_(takers) {
  left_ = design.cases() - std::count(done_.begin(), done_.end(), true);
}

bool Sharing::is_done(std::int64_t turn) const {
  return done_[static_cast<std::size_t>(design_.case_at(turn))];
}

std::int64_t Sharing::size() const {
  if (seconds_ == 0) return 1;
  const double wanted = std::clamp(kSecondsOfPiece / seconds_, 1.0, kMostOfPiece);
  const auto fair = left_ / (kPiecesLeft * takers_);
  return std::max<std::int64_t>(1, std::min(static_cast<std::int64_t>(wanted), fair));
}

std::optional<Turns> Sharing::next() {
  const std::lock_guard lock(mutex_);
  if (left_ == 0) return std::nullopt;
  while (is_done(at_)) ++at_;
  Turns turns{at_, 0};
  for (const auto most = size(); turns.count < most && left_ > 0 && !is_done(at_);) {
    ++turns.count;
    --left_;
    if (++at_ == design_.cases()) break;
  }
  return turns;
}

void Sharing::note(double seconds) {
  const std::lock_guard lock(mutex_);
  const double least = kSecondsOfPiece / kMostOfPiece;
  seconds_ = seconds_ == 0 ? std::max(seconds, least) : 0.5 * (seconds_ + std::max(seconds, least));
}

void Sharing::stop() {
  const std::lock_guard lock(mutex_);
  left_ = 0;
}

Pool::Pool(const ask::Question& question, const Design& design, int threads, Take take,
           const std::atomic<int>& stop)
    : stop_(stop) {
  thread_ = std::thread([this, &question, &design, threads, take = std::move(take)] {
    try {
      const base::ThreadTeam team(threads);
      team.for_each(static_cast<std::size_t>(team.size()),
                    [&](std::size_t, int) { compute(question, design, take); });
    } catch (...) {
      error_ = std::current_exception();
    }
    is_over_ = true;
    answers_.close();
  });
}

Pool::~Pool() { thread_.join(); }

void Pool::rethrow() const {
  if (error_) std::rethrow_exception(error_);
}

void Pool::compute(const ask::Question& question, const Design& design, const Take& take) {
  try {
    ask::Session session(question);
    ask::Point point;
    for (auto turns = take(); turns; turns = take()) {
      const auto begin = std::chrono::steady_clock::now();
      Answered answered{Batch(turns->first), 0};
      for (std::int64_t t = 0; t < turns->count && stop_ == 0 && !has_failed_; ++t) {
        design.place(design.case_at(turns->first + t), point);
        answered.batch.add(session.ask(point));
      }
      const auto count = answered.batch.turns().count;
      if (count == 0) return;
      answered.seconds = seconds_since(begin) / static_cast<double>(count);
      answers_.push(std::move(answered));
    }
  } catch (...) {
    has_failed_ = true;
    throw;
  }
}

}  // namespace weft::sweep
