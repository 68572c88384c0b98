package npmscript

import (
	"path"
	"strings"

	"github.com/samber/lo"
	"mvdan.cc/sh/v3/syntax"
)

// maxLine is the length, in bytes, up to which a script is read. Nobody writes longer ones, and the parser's stack grows with what is nested.
const maxLine = 8 << 10

// line resolves a line of a shell. What cannot be parsed is one command.
func (w *walk) line(text string, at *place) Run {
	if w.left--; w.left < 0 || len(text) > maxLine {
		return Run{}
	}

	file, err := syntax.NewParser().Parse(strings.NewReader(text), "")
	if err != nil {
		if words := strings.Fields(text); len(words) > 0 {
			return only(Command{Words: words, Environment: at.environment, Directory: at.directory})
		}

		return Run{}
	}

	return w.statements(file.Stmts, at)
}

// statements resolves what is done one after the other, and at once where an ampersand says so.
func (w *walk) statements(list []*syntax.Stmt, at *place) Run {
	var front, back Run

	for _, statement := range list {
		if statement.Background {
			back = back.beside(w.statement(statement, at.clone()))
		} else {
			front = front.then(w.statement(statement, at))
		}
	}

	return back.beside(front)
}

func (w *walk) statement(statement *syntax.Stmt, at *place) Run {
	if statement == nil {
		// As in `time`, which needs no command.
		return Run{}
	}

	switch command := statement.Cmd.(type) {
	case *syntax.CallExpr:
		return w.call(command, at)
	case *syntax.DeclClause:
		for _, assign := range command.Args {
			w.assign(assign, at)
		}
	case *syntax.BinaryCmd:
		return w.binary(command, at)
	case *syntax.Subshell:
		return w.statements(command.Stmts, at.clone())
	case *syntax.Block:
		return w.statements(command.Stmts, at)
	case *syntax.IfClause:
		return w.condition(command, at)
	case *syntax.TimeClause:
		return w.statement(command.Stmt, at)
	}

	return Run{}
}

func (w *walk) binary(command *syntax.BinaryCmd, at *place) Run {
	switch command.Op { //nolint:exhaustive // The others are pipes.
	case syntax.AndStmt:
		left := w.statement(command.X, at)

		return left.then(w.statement(command.Y, at))
	case syntax.OrStmt:
		left := w.statement(command.X, at)

		return w.statement(command.Y, at.clone()).then(left).inOrderOf(left)
	default:
		left := w.statement(command.X, at.clone())
		both := left.with(w.statement(command.Y, at.clone()))
		both.Ends = left.Ends

		return both
	}
}

// inOrderOf puts the commands of another run, which stand last, before the others.
func (r Run) inOrderOf(first Run) Run {
	count := len(r.Commands) - len(first.Commands)
	r.Commands = append(append([]Command{}, first.Commands...), r.Commands[:count]...)

	return r
}

func (w *walk) condition(command *syntax.IfClause, at *place) Run {
	run := w.statements(command.Cond, at).then(w.statements(command.Then, at))
	if command.Else != nil {
		run = run.beside(w.condition(command.Else, at))
	}

	return run
}

func (w *walk) call(command *syntax.CallExpr, at *place) Run {
	inside := at
	if len(command.Args) > 0 {
		inside = at.clone()
	}

	for _, assign := range command.Assigns {
		w.assign(assign, inside)
	}

	words := lo.Map(command.Args, func(word *syntax.Word, _ int) string { return wordText(word) })

	if len(words) == 2 && words[0] == "cd" {
		at.directory = path.Join(at.directory, words[1])

		return Run{}
	}

	return w.command(words, inside)
}

func (w *walk) assign(assign *syntax.Assign, at *place) {
	if assign.Name != nil && !assign.Naked {
		value := ""
		if assign.Value != nil {
			value = wordText(assign.Value)
		}

		at.set(assign.Name.Value, value)
	}
}

// wordText is a word without its quotes. Expansions stand there as they are written.
func wordText(word *syntax.Word) string {
	text := &strings.Builder{}
	writeParts(text, word.Parts)

	return text.String()
}

func writeParts(text *strings.Builder, parts []syntax.WordPart) {
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			text.WriteString(strings.ReplaceAll(part.Value, `\`, ""))
		case *syntax.SglQuoted:
			text.WriteString(part.Value)
		case *syntax.DblQuoted:
			writeParts(text, part.Parts)
		default:
			_ = syntax.NewPrinter().Print(text, part) // A builder takes all that is written.
		}
	}
}
