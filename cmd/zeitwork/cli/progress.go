package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/liveline"
	"github.com/zeitwork/zeitwork/internal/visible"
)

// attempt names one attempt of a step.
type attempt struct {
	step   string
	number int64
}

// progress shows a deployment to people: a line for every step that ends, the build log between, and in a terminal the running
// step as its last line.
type progress struct {
	line *liveline.Line

	shown   map[attempt]string // The line that was last written about each attempt.
	waiting map[string]string  // What each step was last said to wait for.
	running *client.StepAttempt
	away    bool
}

// NewProgress returns a watcher that writes lines for people. Whoever made the line clears it when the watching has ended.
func NewProgress(line *liveline.Line) Watcher {
	return &progress{line: line, shown: map[attempt]string{}, waiting: map[string]string{}}
}

func (p *progress) Deployment(deployment *client.Deployment) {
	p.running = nil

	for _, step := range value(deployment.Timeline) {
		text := describe(step)
		key := attempt{step.Step, step.Attempt}

		if step.State == client.StepAttemptStateRunning {
			p.running = &step
		}

		// What an earlier attempt waited for is not kept: it has been said.
		if step.State == client.StepAttemptStateRetrying && value(step.WaitingFor) == "" {
			continue
		}

		// A terminal shows the running step in its last line; elsewhere a line says that the step began.
		if text == "" && p.line.Live() || p.shown[key] == text && p.shown[key] != "" {
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

		// Every attempt may wait for the same.
		if waiting := value(step.WaitingFor); waiting != "" {
			if p.waiting[step.Step] == waiting {
				continue
			}

			p.waiting[step.Step] = waiting
		}

		p.writef("%s", text)
	}

	p.Tick()
}

// describe returns a line about an attempt, or "" for one that runs and waits for nothing.
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

func (p *progress) Line(line *client.LogLine) { p.writef("  │ %s", line.Line) }

func (p *progress) Away(err error) {
	if err == nil {
		p.writef("The platform answers again.")
	} else if !p.away {
		p.writef("The platform does not answer. The deployment goes on; trying again …")
	}

	p.away = err != nil
}

func (p *progress) Tick() {
	text := ""
	if p.running != nil {
		text = "… " + p.running.Step + " " + seconds(time.Since(p.running.StartedAt))
	}

	p.line.Set(text)
}

func (p *progress) writef(format string, args ...any) {
	_, _ = fmt.Fprintln(p.line, visible.Text(fmt.Sprintf(format, args...)))
}

// events writes each event as a line with a JSON object: {"event":"deployment"|"line","data":…}, with data in the shapes of the API.
type events struct{ out io.Writer }

func (e events) Deployment(deployment *client.Deployment) { e.write("deployment", deployment) }

func (e events) Line(line *client.LogLine) { e.write("line", line) }

func (e events) Away(error) {}

func (e events) Tick() {}

func (e events) write(name string, data any) {
	encoder := json.NewEncoder(e.out)
	encoder.SetEscapeHTML(false)

	//nolint:errchkjson // It fails when the reader has gone; the deployment goes on.
	_ = encoder.Encode(struct {
		Event string `json:"event"`
		Data  any    `json:"data"`
	}{name, data})
}
