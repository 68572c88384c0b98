package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/internal/logging"
	buildversion "github.com/zeitwork/zeitwork/internal/version"
)

const (
	// pollWait is how long the platform holds a poll that has nothing new; pollTimeout leaves room for the answer.
	pollWait    = 30 * time.Second
	pollTimeout = pollWait + 15*time.Second
	// A waiting poll sends nothing. With these keep-alives the edge notices within 6 seconds that the other end is gone.
	pollKeepAlive      = 2 * time.Second
	pollKeepAliveCount = 2
	// minPause and maxPause bound the wait after a poll that failed.
	minPause = 100 * time.Millisecond
	maxPause = 5 * time.Second
	// hastyAnswer is the shortest time in which a held poll can be answered without news. A faster answer was not held, and the next
	// poll waits a little.
	hastyAnswer = 50 * time.Millisecond

	// faultRouteTable is reached before a new table is in use, and again when it is in use and saved but not acknowledged.
	faultRouteTable = "route_table"
)

// poller keeps the table up to date. Each poll names the version that the edge serves from, which acknowledges it.
type poller struct {
	api   *client.ClientWithResponses
	http  *http.Client
	file  tableFile
	table *atomic.Pointer[table]
	// refresh tells the poller that requests want a newer table.
	refresh *refresh
	lease   *lease
	ledger  *ledger
	logger  *slog.Logger
	// addresses are those from which this edge connects to VMs.
	addresses func() ([]string, error)
}

func newPoller(config Config, current *atomic.Pointer[table], r *refresh, l *ledger, logger *slog.Logger) (*poller, error) {
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+config.Token)

		return nil
	}

	dialer := &net.Dialer{Timeout: dialTimeout, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: pollKeepAlive, Interval: pollKeepAlive, Count: pollKeepAliveCount,
	}}
	own := &http.Client{Timeout: pollTimeout, Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
	}}

	api, err := client.NewClientWithResponses(config.APIURL, client.WithHTTPClient(own), client.WithRequestEditorFn(authorize))
	if err != nil {
		return nil, fmt.Errorf("ZEITWORK_API_URL %q: %w", config.APIURL, err)
	}

	return &poller{
		api: api, http: own, file: newTableFile(config.DataDir), table: current, refresh: r, ledger: l, logger: logger, addresses: config.addresses,
	}, nil
}

// restore loads the table of the last run; the edge serves from it until the platform answers.
func (p *poller) restore() {
	saved, err := p.file.load()
	if err != nil {
		p.logger.Warn("the saved route table is of no use; waiting for the platform's", logging.Error(err))

		return
	}

	if saved != nil {
		p.apply(*saved)
	}
}

// run polls until ctx ends.
func (p *poller) run(ctx context.Context) {
	defer p.http.CloseIdleConnections()

	failures, urgent := 0, false

	for ctx.Err() == nil {
		begun := time.Now()
		changed, err := p.poll(ctx, urgent)

		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errRefresh):
			// The connection may have died unnoticed while this process was frozen or the network cut.
			p.http.CloseIdleConnections()

			urgent = true
		case err != nil:
			failures++
			p.refresh.away.Store(true)
			p.logFailure(ctx, failures, err)
			urgent = p.refresh.wait(ctx, refreshInterval-time.Since(begun), pause(failures))
		case !changed && !urgent && time.Since(begun) < hastyAnswer:
			p.refresh.answered()
			sleep(ctx, pause(1))
		default:
			p.refresh.answered()

			failures, urgent = 0, false
		}
	}
}

// poll asks once and reports whether the table was replaced. The platform answers an urgent poll at once. It holds any other until there is
// news; such a poll ends with errRefresh when a request wants a newer table.
func (p *poller) poll(ctx context.Context, urgent bool) (bool, error) {
	bounded, done := p.bound(ctx, urgent)
	defer done()

	changed, err := p.ask(bounded, urgent)
	if err != nil && errors.Is(context.Cause(bounded), errRefresh) {
		return false, errRefresh
	}

	return changed, err
}

func (p *poller) bound(ctx context.Context, urgent bool) (context.Context, func()) {
	if urgent {
		return context.WithTimeout(ctx, refreshTimeout)
	}

	return p.refresh.interruptible(ctx)
}

func (p *poller) ask(ctx context.Context, urgent bool) (bool, error) {
	parameters := client.GetRoutesParams{ZeitworkVersion: new(buildversion.Get().Version)}
	version := int64(0)

	addresses, err := p.addresses()
	if err != nil {
		return false, err
	}

	if len(addresses) > 0 {
		parameters.Addresses = &addresses
	}

	current := p.table.Load()
	if current != nil {
		version = current.version
		etag := `"` + strconv.FormatInt(version, 10) + `"`
		parameters.IfNoneMatch = &etag
	}

	// An edge without a table needs the current one, not the next.
	if current != nil && !urgent {
		wait := int64(pollWait / time.Second)
		parameters.WaitSeconds = &wait
	}

	answer, err := p.api.GetRoutes(ctx, &parameters)
	if err != nil {
		return false, fmt.Errorf("asking for the route table: %w", err)
	}

	p.lease.answered(answer.StatusCode, answer.Header)

	if answer.StatusCode == http.StatusNotModified {
		return false, answer.Body.Close()
	}

	parsed, err := client.ParseGetRoutesResponse(answer)
	if err != nil {
		return false, fmt.Errorf("reading the route table: %w", err)
	}

	switch {
	case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
		return false, fmt.Errorf("the platform refuses this edge's token (%s): make a new edge and set ZEITWORK_EDGE_TOKEN to its token", answer.Status)
	case parsed.JSON200 == nil:
		return false, fmt.Errorf("asking for the route table: %s", answer.Status)
	case current != nil && parsed.JSON200.Version == version:
		return false, nil
	}

	faultpoint.Reach(faultRouteTable, faultpoint.Before)
	p.apply(*parsed.JSON200)

	if err := p.file.save(*parsed.JSON200); err != nil {
		p.logger.Error("a restart without the platform would serve an older route table", logging.Error(err))
	}

	faultpoint.Reach(faultRouteTable, faultpoint.After)

	return true, nil
}

func (p *poller) apply(source client.RouteTable) {
	made, problems := newTable(source, p.table.Load())
	for _, problem := range problems {
		p.logger.Error("left out of the route table", logging.Error(problem))
	}

	p.ledger.follow(made)
	p.table.Store(made)
	p.refresh.announce()
	p.logger.Info("serving from a new route table", "version", made.version, "hostnames", len(made.routes))
}

// logFailure warns about the first failure only: an edge can serve for hours while the platform is away.
func (p *poller) logFailure(ctx context.Context, failures int, err error) {
	level := slog.LevelDebug
	if failures == 1 {
		level = slog.LevelWarn
	}

	p.logger.Log(ctx, level, "the platform cannot be asked for routes; serving from the last table", logging.Error(err))
}

// pause returns how long to wait after that many failures. It is random in part, so that a thousand edges do not come back at once.
func pause(failures int) time.Duration {
	const doublings = 6

	half := min(minPause<<min(failures, doublings), maxPause) / 2 //nolint:mnd // Two halves.

	return half + rand.N(half) //nolint:gosec // Spreading load needs no secrecy.
}

func sleep(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()

	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
