package edgeproxy

import (
	"context"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// An app may bring a page of its own for visitors who cannot be served: what it answers at errorPagePath once it is routed. The edge asks for it then, beside
// all requests, and keeps it on disk: it is needed when the app does not answer.

const (
	errorPagePath = "/500.html"
	// maxErrorPage is the largest page, and maxErrorPages bounds the memory of all.
	maxErrorPage  = 64 << 10
	maxErrorPages = 64 << 20
	// errorPageTime is how long an app may take to answer, and errorPagePause how long the edge waits before it asks again one that did not.
	errorPageTime  = 5 * time.Second
	errorPagePause = 10 * time.Second
	// errorPageTries is how often an app is asked that does not answer.
	errorPageTries = 3
	// errorPageSpread is over what time edges ask an app that has become live in front of all of them.
	errorPageSpread = 3 * time.Second
	// errorPageWorkers is how many apps are asked at once.
	errorPageWorkers = 4
)

// errorPage is that of one deployment, which all its routes share.
type errorPage struct {
	deploymentID uuid.UUID
	// wanted says that it is asked for, or known, and gone that no route leads to the deployment any more.
	wanted, gone atomic.Bool
	// content is nil where the deployment has none, as far as is known.
	content atomic.Pointer[errorPageContent]
}

type errorPageContent struct {
	Type string `json:"content_type"`
	Body []byte `json:"body"`
}

// errorPages asks apps for their pages. Its zero value and nil ask for none.
type errorPages struct {
	table  *atomic.Pointer[table]
	region string
	store  errorPageStore
	client *http.Client
	logger *slog.Logger
	// spread is errorPageSpread, and pause errorPagePause.
	spread, pause time.Duration

	// saved are the deployments whose pages an earlier run has saved and that no route has led to yet. The poller alone uses it.
	saved map[uuid.UUID]struct{}

	mutex   sync.Mutex
	waiting errorPageQueue
	// begun says that apps may be asked: see begin.
	begun bool
	news  chan struct{}
	bytes atomic.Int64
}

// newErrorPages returns nil where the edge asks for no pages.
func newErrorPages(config Config, current *atomic.Pointer[table], logger *slog.Logger) (*errorPages, error) {
	if !config.ErrorPages {
		return nil, nil //nolint:nilnil // It asks for none.
	}

	store, saved, err := openErrorPageStore(config.DataDir)
	if err != nil {
		return nil, err
	}

	d := newDialer(config.RequireRoute)

	return &errorPages{
		table: current, region: config.Region, store: store, saved: saved, logger: logger, spread: errorPageSpread, pause: errorPagePause,
		news: make(chan struct{}, 1),
		client: &http.Client{
			Transport: &http.Transport{
				DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
					return d.connect(ctx, network, address)
				},
				DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxResponseHeaderBytes,
			},
			Timeout:       errorPageTime,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// appear is called by the poller with each route that leads to an app. It waits for nothing.
func (p *errorPages) appear(r *route) {
	if p == nil || r.page == nil {
		return
	}

	if _, saved := p.saved[r.page.deploymentID]; saved {
		delete(p.saved, r.page.deploymentID)
		r.page.wanted.Store(true)
		p.enqueue(errorPageAsk{page: r.page})

		return
	}

	// A deployment with a wildcard has other hostnames, too.
	if len(r.upstreams) == 0 || strings.HasPrefix(r.hostname, wildcard) || r.page.wanted.Swap(true) {
		return
	}

	at := time.Now()

	if p.spread > 0 {
		at = at.Add(mathrand.N(p.spread)) //nolint:gosec // Spreading load needs no secrecy.
	}

	p.enqueue(errorPageAsk{page: r.page, host: r.hostname, at: at})
}

// vanish is called by the poller when no route leads to a deployment any more.
func (p *errorPages) vanish(page *errorPage) {
	if p == nil || page == nil {
		return
	}

	page.gone.Store(true)

	if content := page.content.Swap(nil); content != nil {
		p.bytes.Add(-int64(len(content.Body)))
	}

	p.store.remove(page.deploymentID)
}

// sweep removes the pages that an earlier run has saved of deployments to which no route leads.
func (p *errorPages) sweep() {
	if p == nil {
		return
	}

	for deployment := range p.saved {
		p.store.remove(deployment)
	}

	clear(p.saved)
}

// begin is called by the poller whenever the platform has answered and the table in use is the platform's. Until it has been called once, no app is asked: the
// table of an earlier run may be old, and the addresses in it those of other customers' VMs by now.
func (p *errorPages) begin() {
	if p == nil {
		return
	}

	p.mutex.Lock()
	before := p.begun
	p.begun = true
	p.mutex.Unlock()

	if !before {
		p.tell()
	}
}

// own returns the page of an app that is shown in the place of one of the edge's, or nil. The route may be nil.
func (p page) own(to *route) *errorPageContent {
	if to == nil || to.page == nil || !p.ofApp {
		return nil
	}

	return to.page.content.Load()
}
