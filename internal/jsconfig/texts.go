package jsconfig

import (
	"github.com/tdewolff/parse/v2/js"
)

// textCollector collects the strings of a file.
type textCollector struct{ found []string }

// textsOf returns all strings of a file, and the parts of its templates.
func textsOf(parsed *js.AST) []string {
	collected := &textCollector{found: []string{}}
	js.Walk(collected, parsed)

	return collected.found
}

// Enter is called with each part of the file.
func (t *textCollector) Enter(node js.INode) js.IVisitor {
	switch node := node.(type) {
	case *js.LiteralExpr:
		if node.TokenType == js.StringToken {
			t.found = append(t.found, unquote(node.Data))
		}
	case *js.TemplateExpr:
		for _, part := range node.List {
			t.found = append(t.found, string(part.Value))
		}

		t.found = append(t.found, string(node.Tail))
	}

	return t
}

// Exit is called behind each part.
func (t *textCollector) Exit(js.INode) {}
