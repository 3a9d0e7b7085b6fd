// SPDX-License-Identifier: Apache-2.0
// Walks the blocks of a bitstream. LLVM's cursor knows abbreviations and reports most damage; the
// guard takes care of the rest.
#include "air/records.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/Bitcode/LLVMBitCodes.h>
#include <llvm/Bitstream/BitstreamReader.h>
#include <llvm/Support/Error.h>

#include <new>
#include <stdexcept>
#include <string>

#include "air/guard.h"

namespace tinsmith::air {

namespace {

constexpr unsigned kDeepest = 16;  // LLVM's own writer nests blocks five deep

class Walk {
 public:
  Walk(llvm::StringRef bitcode, llvm::function_ref<void(const Record&)> visit)
      : cursor_(bitcode), bits_(uint64_t{bitcode.size()} * 8), visit_(visit) {}

  llvm::Error run() {
    llvm::Expected<llvm::SimpleBitstreamCursor::word_t> magic = cursor_.Read(32);
    if (!magic) return magic.takeError();
    if (*magic != 0xdec04342) return wrong("it does not begin with BC C0 DE");
    while (!cursor_.AtEndOfStream()) {
      llvm::Expected<llvm::BitstreamEntry> entry = cursor_.advance();
      if (!entry) return entry.takeError();
      if (entry->Kind != llvm::BitstreamEntry::SubBlock) return wrong("a record outside of blocks");
      if (llvm::Error error = block(entry->ID, 1)) return error;
    }
    return llvm::Error::success();
  }

 private:
  static llvm::Error wrong(const char* what) {
    return llvm::createStringError(llvm::inconvertibleErrorCode(), what);
  }

  llvm::Error block(unsigned id, unsigned depth) {
    if (depth > kDeepest) return wrong("blocks are nested too deeply");
    if (id == llvm::bitc::BLOCKINFO_BLOCK_ID) return block_info();
    if (llvm::Error error = cursor_.EnterSubBlock(id)) return error;
    while (true) {
      llvm::Expected<llvm::BitstreamEntry> entry = cursor_.advance();
      if (!entry) return entry.takeError();
      switch (entry->Kind) {
        case llvm::BitstreamEntry::Error: return wrong("a block is damaged");
        case llvm::BitstreamEntry::EndBlock: return llvm::Error::success();
        case llvm::BitstreamEntry::SubBlock:
          if (llvm::Error error = block(entry->ID, depth + 1)) return error;
          break;
        case llvm::BitstreamEntry::Record:
          if (llvm::Error error = record(id, entry->ID)) return error;
          break;
      }
    }
  }

  llvm::Error block_info() {
    llvm::Expected<llvm::Optional<llvm::BitstreamBlockInfo>> info = cursor_.ReadBlockInfoBlock();
    if (!info) return info.takeError();
    if (!*info) return wrong("its block of abbreviations is damaged");
    info_ = std::move(**info);
    cursor_.setBlockInfo(&info_);
    return llvm::Error::success();
  }

  llvm::Error record(unsigned id, unsigned abbreviation) {
    operands_.clear();
    llvm::StringRef blob;
    llvm::Expected<unsigned> code = cursor_.readRecord(abbreviation, operands_, &blob);
    if (!code) return code.takeError();
    if (llvm::Error error = check(id, *code)) return error;
    visit_({id, *code, operands_, blob});
    return llvm::Error::success();
  }

  // The reader makes room for as many things as these records say before it has seen one.
  llvm::Error check(unsigned id, unsigned code) const {
    bool is_count =
        (id == llvm::bitc::TYPE_BLOCK_ID_NEW && code == llvm::bitc::TYPE_CODE_NUMENTRY) ||
        (id == llvm::bitc::FUNCTION_BLOCK_ID && code == llvm::bitc::FUNC_CODE_DECLAREBLOCKS) ||
        (id == llvm::bitc::METADATA_BLOCK_ID && code == llvm::bitc::METADATA_STRINGS);
    if (is_count && !operands_.empty() && operands_[0] > bits_) {
      return wrong("a record counts more things than the file has bits");
    }
    return llvm::Error::success();
  }

  llvm::BitstreamCursor cursor_;
  llvm::BitstreamBlockInfo info_;
  uint64_t bits_;
  llvm::function_ref<void(const Record&)> visit_;
  llvm::SmallVector<uint64_t, 64> operands_;
};

}  // namespace

Result<> for_each_record(std::span<const std::byte> blob, std::string_view name,
                         llvm::function_ref<void(const Record&)> visit) {
  const auto* begin = reinterpret_cast<const unsigned char*>(blob.data());
  const unsigned char* end = begin + blob.size();
  std::string where(name);
  if (blob.size() < 4) return Failure{where + ": the bitcode is cut short"};
  if (llvm::isBitcodeWrapper(begin, end) && llvm::SkipBitcodeWrapperHeader(begin, end, true)) {
    return Failure{where + ": the wrapper of the bitcode claims more than there is"};
  }
  std::string problem;
  llvm::StringRef bitcode(reinterpret_cast<const char*>(begin), static_cast<size_t>(end - begin));
  bool survived = survives([&] {
    try {
      problem = llvm::toString(Walk(bitcode, visit).run());
    } catch (const std::bad_alloc&) {
      problem = "a record asks for more memory than there is";
    } catch (const std::length_error&) {
      problem = "a record asks for more memory than there can be";
    }
  });
  if (!survived) problem = "a record is damaged";
  if (problem.empty()) return Ok{};
  return Failure{where + ": the bitcode is damaged: " + problem};
}

}  // namespace tinsmith::air
