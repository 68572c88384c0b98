package api

import (
	"slices"
	"time"

	"github.com/zeitwork/zeitwork/api/internal/logfields"
	"github.com/zeitwork/zeitwork/api/internal/logquery"
	"github.com/zeitwork/zeitwork/api/internal/logtext"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// levelNone is what filters call the level of a line that has none.
const levelNone = "none"

// logFilter chooses lines. Its zero value chooses all.
type logFilter struct {
	query           logquery.Query
	since, until    time.Time
	levels, streams []string
}

// newLogFilter returns a problem for a text that is no query.
func newLogFilter(input LogFilterInput, runtime RuntimeFilterInput) (logFilter, error) {
	query, err := parseQuery(input.Q)

	return logFilter{query: query, since: input.Since, until: input.Until, levels: runtime.Level, streams: runtime.Stream}, err
}

func parseQuery(text string) (logquery.Query, error) {
	query, err := logquery.Parse(text)
	if err != nil {
		return logquery.Query{}, problem.Wrap(err, problem.Invalid, "%s.", err.Error())
	}

	return query, nil
}

func (f logFilter) all() bool {
	return f.query.IsEmpty() && f.since.IsZero() && f.until.IsZero() && len(f.levels) == 0 && len(f.streams) == 0
}

// accepts looks at a line as it is stored.
func (f logFilter) accepts(line LogLine, _ int) bool {
	switch {
	case line.LoggedAt.Before(f.since), !f.until.IsZero() && !line.LoggedAt.Before(f.until):
		return false
	case len(f.streams) > 0 && !slices.Contains(f.streams, line.Stream):
		return false
	case f.query.IsEmpty() && len(f.levels) == 0:
		return true
	}

	plain := logtext.Plain(line.Line)

	return f.query.Matches(plain) && f.acceptsLevel(line, plain)
}

func (f logFilter) acceptsLevel(line LogLine, plain string) bool {
	if len(f.levels) == 0 {
		return true
	}

	level := levelNone
	if found := logfields.Level(plain); found != "" && line.Stream != systemStream {
		level = found
	}

	return slices.Contains(f.levels, level)
}

// shown makes of a line as it is stored one that is shown.
func shown(line LogLine, _ int) LogLine {
	// Only apps log lines with levels and fields: neither the platform's own lines nor those of builds have any.
	if line.VMID != nil && line.Stream != systemStream {
		facts := logfields.Read(logtext.Plain(line.Line))
		line.Level, line.Message, line.Fields, line.FieldsCut = facts.Level, facts.Message, facts.Fields, facts.IsCut
	}

	line.Line = logtext.Shown(line.Line)

	return line
}
