package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// table writes aligned columns for people.
type table struct{ writer *tabwriter.Writer }

func newTable(w io.Writer, header ...string) table {
	const gap = 2

	t := table{writer: tabwriter.NewWriter(w, 0, 0, gap, ' ', 0)}
	if len(header) > 0 {
		t.row(header...)
	}

	return t
}

// oneLine makes a cell of a text.
var oneLine = strings.NewReplacer("\n", " ", "\t", " ", "\v", " ", "\f", " ")

func (t table) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = strings.TrimRight(oneLine.Replace(cell), " ")
	}

	_, _ = fmt.Fprintln(t.writer, strings.Join(cells, "\t"))
}

func (t table) flush() { _ = t.writer.Flush() }

// items wraps a list as the API does, so that --json has one shape however many pages the list came in.
func items[T any](list []T) any {
	if list == nil {
		list = []T{}
	}

	return struct {
		Items []T `json:"items"`
	}{list}
}

// seconds returns a duration with two decimals, which is precise enough to compare builds.
func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// shortCommit returns the first digits of a commit's hash.
func shortCommit(commit string) string {
	const length = 7

	return commit[:min(length, len(commit))]
}
