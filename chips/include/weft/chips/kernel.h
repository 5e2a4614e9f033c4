// All kernel models of a device.
#pragma once

#include "weft/chips/attention.h"
#include "weft/chips/gemm.h"
#include "weft/chips/kernel_cost.h"
#include "weft/chips/memory_bound.h"
#include "weft/chips/quantise.h"
