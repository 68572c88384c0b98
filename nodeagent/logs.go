package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

const (
	// shipInterval is the shortest time between two batches of one VM, so that an app which writes much does not cost a request a line.
	shipInterval = 100 * time.Millisecond
	// idleInterval is how often a watched log is looked at although nothing is told of it.
	idleInterval = 2 * time.Minute
	shipRetry    = time.Second
	shipTimeout  = 10 * time.Second

	// A batch stays below the API's limit of 1000 lines, and below 1 MiB of body.
	batchLines = 500
	batchBytes = 512 << 10
)

// logShipper sends the log lines of one VM to the API, in batches. While the API is away one batch waits in memory, and the rest in the VM's
// bounded files.
type logShipper struct {
	api    *client.ClientWithResponses
	logger *slog.Logger
	vm     uuid.UUID
	folder string
	reader *vmlog.Reader
	watch  *logWatch
	// wake has what is written shipped now.
	wake    chan struct{}
	pending []vmlog.Record
	// turn is a lock that can be waited for with a context: a value in it means that a goroutine ships.
	turn chan struct{}
}

func (a *Agent) newLogShipper(logger *slog.Logger, vm uuid.UUID, folder string, shipped int64) *logShipper {
	return &logShipper{
		api: a.api, logger: logger, vm: vm, folder: folder, reader: vmlog.NewReader(folder, shipped), watch: a.logWatch, wake: make(chan struct{}, 1),
		turn: make(chan struct{}, 1),
	}
}

// follow ships until ctx ends.
func (s *logShipper) follow(ctx context.Context) {
	defer func() { _ = s.reader.Close() }()
	defer s.watch.remove(s.folder)

	watched, err := false, error(nil)

	for ctx.Err() == nil {
		// The log is watched before it is looked at: what is written in between is told of.
		if !watched {
			err = s.watch.add(s.folder, s.wake)
			watched = err == nil
		}

		if err := s.ship(ctx); err != nil && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "logs could not be shipped; it is tried again", logging.Error(err))
			pause(ctx, shipRetry)

			continue
		}

		pause(ctx, shipInterval)

		// Where there is no folder yet, the start that makes it wakes the shipper.
		if watched || errors.Is(err, os.ErrNotExist) {
			s.await(ctx)
		}
	}
}

// await waits until something was written to the log, or for a long time.
func (s *logShipper) await(ctx context.Context) {
	idle := time.NewTimer(spread(idleInterval))
	defer idle.Stop()

	select {
	case <-s.wake:
	case <-idle.C:
	case <-ctx.Done():
	}
}

// flush ships all lines that have been written, as far as ctx leaves time for it.
func (s *logShipper) flush(ctx context.Context) {
	if err := s.ship(ctx); err != nil {
		s.logger.WarnContext(ctx, "the last lines of the VM were not shipped in time", logging.Error(err))
	}
}

func (s *logShipper) ship(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return fmt.Errorf("wait for another batch: %w", ctx.Err())
	}

	for {
		if len(s.pending) == 0 {
			records, err := s.reader.Read(batchLines, batchBytes)
			if err != nil {
				return fmt.Errorf("read: %w", err)
			}

			s.pending = records
		}

		if len(s.pending) == 0 {
			return nil
		}

		if err := s.send(ctx); err != nil {
			return err
		}

		s.pending = nil
	}
}

// send sends the pending batch. A batch that the API will never take is dropped with a warning.
func (s *logShipper) send(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shipTimeout)
	defer cancel()

	lines := lo.Map(s.pending, func(r vmlog.Record, _ int) client.ShippedLogLine {
		return client.ShippedLogLine{Sequence: r.Sequence, Stream: client.ShippedLogLineStream(r.Stream), Line: r.Line, LoggedAt: r.Time}
	})

	response, err := s.api.ShipLogsWithResponse(ctx, client.ShipLogsInputBody{VMID: s.vm, Lines: lines})
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}

	switch code := response.StatusCode(); code {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		s.logger.WarnContext(ctx, "the API did not take lines of the VM's log", slog.Int("lines", len(lines)), slog.Int("status", code))

		return nil
	default:
		if code >= http.StatusMultipleChoices {
			return fmt.Errorf("send: the API answered %s", response.Status())
		}

		return nil
	}
}
