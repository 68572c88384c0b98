package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/zeitwork/zeitwork/client"
)

// attempt names one attempt of a step.
type attempt struct {
	step   string
	number int64
}

// progress shows a deployment to people: a line for every step that ends, the build log between, and in a terminal a
// last line that lives.
type progress struct {
	out  io.Writer
	live bool

	shown   map[attempt]string // What was said of it last.
	running *client.StepAttempt
}

// NewProgress returns a watcher that writes lines for people to out; live keeps a last line moving, for terminals.
func NewProgress(out io.Writer, live bool) Watcher {
	return &progress{out: out, live: live, shown: map[attempt]string{}}
}

func (p *progress) Deployment(deployment *client.Deployment) {
	p.running = nil

	for _, step := range value(deployment.Timeline) {
		text := describe(step)
		key := attempt{step.Step, step.Attempt}

		if step.State == client.StepAttemptStateRunning {
			p.running = &step
		}

		// A terminal shows what runs in its last line; elsewhere a line says that it began.
		if text == "" && p.live || p.shown[key] == text && p.shown[key] != "" {
			continue
		}

		if text == "" {
			if _, began := p.shown[key]; began {
				continue
			}

			p.shown[key] = ""
			p.writef("- %s …", step.Step)

			continue
		}

		p.shown[key] = text
		p.writef("%s", text)
	}

	p.Tick()
}

// describe says how an attempt stands; empty: it simply runs.
func describe(step client.StepAttempt) string {
	took := ""
	if step.EndedAt != nil {
		took = " " + seconds(step.EndedAt.Sub(step.StartedAt))
	}

	again := ""
	if step.Attempt > 1 {
		again = fmt.Sprintf(" (attempt %d)", step.Attempt)
	}

	switch step.State {
	case client.StepAttemptStateSucceeded:
		return "✓ " + step.Step + took + again
	case client.StepAttemptStateFailed:
		return "✗ " + step.Step + took + again
	case client.StepAttemptStateCancelled:
		return "✗ " + step.Step + " stopped" + took + again
	case client.StepAttemptStateRetrying:
		return "… " + step.Step + again + ": " + value(step.WaitingFor)
	case client.StepAttemptStateHeld:
		return "… " + step.Step + again + ": " + cmp.Or(value(step.WaitingFor), "Waited because a rollback had pinned the project.")
	case client.StepAttemptStateRunning:
		if waiting := value(step.WaitingFor); waiting != "" {
			return "… " + step.Step + again + ": " + waiting
		}
	}

	return ""
}

func (p *progress) Line(line *client.LogLine) {
	p.writef("  │ %s", line.Line)
	p.Tick()
}

func (p *progress) Tick() {
	if p.live && p.running != nil {
		_, _ = fmt.Fprintf(p.out, "\r\x1b[K… %s %s", p.running.Step, seconds(time.Since(p.running.StartedAt)))
	}
}

func (p *progress) writef(format string, args ...any) {
	if p.live {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}

	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

// events writes every event as one JSON object a line: {"event":"deployment"|"line","data":…}, with data in the shapes
// of the API.
type events struct{ out io.Writer }

func (e events) Deployment(deployment *client.Deployment) { e.write("deployment", deployment) }

func (e events) Line(line *client.LogLine) { e.write("line", line) }

func (e events) Tick() {}

func (e events) write(name string, data any) {
	encoder := json.NewEncoder(e.out)
	encoder.SetEscapeHTML(false)

	//nolint:errchkjson // Who reads has gone when this fails; the deployment goes on.
	_ = encoder.Encode(struct {
		Event string `json:"event"`
		Data  any    `json:"data"`
	}{name, data})
}
