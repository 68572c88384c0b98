package activities

import (
	"fmt"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"github.com/samber/lo"
)

// buildProgress turns what BuildKit reports into log lines: a heading for each instruction, and below it what the
// instruction wrote. Instructions that run at once take turns, each under its heading.
type buildProgress struct {
	log func(LogLine)
	// observe may be nil.
	observe  func(*client.SolveStatus)
	vertices map[digest.Digest]*buildVertex
	// heading is the instruction whose output comes last.
	heading digest.Digest
	// failed is the instruction that ended the build; nil where none did.
	failed *buildVertex
	// groups is how many instructions the log knows.
	groups int
}

// buildVertex is one instruction of the build.
type buildVertex struct {
	name  string
	began bool
	ended bool
	lines map[string]*lineSplitter
	// tail are its last lines of both streams.
	tail []string
	// group is what the log says of it last; nil before its first line.
	group *LogGroup
}

// tailLines are enough to hold a tool's complaint and what it prints behind it.
const tailLines = 200

func newBuildProgress(log func(LogLine)) *buildProgress {
	return &buildProgress{log: log, vertices: map[digest.Digest]*buildVertex{}}
}

// follow returns when BuildKit has closed the channel.
func (p *buildProgress) follow(statuses <-chan *client.SolveStatus) {
	for status := range statuses {
		if p.observe != nil {
			p.observe(status)
		}

		for _, vertex := range status.Vertexes {
			p.meet(vertex)
		}

		for _, vertex := range status.Vertexes {
			p.begin(vertex)
		}

		for _, entry := range status.Logs {
			p.write(entry)
		}

		for _, vertex := range status.Vertexes {
			p.end(vertex)
		}
	}

	for _, vertex := range p.vertices {
		vertex.flush(time.Now())
	}
}

// meet learns of instructions and shows those that the cache has: they come before what is done because of them.
func (p *buildProgress) meet(reported *client.Vertex) {
	if _, ok := p.vertices[reported.Digest]; !ok {
		p.vertices[reported.Digest] = &buildVertex{
			name: strings.Join(strings.Fields(reported.Name), " "), lines: map[string]*lineSplitter{},
		}
	}

	if reported.Cached {
		p.end(reported)
	}
}

// begin shows the heading of an instruction that is run. One that the cache has is reported as begun, too, until its layers are loaded.
func (p *buildProgress) begin(reported *client.Vertex) {
	known := p.vertices[reported.Digest]
	if known.began || known.ended || known.isInternal() || reported.Started == nil || reported.Cached {
		return
	}

	known.began = true
	p.head(reported.Digest, known, *reported.Started)
}

func (p *buildProgress) write(entry *client.VertexLog) {
	known, ok := p.vertices[entry.Vertex]
	if !ok || known.isInternal() {
		return
	}

	if p.heading != entry.Vertex {
		p.head(entry.Vertex, known, entry.Timestamp)
	}

	stream := StreamStdout
	if entry.Stream == stderrDescriptor {
		stream = StreamStderr
	}

	lines, ok := known.lines[stream]
	if !ok {
		lines = &lineSplitter{emit: func(line string, at time.Time) {
			known.remember(line)
			p.log(LogLine{Stream: stream, Line: line, At: at, Group: known.group})
		}}
		known.lines[stream] = lines
	}

	lines.write(entry.Data, entry.Timestamp)
}

func (p *buildProgress) end(reported *client.Vertex) {
	known := p.vertices[reported.Digest]
	if known.ended || known.isInternal() || reported.Completed == nil {
		return
	}

	known.ended = true
	known.flush(*reported.Completed)

	if p.heading != reported.Digest {
		p.heading = "" // Whatever writes next gets its heading again.
	}

	switch {
	case reported.Error != "" && strings.HasSuffix(reported.Error, "context canceled"):
		p.conclude(known, reported, GroupCancelled, "cancelled")
	case reported.Error != "":
		p.failed = known
		p.conclude(known, reported, GroupFailed, "failed: "+reported.Error)
	case reported.Cached:
		p.conclude(known, reported, GroupCached, "cached")
	case reported.Started != nil:
		p.conclude(known, reported, GroupDone, fmt.Sprintf("done in %.1f s", reported.Completed.Sub(*reported.Started).Seconds()))
	}
}

// conclude has the log say how an instruction ended.
func (p *buildProgress) conclude(known *buildVertex, reported *client.Vertex, state, words string) {
	group := *p.groupOf(known, lo.FromPtrOr(reported.Started, *reported.Completed))
	group.State, group.Ended = state, reported.Completed

	if state == GroupFailed {
		group.Error = logText(reported.Error)
	}

	known.group = &group
	p.say(known, *reported.Completed, known.name+": "+words)
}

func (p *buildProgress) head(vertex digest.Digest, known *buildVertex, at time.Time) {
	p.heading = vertex
	p.groupOf(known, at)
	p.say(known, at, known.name)
}

// groupOf returns the group of an instruction, which begins with its first line.
func (p *buildProgress) groupOf(known *buildVertex, started time.Time) *LogGroup {
	if known.group == nil {
		p.groups++
		known.group = &LogGroup{Number: p.groups, Name: logText(known.name), State: GroupRunning, Started: started}
	}

	return known.group
}

func (p *buildProgress) say(known *buildVertex, at time.Time, line string) {
	p.log(LogLine{Stream: StreamSystem, Line: logText(line), At: at, Group: known.group})
}

// failedOutput returns the last lines of the instruction that failed.
func (p *buildProgress) failedOutput() string {
	if p.failed == nil {
		return ""
	}

	return strings.Join(p.failed.tail, "\n")
}

func (v *buildVertex) remember(line string) {
	if len(v.tail) == tailLines {
		v.tail = v.tail[1:]
	}

	v.tail = append(v.tail, line)
}

// isInternal hides what the Dockerfile does not say.
func (v *buildVertex) isInternal() bool {
	return strings.HasPrefix(v.name, "[internal]") || strings.HasPrefix(v.name, "[auth]")
}

func (v *buildVertex) flush(at time.Time) {
	for _, lines := range v.lines {
		lines.flush(at)
	}
}
