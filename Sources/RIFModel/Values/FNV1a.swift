/// FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923): tells texts apart that differ by mistake. No protection against anyone
/// who wants two to be alike.
public enum FNV1a {
    /// The hash of some bytes.
    public static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}
