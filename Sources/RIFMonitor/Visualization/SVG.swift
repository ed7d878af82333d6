extension WorkflowGraph {
    public var svg: String { "" }
}
