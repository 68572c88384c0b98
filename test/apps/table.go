package main

import (
	"fmt"
	"io"

	"github.com/zeitwork/zeitwork/test/trial"
)

// printTable writes the results as a table that Markdown understands. The last line is for machines.
func printTable(to io.Writer, results []result) {
	answered := 0

	_, _ = fmt.Fprintln(to, "| application | framework | package manager | detected | built | answered | seconds | why not |")
	_, _ = fmt.Fprintln(to, "|---|---|---|---|---|---|---:|---|")

	for _, r := range results {
		seconds := ""

		if r.answered {
			answered++

			seconds = fmt.Sprintf("%.0f", r.took.Seconds())
		}

		_, _ = fmt.Fprintf(to, "| %s | %s | %s | %s | %s | %s | %s | %s |\n",
			r.name, r.framework, r.manager, r.detected, yesOrNo(r.built), yesOrNo(r.answered), seconds, trial.Cell(r.reason))
	}

	_, _ = fmt.Fprintf(to, "\napps=%d answered=%d\n", len(results), answered)
}

func yesOrNo(yes bool) string {
	if yes {
		return "yes"
	}

	return "no"
}
