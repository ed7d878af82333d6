import Crypto

/// Something that only the right ones know: kept as its digest.
struct Secret: Sendable, Hashable {
    private let digest: SHA256Digest

    init(_ text: String) { digest = SHA256.hash(data: Array(text.utf8)) }

    /// Takes the same time wherever the two differ: digests are compared whole, and how far two digests agree says
    /// nothing of the texts.
    func matches(_ other: Secret) -> Bool { digest == other.digest }

    /// A new one of 256 bits, in letters that need no quoting.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        // 64 letters are 6 bits each.
        return String((0..<43).map { _ in letters[Int(generator.next() & 63)] })
    }
}
