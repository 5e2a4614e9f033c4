// One offered kind of cluster, read at any size the way a study reads it. Internal to the room.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include "weft/cost/question.h"
#include "weft/size/question.h"

namespace weft::size {

// What the job of a question is changed to, to ask for the most tokens or the largest model.
struct JobChange {
  std::optional<base::Node> model;
  std::optional<double> tokens;
};

class Builder {
 public:
  // All must outlive it. `oversubscription`: of the outermost network; none: as its file has it.
  // Throws base::InputError where the offer, the job or another part of the question is wrong.
  Builder(const Question& question, const Offer& offer,
          const std::optional<base::Node>& oversubscription, const base::Catalog& catalog,
          base::Reading& reading);

  [[nodiscard]] std::int64_t unit_hosts() const { return unit_hosts_; }
  [[nodiscard]] const std::string& unit() const { return unit_; }
  // "CloudMatrix384", of one unit.
  [[nodiscard]] const cost::Question& one_unit() const { return *one_unit_; }

  // A study with this offer alone, of so many hosts. None: it cannot be built so; why_not() tells.
  std::optional<cost::Question> at(std::int64_t hosts, const JobChange& change = {});
  // With the size that the offer has. Throws base::InputError.
  cost::Question as_offered(const JobChange& change = {});
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  // Throws what stood against the last size.
  [[noreturn]] void give_up() const;

 private:
  [[nodiscard]] base::Document study(const std::string& size, const JobChange& change,
                                     bool has_plan) const;
  cost::Question read(const base::Document& study);

  const Question* question_;
  const Offer* offer_;
  base::Catalog catalog_;
  base::Reading* reading_;
  std::int64_t unit_hosts_ = 1;
  std::string unit_ = "host";
  std::optional<cost::Question> one_unit_;
  std::string why_not_;
  std::exception_ptr last_error_;
};

}  // namespace weft::size
