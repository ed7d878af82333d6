import RIFModel
import Testing

@Suite("Templates")
struct TemplateTests {
    let values = TemplateValues(
        sessionID: "0198", state: "implementing", task: "Write it", attempt: 2,
        context: [
            "issues": [123, 124], "title": "a \"b\" {{state}} $(rm)", "ratio": 0.5, "ok": true,
            "deep": ["a": [["b": 1]]],
            "nothing": nil, "half": "{{",
        ])

    @Test(
        arguments: [
            ("plain", "plain"), ("", ""), ("{{session.id}}", "0198"), ("in {{state}}!", "in implementing!"),
            ("{{ task }}/{{attempt}}", "Write it/2"), ("{{context.issues[0]}}", "123"),
            ("{{context.issues}}", "[123,124]"),
            ("{{context.title}}", "a \"b\" {{state}} $(rm)"), ("{{context.ratio}} {{context.ok}}", "0.5 true"),
            ("{{context.deep.a[0].b}} {{context.deep}}", "1 {\"a\":[{\"b\":1}]}"), ("{{{{state}}", "{{state}}"),
            ("{{{{{{state}}}}", "{{implementing}}"), ("a } b }} c { d", "a } b }} c { d"),
            ("{{context.half}}state}}", "{{state}}"),
            ("👩‍👩‍👧{{attempt}}é", "👩‍👩‍👧2é"), ("{ {state}}", "{ {state}}"),
        ] as [(String, String)])
    func rendered(_ text: String, _ expected: String) throws {
        #expect(try Template.render(text, values) == expected)
        try Template.check(text)
    }

    @Test(
        "name the blank that is wrong",
        arguments: [
            ("{{issue}}", "{{issue}}"), ("{{}}", "{{}}"), ("{{context}}", "{{context}}"),
            ("{{context.a b}}", "{{context.a b}}"),
            ("{{session}}", "{{session}}"), ("{{Context.a}}", "{{Context.a}}"),
            ("{{context.a[x]}}", "{{context.a[x]}}"),
            ("a {{state", "{{ without }}"), ("{{state}", "{{ without }}"),
        ])
    func wrong(_ text: String, _ words: String) {
        let checked = #expect(throws: RIFError.self) { try Template.check(text, field: "command[1]") }
        #expect(checked?.detail.contains(words) == true, "\(String(describing: checked))")
        #expect(checked?.detail.hasPrefix("command[1]: ") == true)
        #expect(throws: RIFError.self) { try Template.render(text, values) }
    }

    @Test(
        "name the value that is missing",
        arguments: [
            "{{context.unknown}}", "{{context.issues[2]}}", "{{context.nothing}}", "{{context.title.x}}",
        ])
    func missing(_ text: String) throws {
        try Template.check(text)
        let error = #expect(throws: RIFError.self) { try Template.render("x \(text) y", values) }
        #expect(error?.detail.contains(text) == true)
        #expect(error?.code == .unprocessable)
    }

    @Test func taskInsideTask() {
        var values = values
        values.task = nil
        let error = #expect(throws: RIFError.self) { try Template.render("{{task}}", values) }
        #expect(error?.detail.contains("{{task}}") == true)
    }
}
