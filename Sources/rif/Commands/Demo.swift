import ArgumentParser
import RIFOrchestrator

struct Demo: RIFCommand {
    static let configuration = CommandConfiguration(abstract: "Demo")
    @OptionGroup var shared: SharedOptions
    func report() async throws -> Report { Report(json: .null) { _ in } }
}
