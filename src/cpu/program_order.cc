// SPDX-License-Identifier: Apache-2.0
// Reverse post order of each loop's own blocks, inner loops taken as one. Plain reverse post order
// would not do: it may put the exit of a loop before its body, and lanes that left the loop would
// go on without waiting for the rest.
#include "cpu/program_order.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Dominators.h>

#include <algorithm>
#include <set>

namespace tinsmith::cpu {

namespace {

class Orderer {
 public:
  explicit Orderer(const llvm::LoopInfo& loops) : loops_(loops) {}

  // Blocks of `loop` (null: of the function) from `entry` on.
  std::vector<llvm::BasicBlock*> order(llvm::BasicBlock* entry, const llvm::Loop* loop) {
    std::set<llvm::BasicBlock*> seen;
    std::vector<llvm::BasicBlock*> finished = post_order(entry, loop, seen);
    std::reverse(finished.begin(), finished.end());
    std::vector<llvm::BasicBlock*> out;
    for (llvm::BasicBlock* block : finished) {
      const llvm::Loop* inner = inner_loop(block, loop);
      if (inner == nullptr) {
        out.push_back(block);
      } else {
        std::vector<llvm::BasicBlock*> inside = order(block, inner);
        out.insert(out.end(), inside.begin(), inside.end());
      }
    }
    return out;
  }

 private:
  // The loop directly within `loop` that starts at this block.
  const llvm::Loop* inner_loop(llvm::BasicBlock* block, const llvm::Loop* loop) const {
    const llvm::Loop* inner = loops_.getLoopFor(block);
    while (inner != nullptr && inner->getParentLoop() != loop) inner = inner->getParentLoop();
    return inner == loop ? nullptr : inner;
  }

  // Where control goes from a block, or from the inner loop that it starts, within `loop`.
  std::vector<llvm::BasicBlock*> next(llvm::BasicBlock* block, const llvm::Loop* loop) const {
    std::vector<llvm::BasicBlock*> out;
    auto add = [&](llvm::BasicBlock* to) {
      bool inside = loop == nullptr || loop->contains(to);
      if (inside && (loop == nullptr || to != loop->getHeader())) out.push_back(to);
    };
    const llvm::Loop* inner = inner_loop(block, loop);
    if (inner == nullptr) {
      for (llvm::BasicBlock* to : llvm::successors(block)) add(to);
      return out;
    }
    llvm::SmallVector<llvm::BasicBlock*, 4> exits;
    inner->getExitBlocks(exits);
    for (llvm::BasicBlock* to : exits) add(to);
    return out;
  }

  std::vector<llvm::BasicBlock*> post_order(llvm::BasicBlock* entry, const llvm::Loop* loop,
                                            std::set<llvm::BasicBlock*>& seen) const {
    struct Frame {
      llvm::BasicBlock* block;
      std::vector<llvm::BasicBlock*> next;
    };
    std::vector<llvm::BasicBlock*> out;
    std::vector<Frame> stack;
    seen.insert(entry);
    stack.push_back({entry, next(entry, loop)});
    while (!stack.empty()) {
      if (stack.back().next.empty()) {
        out.push_back(stack.back().block);
        stack.pop_back();
        continue;
      }
      llvm::BasicBlock* to = stack.back().next.back();
      stack.back().next.pop_back();
      if (seen.insert(to).second) stack.push_back({to, next(to, loop)});
    }
    return out;
  }

  const llvm::LoopInfo& loops_;
};

}  // namespace

std::vector<llvm::BasicBlock*> program_order(llvm::Function& function) {
  llvm::DominatorTree tree(function);
  llvm::LoopInfo loops(tree);
  return Orderer(loops).order(&function.getEntryBlock(), nullptr);
}

}  // namespace tinsmith::cpu
