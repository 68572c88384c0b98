package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// certificatePoller keeps the certificates up to date. Each poll names the version that the edge serves with, which acknowledges it.
type certificatePoller struct {
	api     *client.ClientWithResponses
	file    certificateFile
	current *atomic.Pointer[certificates]
	// changed is called with certificates that are in use from now on.
	changed func(*certificates)
	logger  *slog.Logger
}

// restore loads the certificates of the last run; the edge serves with them until the platform answers.
func (p *certificatePoller) restore() {
	saved, err := p.file.load()
	if err != nil {
		p.logger.Warn("the saved certificates are of no use; waiting for the platform's", logging.Error(err))

		return
	}

	if saved == nil {
		return
	}

	if err := p.apply(*saved); err != nil {
		p.logger.Warn("the saved certificates are of no use; waiting for the platform's", logging.Error(err))
	}
}

// run polls until ctx ends.
func (p *certificatePoller) run(ctx context.Context) {
	failures, all := 0, false

	for ctx.Err() == nil {
		begun := time.Now()
		changed, err := p.poll(ctx, all)

		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errMissing):
			p.logger.Error("asking for all certificates anew", logging.Error(err))
			sleep(ctx, pause(1))

			all = true
		case err != nil:
			failures++
			p.logFailure(ctx, failures, err)
			sleep(ctx, pause(failures))
		case !changed && time.Since(begun) < hastyAnswer:
			sleep(ctx, pause(1))
		default:
			failures, all = 0, false
		}
	}
}

// poll asks once, for what has changed or for all, and reports whether the certificates were replaced.
func (p *certificatePoller) poll(ctx context.Context, all bool) (bool, error) {
	parameters := client.GetEdgeCertificatesParams{}

	current := p.current.Load()
	if all {
		current = nil
	}

	if current != nil {
		etag, wait := `"`+strconv.FormatInt(current.source.Version, 10)+`"`, int64(pollWait/time.Second)
		parameters.IfNoneMatch, parameters.WaitSeconds = &etag, &wait
	}

	answer, err := p.api.GetEdgeCertificates(ctx, &parameters)
	if err != nil {
		return false, fmt.Errorf("asking for certificates: %w", err)
	}

	if answer.StatusCode == http.StatusNotModified {
		return false, answer.Body.Close()
	}

	parsed, err := client.ParseGetEdgeCertificatesResponse(answer)
	if err != nil {
		return false, fmt.Errorf("reading the certificates: %w", err)
	}

	if parsed.JSON200 == nil {
		return false, fmt.Errorf("asking for certificates: %s", answer.Status)
	}

	if current != nil && parsed.JSON200.Version == current.source.Version {
		return false, nil
	}

	if err := p.apply(*parsed.JSON200); err != nil {
		return false, err
	}

	if err := p.file.save(p.current.Load().source); err != nil {
		p.logger.Error("a restart without the platform would serve with older certificates", logging.Error(err))
	}

	return true, nil
}

func (p *certificatePoller) apply(source client.EdgeCertificates) error {
	made, problems, err := newCertificates(source, p.current.Load())
	if err != nil {
		return err
	}

	for _, problem := range problems {
		p.logger.Error("left out of the certificates", logging.Error(problem))
	}

	p.current.Store(made)
	p.changed(made)
	p.logger.Info("serving with new certificates", "version", source.Version, "hostnames", len(made.byName))

	return nil
}

// logFailure warns about the first failure only: an edge can serve for hours while the platform is away.
func (p *certificatePoller) logFailure(ctx context.Context, failures int, err error) {
	level := slog.LevelDebug
	if failures == 1 {
		level = slog.LevelWarn
	}

	p.logger.Log(ctx, level, "the platform cannot be asked for certificates; serving with the last ones", logging.Error(err))
}
