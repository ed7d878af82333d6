/// Reads workflow files, whatever their notation: strict with the keys that we act on, and lenient with all others.
public enum WorkflowReader {
    /// The workflow that a file declares.
    ///
    /// - Parameters:
    ///   - root: the whole file.
    ///   - agents: the whole `agents.yaml` beside it, and its name for the problems in it. The workflow file's own agents win.
    ///   - name: what the workflow is called where it does not say.
    ///   - project: the absolute path of the folder that relative paths mean.
    public static func read(
        _ root: FileNode, agents: (file: String, root: FileNode)? = nil, name: String = "workflow", project: String = ""
    ) -> WorkflowReading {
        let findings = WorkflowFindings()
        reportDuplicates(in: root, findings)
        var declared: [AgentDefinition] = []
        var reading = WorkflowReading()
        if let file = WorkflowFileSection(root, path: "", findings: findings, expected: "a map with the key 'workflow'")
        {
            if let node = file.node("workflow") {
                let body = WorkflowBodyReader(findings: findings)
                (reading.definition, reading.summary) = body.read(node, name: name)
            } else {
                findings.error(
                    .noStates, "there is no workflow in this file", at: root.mark,
                    remedy: "Write 'workflow:' and below it 'states:'; 'rif workflow init' makes an example.")
            }
            if let node = file.node("agents") { declared = AgentReader(findings: findings).read(node, path: "agents") }
            // Only what we stored says so; in a file of the user's the place of the file decides.
            reading.definition?.project = project
            file.end()
        }
        if let agents {
            findings.file = agents.file
            reportDuplicates(in: agents.root, findings)
            let known = Set(declared.map(\.name))
            declared += agentsFile(agents.root, findings).filter { !known.contains($0.name) }
            findings.file = nil
        }
        reading.definition?.agents = declared.sorted { $0.name < $1.name }
        reading.problems = ordered(findings.problems) { ($0.file, $0.line, $0.column) }
        reading.unused = ordered(findings.unused) { ($0.file, $0.line, $0.column) }
        if !reading.isUsable { reading.definition = nil }
        return reading
    }

    private static func agentsFile(_ root: FileNode, _ findings: WorkflowFindings) -> [AgentDefinition] {
        guard !root.isNull,
            let file = WorkflowFileSection(root, path: "", findings: findings, expected: "a map with the key 'agents'")
        else { return [] }
        defer { file.end() }
        guard let node = file.node("agents") else {
            // Another program may have a file of this name.
            findings.warning(
                .missingKey, "there are no agents in this file", at: root.mark,
                remedy: "Write 'agents:' and below it the name of each agent.")
            return []
        }
        return AgentReader(findings: findings).read(node, path: "agents")
    }

    /// By place; what has none comes first, and the workflow file before the others.
    private static func ordered<Found>(
        _ found: [Found], _ place: (Found) -> (file: String?, line: Int?, column: Int?)
    ) -> [Found] {
        found.enumerated().sorted { one, other in
            let (left, right) = (place(one.element), place(other.element))
            return (left.file ?? "", left.line ?? 0, left.column ?? 0, one.offset)
                < (right.file ?? "", right.line ?? 0, right.column ?? 0, other.offset)
        }.map(\.element)
    }

    /// Keys that are there twice, anywhere in the file: of two settings only one can be meant.
    private static func reportDuplicates(in root: FileNode, _ findings: WorkflowFindings) {
        var reported: Set<FileNode.Mark> = []
        func walk(_ node: FileNode, _ path: String) {
            switch node.content {
            case .scalar: break
            case .list(let elements):
                for (index, element) in elements.enumerated() { walk(element, "\(path)[\(index)]") }
            case .map(let entries):
                var first: [String: FileNode.Mark?] = [:]
                for entry in entries {
                    let name = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                    if let earlier = first[entry.key] {
                        // An anchor may bring the same map to many places.
                        if let mark = entry.keyMark, !reported.insert(mark).inserted { continue }
                        let place = earlier.map { " (line \($0.line))" } ?? ""
                        findings.error(
                            .duplicateKey,
                            "\(name) is there twice\(place)", at: entry.keyMark,
                            remedy: "Remove one of the two, or give it another name.")
                    } else {
                        first[entry.key] = entry.keyMark
                    }
                    walk(entry.value, name)
                }
            }
        }
        walk(root, "")
    }
}
