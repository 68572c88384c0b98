package edgeproxy

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/logging"
	buildversion "github.com/zeitwork/zeitwork/internal/version"
)

const (
	// pollWait is how long the platform holds a poll that has nothing new; pollTimeout leaves room until the answer begins.
	pollWait    = 30 * time.Second
	pollTimeout = pollWait + 15*time.Second
	// A waiting poll sends nothing. With these keep-alives the edge notices within 6 seconds that the other end is gone.
	pollKeepAlive      = 2 * time.Second
	pollKeepAliveCount = 2
	// hastyAnswer is the shortest time in which a held poll can be answered without news. A faster answer was not held, and the next
	// poll waits a little.
	hastyAnswer = 50 * time.Millisecond
)

// poller keeps the table up to date. Each poll names the version that the edge serves from, which acknowledges it.
type poller struct {
	// api is asked for routes; its answers may take as long as they go on. What else the edge asks has a limit, and goes by calls.
	api   *client.ClientWithResponses
	calls *client.ClientWithResponses
	http  *http.Client
	log   *tableLog
	book  *tableBook
	table *atomic.Pointer[table]
	// wantsWhole makes the next poll ask for the whole table, and acknowledge none: the edge's own is not the platform's, or a restart would serve an older one.
	wantsWhole bool
	directory  string
	// key signs all requests; bound tells that the platform takes none without it.
	key   ed25519.PrivateKey
	bound bool
	// refresh tells the poller that requests want a newer table.
	refresh *refresh
	lease   *lease
	// rotation tells whether load balancers are to leave the edge.
	rotation *rotation
	logger   *slog.Logger
	// addresses are those from which this edge connects to VMs.
	addresses func() ([]string, error)
	// status is what systemd was told last.
	status string
}

func newPoller(config Config, current *atomic.Pointer[table], r *refresh, l *ledger, logger *slog.Logger) (*poller, error) {
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+config.Token)

		return nil
	}

	dialer := &net.Dialer{Timeout: dialTimeout, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: pollKeepAlive, Interval: pollKeepAlive, Count: pollKeepAliveCount,
	}}

	key, err := FindKey(config.DataDir)
	if err == nil {
		err = key.Keep() // The first start makes it.
	}

	if err != nil {
		return nil, err
	}

	own := &http.Client{Timeout: pollTimeout, Transport: &httpsignature.Transport{Key: key.Private, Next: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
	}}}

	calls, err := client.NewClientWithResponses(config.APIURL, client.WithHTTPClient(own), client.WithRequestEditorFn(authorize))
	if err != nil {
		return nil, fmt.Errorf("ZEITWORK_API_URL %q: %w", config.APIURL, err)
	}

	unlimited := &http.Client{Transport: own.Transport}

	api, err := client.NewClientWithResponses(config.APIURL, client.WithHTTPClient(unlimited), client.WithRequestEditorFn(authorize))
	if err != nil {
		return nil, fmt.Errorf("ZEITWORK_API_URL %q: %w", config.APIURL, err)
	}

	p := &poller{
		api: api, calls: calls, http: own, book: newTableBook(l), table: current, refresh: r, logger: logger, addresses: config.addresses, directory: config.DataDir,
		key: key.Private,
	}
	p.log = newTableLog(config.DataDir, func(err error) { logger.Error("the file of the route table goes on growing", logging.Error(err)) })

	return p, nil
}

// run polls until ctx ends.
func (p *poller) run(ctx context.Context) {
	defer p.log.close()
	defer p.http.CloseIdleConnections()

	failures, urgent := 0, false

	for ctx.Err() == nil {
		begun := time.Now()
		changed, err := p.poll(ctx, urgent)
		p.tell(ctx, err)

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
// news; such a poll ends with errRefresh when a request wants a newer table. An answer that has begun is read to its end, however long that takes.
func (p *poller) poll(ctx context.Context, urgent bool) (bool, error) {
	bounded := p.refresh.held(ctx, urgent)
	defer bounded.end()

	changed, err := p.ask(bounded, urgent)
	if err != nil && bounded.refreshed() {
		return false, errRefresh
	}

	if err == nil {
		p.book.errorPages.begin()
	}

	return changed, err
}

func (p *poller) ask(bounded *heldPoll, urgent bool) (bool, error) {
	parameters, err := p.parameters(urgent)
	if err != nil {
		return false, err
	}

	if err := p.bind(bounded.ctx); err != nil {
		return false, err
	}

	answer, err := p.api.GetRoutes(bounded.ctx, parameters)
	if err != nil {
		return false, fmt.Errorf("asking for the route table: %w", err)
	}

	defer func() { _ = answer.Body.Close() }() // It was read.

	p.lease.answered(answer.StatusCode, answer.Header)

	if err := p.rotation.answered(answer.Header); err != nil {
		p.logger.WarnContext(bounded.ctx, "a restart of this edge has load balancers come or go too early", logging.Error(err))
	}

	switch {
	case answer.StatusCode == http.StatusNotModified:
		return false, nil
	case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
		text, _ := io.ReadAll(bounded.answered(answer.Body)) // Without it there is the status.

		return false, refused(answer.Status, text)
	case answer.StatusCode != http.StatusOK:
		return false, fmt.Errorf("asking for the route table: %s", answer.Status)
	}

	text, err := io.ReadAll(bounded.answered(answer.Body))
	if err != nil {
		return false, fmt.Errorf("reading the route table: %w", err)
	}

	var change tableChange
	if err := json.Unmarshal(text, &change); err != nil {
		return false, fmt.Errorf("reading the route table: %w", err)
	}

	return p.take(change, text)
}

// refused is the error of an edge whose token the platform does not take, with what the platform says of it.
func refused(status string, text []byte) error {
	var problem client.Problem

	_ = json.Unmarshal(text, &problem) // Without it there is the status.

	return fmt.Errorf("the platform refuses this edge's token (%s): %s Set ZEITWORK_EDGE_TOKEN to one that `zeitwork edges rotate-token NAME` makes",
		status, problem.Detail)
}

// parameters say which table the edge serves from, and from where it connects to VMs.
func (p *poller) parameters(urgent bool) (*client.GetRoutesParams, error) {
	parameters := &client.GetRoutesParams{
		ZeitworkVersion: new(buildversion.Get().Version), ZeitworkDraining: new(strconv.FormatBool(p.rotation.left.Load())),
	}

	addresses, err := p.addresses()
	if err != nil {
		return nil, err
	}

	if len(addresses) > 0 {
		parameters.Addresses = &addresses
	}

	current := p.table.Load()

	// An edge without a table needs the current one, not the next.
	if current == nil || p.wantsWhole {
		return parameters, nil
	}

	parameters.IfNoneMatch = new(`"` + strconv.FormatInt(current.version, 10) + `"`)
	parameters.ZeitworkRoutesChecksum = p.book.checksum()

	if !urgent {
		parameters.WaitSeconds = new(int64(pollWait / time.Second))
	}

	return parameters, nil
}

// logFailure warns about the first failure only: an edge can serve for hours while the platform is away.
func (p *poller) logFailure(ctx context.Context, failures int, err error) {
	level := slog.LevelDebug
	if failures == 1 {
		level = slog.LevelWarn
	}

	p.logger.Log(ctx, level, "the platform cannot be asked for routes; serving from the last table", logging.Error(err))
}
