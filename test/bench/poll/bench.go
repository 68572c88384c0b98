// Package poll measures how long a push to GitHub takes until its deployment is queued, over a day of a large platform: thousands of repositories in
// dozens of installations, a few of them very active and most of them idle, with bursts and with days that begin at different hours.
//
// Real are the workers' polling with all that it decides (workflows.Worker.Poll), Postgres, the client of GitHub with its budgets, and the deployments
// that are queued. GitHub is the stand-in of local/fakegithub, with the limits that GitHub documents, in the same process: its answers take no time, where
// GitHub takes some tenths of a second. The clock of GitHub, of its limits and of what is due when is simulated, and jumps from second to second; a worker
// looks each second for what is due. One worker polls, as one does on a platform at any time. Nothing is built. A day takes some ten minutes of two processors.
package poll

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/id"
)

// Options say how large the platform is.
type Options struct {
	Repositories, Installations, Hours int
	// Seed makes the same pushes each time.
	Seed uint64
}

// settleTime is how much longer than the pushes the platform runs: a full sweep and more.
const settleTime = 15 * time.Minute

const gcPercent = 400

// Run pushes and polls for so many hours, and prints a report. A limit that was passed, or a push that was missed or deployed twice, is an error.
func Run(ctx context.Context, options Options) (err error) {
	world, err := newWorld(ctx, options)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, world.close(context.WithoutCancel(ctx))) }()

	// There is memory enough for what is a day's garbage.
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))

	began := time.Now()
	report := newReport()

	if err := world.warmUp(ctx); err != nil {
		return err
	}

	fmt.Fprintf(os.Stderr, "All repositories are known after %.0f s.\n", time.Since(began).Seconds())

	if err := world.run(ctx, report); err != nil {
		return err
	}

	fmt.Printf("\n%d repositories in %d installations, %d hours in %.0f s\n\n", options.Repositories, options.Installations, options.Hours,
		time.Since(began).Seconds())

	return report.print(world.github.Usage())
}

// run lets the hours pass.
func (w *world) run(ctx context.Context, report *report) error {
	start := w.clock.now()
	pushes := w.plan(start)
	end := start.Add(time.Duration(w.options.Hours) * time.Hour)

	for at := start.Add(time.Second); at.Before(end.Add(settleTime)); at = at.Add(time.Second) {
		for len(pushes) > 0 && !pushes[0].at.After(at) {
			w.clock.set(pushes[0].at)
			report.pushed(w.push(pushes[0]), pushes[0].at.Sub(start))
			pushes = pushes[1:]
		}

		w.clock.set(at)

		polled := time.Now()
		if err := w.worker.Poll(ctx); err != nil {
			return fmt.Errorf("poll: %w", err)
		}

		if err := w.readQueued(ctx, polled, report); err != nil {
			return err
		}

		if at.Sub(start)%time.Hour == 0 {
			report.hour(at.Sub(start), w.github.Usage())
		}
	}

	return nil
}

// readQueued reads the deployments that were queued since a time of the machine's clock.
func (w *world) readQueued(ctx context.Context, since time.Time, report *report) error {
	rows, err := w.pool.Query(ctx, "SELECT id, project_id, commit_sha FROM deployments WHERE id >= $1 ORDER BY id", id.Floor(since))
	if err != nil {
		return fmt.Errorf("read the deployments: %w", err)
	}
	defer rows.Close()

	for rows.Next() {
		var (
			deployment, project uuid.UUID
			commit              string
		)

		if err := rows.Scan(&deployment, &project, &commit); err != nil {
			return fmt.Errorf("read a deployment: %w", err)
		}

		if !w.read[deployment] {
			w.read[deployment] = true
			report.queued(w.byProject[project], commit, w.clock.now())
		}
	}

	return rows.Err()
}
