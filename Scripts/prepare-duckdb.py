#!/usr/bin/env python3
"""Take DuckDB's library out of its Python wheel and make it loadable in any process.

    prepare-duckdb.py WHEEL OUTPUT

The wheel's extension module carries the whole C API of DuckDB, and besides it a Python binding
whose Python symbols are undefined. A process that is no Python cannot resolve them, so loading
would fail. A *weak* undefined symbol may stay unresolved; nothing of the C API ever calls one.
So every undefined `Py*` and `_Py*` symbol of the dynamic symbol table is marked weak, in place.
Nothing else is changed, and the same wheel always gives the same bytes.

Only 64-bit little-endian ELF is read (Linux on x86-64 and arm64).
"""

import struct
import sys
import zipfile

SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
SHT_DYNSYM = 11
SHN_UNDEF = 0
STB_GLOBAL, STB_WEAK = 1, 2


def fail(message):
    sys.exit(f"prepare-duckdb: {message}")


def library_in(wheel):
    """The bytes of the one extension module that the wheel holds."""
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if n.startswith("_duckdb") and n.endswith(".so")]
        if len(names) != 1:
            fail(f"{wheel} holds {len(names)} files called _duckdb*.so, expected one")
        return bytearray(archive.read(names[0]))


def mark_python_symbols_weak(elf):
    """Turns undefined global Python symbols into weak ones; answers how many there were."""
    if elf[:6] != b"\x7fELF\x02\x01":
        fail("the library is not a 64-bit little-endian ELF file")
    (table,) = struct.unpack_from("<Q", elf, 0x28)
    entry_size, count = struct.unpack_from("<HH", elf, 0x3A)
    if entry_size != SECTION_HEADER.size or table + count * entry_size > len(elf):
        fail("the library has no readable section table")
    sections = [SECTION_HEADER.unpack_from(elf, table + i * entry_size) for i in range(count)]

    marked = 0
    for _, kind, _, _, offset, size, link, _, _, _ in sections:
        if kind != SHT_DYNSYM:
            continue
        names = sections[link][4]
        for at in range(offset, offset + size, SYMBOL.size):
            name_at, info, _, section, _, _ = SYMBOL.unpack_from(elf, at)
            if section != SHN_UNDEF or info >> 4 != STB_GLOBAL:
                continue
            start = names + name_at
            if elf.startswith((b"Py", b"_Py"), start):
                elf[at + 4] = STB_WEAK << 4 | info & 0xF
                marked += 1
    return marked


def main():
    if len(sys.argv) != 3:
        fail("usage: prepare-duckdb.py WHEEL OUTPUT")
    elf = library_in(sys.argv[1])
    if mark_python_symbols_weak(elf) == 0:
        fail("found no undefined Python symbol; this is not the wheel that was expected")
    with open(sys.argv[2], "wb") as output:
        output.write(elf)


if __name__ == "__main__":
    main()
