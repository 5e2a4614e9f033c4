#include "assets.h"

// cmake/weft_pages.cmake bundles both files and names them here, where npm is there to do it.
#ifdef WEFT_PAGE_SCRIPT

// The assembler reads them: a compiler takes long over a megabyte of text.
asm(".pushsection .rodata\n"
    ".global weft_page_script_begin\n.global weft_page_script_end\n"
    "weft_page_script_begin:\n.incbin \"" WEFT_PAGE_SCRIPT
    "\"\nweft_page_script_end:\n"
    ".global weft_page_style_begin\n.global weft_page_style_end\n"
    "weft_page_style_begin:\n.incbin \"" WEFT_PAGE_STYLE
    "\"\nweft_page_style_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const char weft_page_script_begin[];
extern const char weft_page_script_end[];
extern const char weft_page_style_begin[];
extern const char weft_page_style_end[];
}

namespace weft::html {

std::string_view page_script() { return {weft_page_script_begin, weft_page_script_end}; }
std::string_view page_style() { return {weft_page_style_begin, weft_page_style_end}; }

}  // namespace weft::html

#else

namespace weft::html {

std::string_view page_script() { return {}; }
std::string_view page_style() { return {}; }

}  // namespace weft::html

#endif
