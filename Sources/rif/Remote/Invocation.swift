import RIFOrchestrator

/// What a command knows of the process that was typed. Where the owner of the database runs a command for another
/// process, this is the other process, not its own.
struct Invocation: Sendable {
    @TaskLocal static var current: Invocation?

    /// The owner's; none where the command opens the database by itself.
    var orchestrator: Orchestrator?
    /// The owner's; none where the command opens the database by itself.
    var driver: Driver?
    /// The owner's.
    var configuration: Configuration?
    /// As it was given.
    var database: String?
    /// What relative paths start from.
    var folder: String
    /// Files and standard input that options name, by the word that names them (`@file`, `-`).
    var attachments: [String: [UInt8]] = [:]
    var terminal: Terminal
    /// Unique to what was typed: run a second time, after the owner was lost, it does nothing twice.
    var key: String?
}

extension CommandOptions {
    /// The key that was given, else the one of this call of the program.
    static func command(key: String?) -> CommandOptions {
        CommandOptions(idempotencyKey: key ?? Invocation.current?.key, actor: "cli")
    }
}
