package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// checkDomainsEvery is how often domains are looked for that are due.
	checkDomainsEvery = 5 * time.Second
	// domainsInAPass and domainsAtOnce bound how much a pass asks the DNS.
	domainsInAPass = 200
	domainsAtOnce  = 20
)

// checkDomains asks the DNS about the custom domains that are due. One that cannot be checked does not keep it from the others.
func (w *Worker) checkDomains(ctx context.Context, _ *river.Job[arguments]) error {
	due, err := database.New(w.pool).ListDueDomains(ctx, domainsInAPass)
	if err != nil {
		return fmt.Errorf("find the domains that are due: %w", err)
	}

	group := errgroup.Group{}
	group.SetLimit(domainsAtOnce)

	for _, domain := range due {
		group.Go(func() error {
			if ctx.Err() == nil {
				w.checkDomain(ctx, domain)
			}

			return nil
		})
	}

	if err := group.Wait(); err != nil {
		return err
	}

	return ctx.Err()
}

func (w *Worker) checkDomain(ctx context.Context, domain uuid.UUID) {
	_, err := w.domains.Check(ctx, domain)

	// A domain that was removed or changed meanwhile is no trouble.
	if _, changed := errors.AsType[*problem.Error](err); err == nil || changed || ctx.Err() != nil {
		return
	}

	w.logger.WarnContext(ctx, "could not check a domain", slog.String("domain_id", domain.String()), logging.Error(err))
}
