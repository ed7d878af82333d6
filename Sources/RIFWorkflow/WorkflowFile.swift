import Dispatch
public import RIFModel

/// A workflow file: found, read and checked.
public struct WorkflowFile: Sendable, Hashable {
    /// Absolute.
    public var path: String
    /// Of the `agents.yaml` beside it; none where there is none.
    public var agentsPath: String?
    /// The folder that relative paths of the workflow mean; absolute.
    public var project: String
    public var reading: WorkflowReading

    /// Where a project keeps its workflow, seen from its folder; the first that is there counts.
    public static let standardPaths = [
        "config/rif-workflow.yaml", "config/rif-workflow.yml", "config/rif-workflow.json",
    ]
    private static let agentsNames = ["agents.yaml", "agents.yml", "agents.json"]

    /// The workflow that a file declares, and the agents of the file beside it. Blocks while it reads.
    ///
    /// - Parameters:
    ///   - path: absolute, or from the working folder.
    ///   - project: the folder that relative paths mean. None: the one that the file lies in, or the one around that where it
    ///     is called `config`.
    /// - Throws: `not_found` where there is no such file, `storage_unavailable` where it cannot be read. What is wrong *in*
    ///   it is in `reading`.
    public static func load(path: String, project: String? = nil) throws(RIFError) -> WorkflowFile {
        let bytes = try FileReader.read(path)
        let absolute = FileReader.absolute(path)
        let folder = FileReader.folder(of: absolute)
        let project = project ?? (FileReader.name(of: folder) == "config" ? FileReader.folder(of: folder) : folder)
        let beside = try agents(in: folder, besides: absolute)
        let reading = check(bytes: bytes, agents: beside, name: stem(absolute), project: project)
        return WorkflowFile(
            path: absolute, agentsPath: beside.map { "\(folder)/\($0.name)" }, project: project, reading: reading)
    }

    /// The same for where nothing may block: it runs on a thread of its own queue.
    public static func loaded(path: String, project: String? = nil) async throws(RIFError) -> WorkflowFile {
        let result: Result<WorkflowFile, RIFError> = await withCheckedContinuation { continuation in
            queue.async {
                let result: Result<WorkflowFile, RIFError>
                do throws(RIFError) {
                    result = .success(try load(path: path, project: project))
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    /// The workflow of a project, where it keeps one in the usual place.
    ///
    /// - Parameter folder: of the project.
    /// - Returns: the path, none where there is none.
    public static func find(in folder: String = ".") -> String? {
        standardPaths.map { folder == "." ? $0 : "\(folder)/\($0)" }.first(where: FileReader.exists)
    }

    /// What a text would be as a workflow file.
    public static func check(text: String, name: String = "workflow", project: String = "") -> WorkflowReading {
        check(bytes: Array(text.utf8), agents: nil, name: name, project: project)
    }

    /// The same for where nothing may block: a long text takes a while.
    public static func checked(text: String, name: String = "workflow", project: String = "") async -> WorkflowReading {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: check(text: text, name: name, project: project)) }
        }
    }

    /// The workflow, to be run.
    ///
    /// - Throws: `invalid_request` with the first error where it has some.
    public func usable() throws(RIFError) -> WorkflowDefinition {
        if let definition = reading.definition { return definition }
        let errors = reading.problems.filter { $0.severity == .error }
        let first = errors.first
        let file = first?.file.map { "\(FileReader.folder(of: path))/\($0)" } ?? path
        let place = [file, first?.line.map { "\($0)" }, first?.column.map { "\($0)" }].compactMap(\.self)
            .joined(separator: ":")
        let more = errors.count > 1 ? "; \(errors.count - 1) more with 'rif workflow check'" : ""
        throw RIFError(
            .invalidRequest, "workflow: \(first?.message ?? "there is none")\(more)", field: "workflow",
            diagnosis: "\(place): \(first?.message ?? "there is no workflow")\(more)")
    }

    private static let queue = DispatchQueue(label: "rif.workflow-files")

    private static func agents(
        in folder: String, besides workflow: String
    ) throws(RIFError) -> (name: String, bytes: [UInt8])? {
        for name in agentsNames where "\(folder)/\(name)" != workflow && FileReader.exists("\(folder)/\(name)") {
            return (name, try FileReader.read("\(folder)/\(name)"))
        }
        return nil
    }

    private static func check(
        bytes: [UInt8], agents: (name: String, bytes: [UInt8])?, name: String, project: String
    ) -> WorkflowReading {
        let root: FileNode
        switch nodes(bytes) {
        case .success(let node): root = node
        case .failure(let error): return WorkflowReading(problems: [error.problem()])
        }
        guard let agents else { return WorkflowReader.read(root, name: name, project: project) }
        switch nodes(agents.bytes) {
        case .success(let node):
            return WorkflowReader.read(root, agents: (agents.name, node), name: name, project: project)
        case .failure(let error) where error.code == .noStates:
            // An empty agents file declares none.
            return WorkflowReader.read(root, name: name, project: project)
        case .failure(let error):
            var reading = WorkflowReader.read(root, name: name, project: project)
            reading.problems.append(error.problem(file: agents.name))
            reading.definition = nil
            return reading
        }
    }

    private static func nodes(_ bytes: [UInt8]) -> Result<FileNode, WorkflowSyntaxError> {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(WorkflowSyntaxError("the file is not UTF-8", remedy: "Save it as UTF-8."))
        }
        return YAMLNodes.parse(text)
    }

    /// The file's name without its ending: what a workflow without a name is called.
    private static func stem(_ path: String) -> String {
        let name = FileReader.name(of: path)
        let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        return stem.isEmpty ? "workflow" : stem
    }
}
