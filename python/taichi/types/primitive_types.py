# SPDX-License-Identifier: Apache-2.0
from taichi.lang.dtype import *
from taichi.lang.dtype import (DataType, all_types, integer_type_ids, integer_types, real_type_ids,
                               real_types, type_ids)
