package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/internal/id"
)

// recorded is for how long back there are requests and lines of the shop, which one looks through from the newest on.
const recorded = 3 * time.Hour

// asked is one request to the shop, and what the shop wrote about it.
type asked struct {
	at       time.Time
	path     string
	status   int
	duration time.Duration
}

// writeRequests writes the requests to the shop, and the lines that it wrote about them.
func (p *past) writeRequests(ctx context.Context) error {
	project := p.projects[shop]

	releases, err := p.served(ctx, project.ID)
	if err != nil {
		return err
	}

	live := releases[len(releases)-1]
	if !live.IsLive || len(live.VMs) == 0 {
		return fmt.Errorf("the shop has no instance: %v", live)
	}

	host := strings.TrimPrefix(strings.TrimPrefix(project.URL, "http://"), "https://")
	host, _, _ = strings.Cut(host, ":")

	var requests, lines [][]any

	for i, r := range askedFor(shapes()[shop], p.now) {
		vm, made := live.VMs[i%len(live.VMs)], id.Of(r.at)
		requests = append(requests, []any{
			project.ID, id.Time(made), made, "request", project.ID, live.ID, vm, "local", http.MethodGet, host, r.path, r.status,
			r.duration.Microseconds(), r.duration.Microseconds(), int64(bytesPerAnswer), 1, false, strings.ReplaceAll(made.String(), "-", ""), 0,
		})
		// The numbers below zero are none of those that the app's own lines have.
		lines = append(lines, []any{live.ID, vm, -int64(i) - 1, "stdout", r.line(), r.at.Add(r.duration)})
	}

	return p.addRequests(ctx, live.ID, requests, lines)
}

func (p *past) addRequests(ctx context.Context, deployment uuid.UUID, requests, lines [][]any) error {
	return pgx.BeginFunc(ctx, p.db, func(tx pgx.Tx) error {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"request_logs"}, []string{
			"project_id", "at", "id", "kind", "environment_id", "deployment_id", "vm_id", "region", "method", "host", "path", "status", "duration_us", "first_byte_us",
			"bytes_out", "attempts", "interrupted", "request_id", "dropped",
		}, pgx.CopyFromRows(requests)); err != nil {
			return err
		}

		// The order of lines is the one in which they were stored.
		if _, err := tx.Exec(ctx, "DELETE FROM runtime_logs WHERE deployment_id = $1", deployment); err != nil {
			return err
		}

		_, err := tx.CopyFrom(ctx, pgx.Identifier{"runtime_logs"}, []string{
			"deployment_id", "vm_id", "sequence", "stream", "line", "logged_at",
		}, pgx.CopyFromRows(lines))

		return err
	})
}

// askedFor returns the requests of the last hours, the oldest first: as many as were measured.
func askedFor(s shape, now time.Time) (all []asked) {
	for began := now.Add(-recorded).Truncate(time.Minute); began.Before(now.Add(-time.Minute)); began = began.Add(time.Minute) {
		random := rand.New(rand.NewPCG(s.seed, uint64(began.UnixNano()))) //nolint:gosec // Nothing is to be kept secret.
		count := s.at(began, now).requests

		for i := range count {
			path, status := choosePath(random, healthyFailed)
			// They are spread over the minute.
			at := began.Add(time.Minute * time.Duration(i) / time.Duration(count))
			millis := math.Exp2(medianBucket + random.NormFloat64()*bucketsSpread)
			all = append(all, asked{at: at, path: path, status: status, duration: time.Duration(millis * float64(time.Millisecond))})
		}
	}

	return all
}

// line is what the shop writes about a request, as apps/shop/server.js does.
func (a asked) line() string {
	fields := fmt.Sprintf(`"method":"GET","path":%q,"status":%d,"ms":%d`, a.path, a.status, a.duration.Milliseconds())

	switch a.status {
	case http.StatusInternalServerError:
		return `{"level":"error","msg":"the payment was declined",` + fields + `,"provider":"stripe","order":{"total":4200,"currency":"EUR"}}`
	case http.StatusNotFound:
		return `{"level":"warn","msg":"nobody sells that any more",` + fields + `}`
	default:
		return fmt.Sprintf(`{"level":"info","msg":"served %s",%s}`, a.path, fields)
	}
}
