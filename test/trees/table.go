package main

import (
	"fmt"
	"io"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/trial"
)

// printTable writes the results as a table that Markdown understands. The last line is for machines.
func printTable(to io.Writer, results []result) {
	_, _ = fmt.Fprintln(to, "| tree | expected | got | seconds | ok |")
	_, _ = fmt.Fprintln(to, "|---|---|---|---:|---|")

	for _, r := range results {
		_, _ = fmt.Fprintf(to, "| %s | %s | %s | %.0f | %s |\n",
			r.name, trial.Cell(r.end().String()), trial.Cell(r.got), r.took.Seconds(), lo.Ternary(r.ok(), "yes", trial.Cell("no: "+r.differs)))
	}

	_, _ = fmt.Fprintf(to, "\ntrees=%d ok=%d\n", len(results), lo.CountBy(results, func(r result) bool { return r.ok() }))
}
