package activities

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/stretchr/testify/require"
)

func TestBuildProgress_InstructionsThatRunAtOnce_StandUnderTheirHeadings(t *testing.T) {
	t.Parallel()

	began, ended := time.Unix(1, 0), time.Unix(3, 0)
	lines, groups := []string{}, []string{}
	statuses := make(chan *client.SolveStatus, 3)
	statuses <- &client.SolveStatus{
		Vertexes: []*client.Vertex{
			{Digest: "a", Name: "RUN a", Started: &began},
			{Digest: "b", Name: "RUN b", Started: &began},
			{Digest: "c", Name: "COPY c", Started: &began, Completed: &began, Cached: true},
			{Digest: "i", Name: "[internal] load", Started: &began},
		},
		Logs: []*client.VertexLog{
			{Vertex: "a", Stream: 1, Data: []byte("one\ntw")},
			{Vertex: "b", Stream: 2, Data: []byte("warning\n")},
			{Vertex: "a", Stream: 1, Data: []byte("o\nunfinished")},
		},
	}
	statuses <- &client.SolveStatus{Vertexes: []*client.Vertex{{Digest: "a", Name: "RUN a", Started: &began, Completed: &ended}}}
	statuses <- &client.SolveStatus{Vertexes: []*client.Vertex{{Digest: "b", Name: "RUN b", Started: &began, Completed: &ended, Error: "exit code: 1"}}}

	close(statuses)
	newBuildProgress(func(line LogLine) {
		lines, groups = append(lines, line.Stream+": "+line.Line), append(groups, fmt.Sprintf("%d %s", line.Group.Number, line.Group.State))
	}).follow(statuses)

	require.Equal(t, []string{
		"system: COPY c: cached", "system: RUN a", "system: RUN b",
		"system: RUN a", "stdout: one",
		"system: RUN b", "stderr: warning",
		"system: RUN a", "stdout: two",
		"stdout: unfinished", "system: RUN a: done in 2.0 s",
		"system: RUN b: failed: exit code: 1",
	}, lines)
	require.Equal(t, []string{
		"1 cached", "2 running", "3 running", "2 running", "2 running", "3 running", "3 running", "2 running", "2 running", "2 running", "2 done", "3 failed",
	}, groups)
}

func TestBuildProgress_LayersOfTheCacheAreStillLoaded_HaveNoHeadingOfTheirOwn(t *testing.T) {
	t.Parallel()

	began := time.Unix(1, 0)
	lines := []string{}
	statuses := make(chan *client.SolveStatus, 3)
	// BuildKit reports the beginning and the end together, or one after the other.
	statuses <- &client.SolveStatus{Vertexes: []*client.Vertex{
		{Digest: "a", Name: "RUN a", Started: &began, Cached: true}, {Digest: "b", Name: "RUN b", Started: &began, Cached: true},
	}}
	statuses <- &client.SolveStatus{Vertexes: []*client.Vertex{{Digest: "a", Name: "RUN a", Started: &began, Completed: &began, Cached: true}}}
	// An instruction whose layers cannot be loaded is run.
	statuses <- &client.SolveStatus{Vertexes: []*client.Vertex{{Digest: "b", Name: "RUN b", Started: &began}}}

	close(statuses)
	newBuildProgress(func(line LogLine) { lines = append(lines, line.Line) }).follow(statuses)
	require.Equal(t, []string{"RUN a: cached", "RUN b"}, lines)
}

func TestLineSplitter_MakesLinesThatCanBeStored(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ written, want string }{
		"NUL":            {"a\x00b\n", "ab"},
		"invalid UTF-8":  {"a\xffb\n", "a\uFFFDb"},
		"Windows":        {"a\r\n", "a"},
		"progress bar":   {"10%\r50%\r100%\r\n", "100%"},
		"colours":        {"\x1b[1;31mred\x1b[0m\n", "\x1b[1;31mred\x1b[0m"},
		"empty":          {"\n", ""},
		"long":           {strings.Repeat("x", MaxLogLineBytes+1) + "\n", strings.Repeat("x", MaxLogLineBytes) + fmt.Sprintf(" … (cut, the line has %d bytes)", MaxLogLineBytes+1)},
		"as long as may": {strings.Repeat("x", MaxLogLineBytes) + "\n", strings.Repeat("x", MaxLogLineBytes)},
		"cut character":  {strings.Repeat("x", MaxLogLineBytes-1) + "ä\n", strings.Repeat("x", MaxLogLineBytes-1) + fmt.Sprintf("\uFFFD … (cut, the line has %d bytes)", MaxLogLineBytes+1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			lines := []string{}
			splitter := &lineSplitter{emit: func(line string, _ time.Time) { lines = append(lines, line) }}

			// In two pieces, as a stream arrives.
			half := len(test.written) / 2
			splitter.write([]byte(test.written[:half]), time.Now())
			splitter.write([]byte(test.written[half:]), time.Now())
			splitter.flush(time.Now())
			require.Equal(t, []string{test.want}, lines)
		})
	}
}
