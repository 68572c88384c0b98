package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/liveline"
	"github.com/zeitwork/zeitwork/nodeagent/conformance"
)

// findingsWriter shows findings as they come, or all of them as JSON in the end.
type findingsWriter struct {
	out    io.Writer
	line   *liveline.Line
	width  liveline.Width
	asJSON bool
}

func newFindingsWriter(out *os.File, asJSON bool) *findingsWriter {
	width := liveline.WidthOf(out)

	return &findingsWriter{out: out, width: width, line: liveline.New(out, width), asJSON: asJSON}
}

// Running shows what is under way in the terminal's last line.
func (w *findingsWriter) Running(names []string) {
	if w.asJSON || len(names) == 0 {
		return
	}

	w.line.Set("  running: " + strings.Join(names, ", "))
}

// Found writes a line about a finding, wrapped to the terminal's width.
func (w *findingsWriter) Found(finding conformance.Finding) {
	if w.asJSON {
		return
	}

	mark, reason := "✓", finding.Reason

	switch finding.Result {
	case conformance.Passed:
	case conformance.Failed:
		mark = "✗"
	case conformance.Skipped:
		mark, reason = "·", "Skipped. "+reason
	case conformance.Unsupported:
		mark, reason = "~", "Not with this runtime. "+reason
	}

	const column = 20

	width := 0
	if w.width != nil {
		width = w.width() - column - 1
	}

	text := strings.Join(wrapWords(reason, width), "\n"+strings.Repeat(" ", column))
	_, _ = fmt.Fprintf(w.line, "%s %-17s %s\n", mark, finding.Check, text)
}

// finish writes what the findings are together.
func (w *findingsWriter) finish(report conformance.Report) error {
	if w.asJSON {
		encoder := json.NewEncoder(w.out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)

		if err := encoder.Encode(report); err != nil {
			return fmt.Errorf("write the findings: %w", err)
		}

		return nil
	}

	_, _ = fmt.Fprintf(w.out, "\n%d of %d checks passed", conformance.Count(report.Findings, conformance.Passed), len(report.Findings))

	for _, other := range []struct {
		result conformance.Result
		says   string
	}{{conformance.Failed, "failed"}, {conformance.Skipped, "skipped"}, {conformance.Unsupported, "not with " + report.Runtime}} {
		names := lo.FilterMap(report.Findings, func(f conformance.Finding, _ int) (string, bool) { return f.Check, f.Result == other.result })
		if len(names) > 0 {
			_, _ = fmt.Fprintf(w.out, "\n%s: %s", other.says, strings.Join(names, ", "))
		}
	}

	_, _ = fmt.Fprintln(w.out)

	if report.AgentLog != "" {
		_, _ = fmt.Fprintf(w.out, "The log of the agent is kept in %s.\n", report.AgentLog)
	}

	return nil
}

// wrapWords breaks a text into lines of the width, where it has one.
func wrapWords(text string, width int) []string {
	const narrowest = 20
	if width < narrowest {
		return []string{text}
	}

	var words []string

	for word := range strings.FieldsSeq(text) {
		// A unit stays with its number.
		if last := len(words) - 1; last >= 0 && lo.Contains([]string{"s", "MiB", "GiB"}, strings.Trim(word, ".,;:")) {
			words[last] += " " + word
		} else {
			words = append(words, word)
		}
	}

	lines := []string{""}

	for _, word := range words {
		last := &lines[len(lines)-1]

		switch {
		case *last == "":
			*last = word
		case len([]rune(*last))+1+len([]rune(word)) > width:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}

	return lines
}
