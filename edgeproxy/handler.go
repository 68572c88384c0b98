package edgeproxy

import (
	"log/slog"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// flushInterval is how long bytes of an answer with a Content-Length may wait for more. Answers without one are flushed at once.
	flushInterval = 20 * time.Millisecond
	// statusClientGone is the status in the log of a request whose client left before the answer.
	statusClientGone = 499
)

// handler passes requests to the app that the Host header names, or answers with a page that says why there is none.
type handler struct {
	table      *atomic.Pointer[table]
	forwarding forwarding
	lease      *lease
	rotation   *rotation
	admission  *admission
	bounds     bodyBounds
	// sendTimeout is how long a client may take nothing of what is sent to it; 0: for ever.
	sendTimeout time.Duration
	proxy       *httputil.ReverseProxy
	meters      *meters
	records     *requestRecorder // nil: requests are not recorded.
	encryption  *encryption      // nil: TLS is off.
	logger      *slog.Logger
	running     sync.WaitGroup
	draining    atomic.Bool
}

func newHandler(config Config, current *atomic.Pointer[table], upstreams http.RoundTripper, m *meters, logger *slog.Logger) *handler {
	h := &handler{
		table: current, forwarding: newForwarding(config), lease: newLease(config), rotation: &rotation{}, admission: newAdmission(config),
		bounds: newBodyBounds(config), sendTimeout: config.SendTimeout, meters: m, logger: logger,
	}
	h.proxy = &httputil.ReverseProxy{
		Rewrite:        h.forwarding.rewrite,
		Transport:      upstreams,
		FlushInterval:  flushInterval,
		BufferPool:     &bufferPool{},
		ModifyResponse: h.modifyResponse,
		ErrorHandler:   h.fail,
		ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}

	return h
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrive(r.Context())

	if r.URL.Path == healthPath {
		h.health(w, r)

		return
	}

	if h.answerChallenge(w, r) {
		return
	}

	h.running.Add(1)
	defer h.running.Done()

	h.meters.inFlight.Add(1)
	defer h.meters.inFlight.Add(-1)

	e := &exchange{id: h.forwarding.requestID(r), header: w.Header(), started: time.Now()}
	r = withExchange(r, e)

	defer e.release()
	defer h.end(r, e)
	defer e.endBody()

	if h.draining.Load() {
		e.closeAfterAnswer(r)
	}

	if p, ok := h.route(r, e); !ok {
		h.answer(w, r, p)

		return
	}

	if h.toHTTPS(w, r, e) {
		return
	}

	if e.route.redirectTo != "" {
		h.redirect(w, r, e)

		return
	}

	w = e.beginCounting(w, r, h.sendTimeout)
	defer h.admission.release(e)
	defer e.endCounting()

	if p, ok := h.takeBody(w, r, e); !ok {
		h.answer(w, r, p)

		return
	}

	if p, ok := h.admission.admit(e, h.forwarding.visitor(r.Header, peerOf(r))); !ok {
		h.answer(w, r, p)

		return
	}

	defer flushWhatIsThere(w, e)

	h.proxy.ServeHTTP(w, r)

	if e.body != nil {
		e.body.settle()
	}
}

// takeBody prepares the body of a request to be passed on, or returns the page that says why it is not. A small one is read to its end before an app is
// asked: a client that sends it slowly occupies none.
func (h *handler) takeBody(w http.ResponseWriter, r *http.Request, e *exchange) (page, bool) {
	if r.ContentLength == 0 {
		return page{}, true
	}

	control, bounds := http.NewResponseController(w), h.bounds
	streams := needsHTTP2(r)

	if streams {
		bounds.pace = pace{} // Messages of gRPC come when there are some.
	}

	e.body = newRequestBody(r.Body, bounds, control.SetReadDeadline)
	r.Body = e.body

	if r.ProtoMajor == 1 {
		// Without it the server reads the rest of the body before it sends the first byte of the answer.
		if err := control.EnableFullDuplex(); err != nil {
			h.logger.Error("streaming both ways is off for a request", logging.Error(err))
		}
	}

	if bounds.refusesRequest(r.ContentLength) {
		return pageBodyTooLarge, false
	}

	// Whether a body that is announced so may come is for the app to say.
	if r.ContentLength < 0 || r.ContentLength > maxKept || streams || r.Header.Get("Expect") != "" {
		return page{}, true
	}

	if e.body.fill() != nil {
		return e.bodyPage(), false
	}

	return page{}, true
}

// flushWhatIsThere sends the client what the app had answered before it broke off, which at least has a status. It is deferred before the panic
// that ends such an answer.
func flushWhatIsThere(w http.ResponseWriter, e *exchange) {
	reason := recover()
	if reason == nil {
		return
	}

	if e.status != statusClientGone {
		// It fails only when the client has gone.
		_ = http.NewResponseController(w).Flush()
	}

	panic(reason)
}

// route finds the route of the request in the current table, or the page that says why there is none. It waits for nothing.
func (h *handler) route(r *http.Request, e *exchange) (page, bool) {
	if r.Method == http.MethodConnect {
		return pageNoTunnels, false
	}

	host, err := normalizeHost(r.Host)
	if err != nil {
		return pageBadHost, false
	}

	current := h.table.Load()
	if current == nil {
		return pageEdgeStarting, false
	}

	e.host, e.route = host, current.lookup(host)

	if e.route != nil {
		// All names that a wildcard stands for count as one: they have the same VMs.
		e.host = e.route.hostname
	}

	switch {
	case e.route == nil:
		return pageUnknownHost, false
	case e.route.redirectTo != "":
		return page{}, true
	case e.route.state == client.RouteStateEmpty:
		return pageNothingDeployed, false
	case e.route.state == client.RouteStateStarting:
		return pageStarting, false
	case e.route.state == client.RouteStateAsleep && !e.route.wakes:
		return pageAsleep, false
	default:
		return page{}, true
	}
}
