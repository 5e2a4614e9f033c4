// A group that is alone in the network: what all devices share where traffic is thinned out is its
// members' own. A member gets its port, or its part of what several members leave through: the
// uplink of a child, that of a leaf of a fat tree, the links of a site.

#include <algorithm>
#include <cmath>

#include "algorithms.h"
#include "fat_tree.h"

namespace weft::interconnect {

namespace {

// Devices behind one leaf of a fat tree; all, when there is but one layer, which thins nothing.
Trunk leaf_of(const Tier& tier, std::int64_t devices_inside) {
  const FatTree tree = fat_tree_of(tier, devices_inside);
  const double rails = std::max(tier.rails, 1);
  const double side_by_side = tier.joins_rails ? static_cast<double>(tree.sets) : rails;
  const double leaves = static_cast<double>(tree.leaves) / (tier.joins_rails ? side_by_side : 1);
  const double of_child = std::max(static_cast<double>(devices_inside) / side_by_side, 1.0);
  Trunk leaf;
  leaf.devices = std::max(std::floor(of_child * tier.children / leaves), 1.0);
  leaf.of_child = std::min(of_child, leaf.devices);
  leaf.children = std::ceil(leaf.devices / leaf.of_child);
  return leaf;
}

double members_behind(const Trunk& trunk, double below, double children) {
  return std::min(below, trunk.of_child) * std::min(children, trunk.children);
}

void find_alone(const TierSpan& span, TierModel& model) {
  const Trunk& trunk = model.trunk;
  if (!(trunk.devices > 0)) return;
  const double all_to_all = model.all_to_all_byte_time / model.byte_time;
  const auto byte_time = [&](double below) {
    return std::max(trunk.port_byte_time,
                    members_behind(trunk, below, span.children) * trunk.byte_time);
  };
  const double alone = std::min(byte_time(span.members_least), model.byte_time);
  model.in_switch_byte_time *= alone / model.byte_time;
  model.byte_time = alone;
  model.all_to_all_byte_time =
      std::min(all_to_all * byte_time(span.members_most), model.all_to_all_byte_time);
  const double message = std::min(trunk.message_time, model.message_time);
  model.all_to_all_message_time *= message > 0 ? message / model.message_time : 1;
  model.message_time = message;
}

}  // namespace

void take_trunk(const Tier& tier, std::int64_t devices_inside, TierModel& model) {
  const bool thins = tier.kind == TierKind::kSwitch || tier.kind == TierKind::kFatTree;
  const bool is_trunk = tier.kind == TierKind::kLongHaul;
  if (!is_trunk && !(thins && tier.oversubscription > 1)) return;
  Trunk& trunk = model.trunk;
  trunk.devices = trunk.of_child = static_cast<double>(devices_inside);
  if (tier.kind == TierKind::kFatTree) trunk = leaf_of(tier, devices_inside);
  trunk.byte_time = model.byte_time / trunk.devices;
  trunk.port_byte_time = is_trunk ? trunk.byte_time : model.byte_time / tier.oversubscription;
  trunk.message_bytes = tier.link.half_size.si() * std::max(tier.links_per_device, 1.0);
  trunk.message_time = trunk.message_bytes * std::max(trunk.port_byte_time, trunk.byte_time);
}

void enter_by(double port_byte_time, TierModel& model) {
  Trunk& trunk = model.trunk;
  trunk.port_byte_time = std::max(trunk.port_byte_time, port_byte_time);
  trunk.message_time = trunk.message_bytes * trunk.port_byte_time;
}

std::span<const TierModel> Scene::as_found(std::span<const TierModel> models,
                                           const GroupShape& group) {
  const bool is_shared = std::none_of(
      models.begin(), models.end(), [](const TierModel& model) { return model.trunk.devices > 0; });
  if (!group.alone || is_shared) return models;
  alone_.emplace();
  for (std::size_t i = 0; i < models.size(); ++i) {
    (*alone_)[i] = models[i];
    find_alone(group.tiers[i], (*alone_)[i]);
  }
  return {alone_->data(), models.size()};
}

}  // namespace weft::interconnect
