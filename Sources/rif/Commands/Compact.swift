import ArgumentParser
import RIFOrchestrator

struct Compact: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rewrite the file without the space that removed rows left.",
        discussion: """
            Example:
              rif cleanup --days 30 && rif compact
            """)

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        try location.mustExist()
        let receipt = try await location.writing { try await $0.compact() }
        return Report(
            json: ["bytes_before": .int(receipt.bytesBefore), "bytes_after": .int(receipt.bytesAfter)]
        ) { page in
            let saved = receipt.bytesBefore - receipt.bytesAfter
            page.line("\(Text.bytes(receipt.bytesBefore)) → \(Text.bytes(receipt.bytesAfter))")
            page.line(
                page.styled(saved > 0 ? "\(Text.bytes(saved)) given back" : "there was nothing to give back", .dim))
        }
    }
}
