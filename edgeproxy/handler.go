package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"strconv"
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
		table: current, forwarding: newForwarding(config), lease: newLease(config), admission: newAdmission(config), bounds: newBodyBounds(config),
		sendTimeout: config.SendTimeout, meters: m, logger: logger,
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

const (
	lowestStatus  = 100
	highestStatus = 999
)

// statusError is that of an answer whose status cannot be passed on.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("the app answered with the status %d", int(e))
}

// modifyResponse adds the request's id to the app's answer, and keeps net/http from adding anything else. It refuses a status for which net/http panics:
// that of an app may be any number, which net/http's client passes on as it came.
func (h *handler) modifyResponse(response *http.Response) error {
	if response.StatusCode < lowestStatus || response.StatusCode > highestStatus {
		return statusError(response.StatusCode)
	}

	if h.bounds.refusesAnswer(response.ContentLength) && response.Request.Method != http.MethodHead {
		return errAnswerLarge
	}

	e := exchangeOf(response.Request)
	e.status = response.StatusCode
	e.closeIfUnread(response.Request)
	e.answer.most = h.bounds.answer
	e.answer.begin(response, e.started)

	if e.body != nil {
		e.body.relax()
	}

	response.Header.Set(headerRequestID, e.id)
	e.remember(response.Header)

	if _, ok := response.Header["Content-Type"]; !ok {
		e.header["Content-Type"] = nil // net/http would guess one.
	}

	return nil
}

// fail answers a request that the app did not answer.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := exchangeOf(r)

	switch {
	case e.bodyFailed():
		// A client that has closed its side only can still read the answer.
		h.answer(w, r, e.bodyPage())
	case r.Context().Err() != nil:
		e.status = statusClientGone
		// If fail returned, a client that a drain cuts off would get an empty 200.
		panic(http.ErrAbortHandler)
	default:
		// The level is debug because visitors of a broken app would fill the log.
		h.logger.Debug("an app did not answer", slog.String("request_id", e.id), slog.String("host", e.host),
			logging.Deployment(e.route.deploymentID), logging.Error(err))
		h.answer(w, r, pageFor(err))
	}
}

func pageFor(err error) page {
	if sleeping, ok := errors.AsType[*sleepingError](err); ok {
		return sleeping.page()
	}

	switch {
	case errors.Is(err, errNoUpstream):
		return pageAppDown
	case errors.Is(err, errAnswerLarge):
		return pageAnswerTooLarge
	}

	switch reasonOf(err) {
	case reasonConnect, reasonUnseen:
		return pageAppDown
	case reasonTimeout:
		return pageAppSlow
	case reasonLost, reasonSilent:
		return pageAppBroke
	default:
		return pageAppBroke
	}
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request, p page) {
	e := exchangeOf(r)
	e.status = p.status
	e.closeIfUnread(r)
	e.answer.beginOwn(e.started)
	e.answer.bytes = p.write(w, r, e.route, e.id)
}

// end notes a request that has ended, with its upstream still in the exchange.
func (h *handler) end(r *http.Request, e *exchange) {
	h.note(r.Context(), askedBy(r), protocolOf(r), e)
}

func protocolOf(r *http.Request) string {
	switch {
	case r.ProtoMajor > 1:
		return strconv.Itoa(r.ProtoMajor)
	case r.ProtoMinor == 0:
		return "1.0"
	default:
		return protocol11
	}
}

const protocol11 = "1.1"

// note records, measures and logs a request that has ended, with its upstream still in the exchange.
func (h *handler) note(ctx context.Context, request asked, protocol string, e *exchange) {
	h.records.record(request, e)
	h.meters.answered(ctx, request.method, protocol, e.status, time.Since(e.started))

	if h.logger.Enabled(ctx, slog.LevelDebug) {
		h.log(ctx, request, e)
	}
}

// log writes a line about the request, without its query, which may hold secrets.
func (h *handler) log(ctx context.Context, request asked, e *exchange) {
	attributes := []slog.Attr{
		slog.String("request_id", e.id),
		slog.String("method", request.method),
		slog.String("host", request.host),
		slog.String("path", request.path()),
		slog.Int("status", e.status),
		slog.Duration("duration", time.Since(e.started)),
		slog.Int("attempts", e.attempts),
	}
	if e.route != nil {
		attributes = append(attributes, logging.Deployment(e.route.deploymentID), logging.VM(e.vmID()))
	}

	h.logger.LogAttrs(ctx, slog.LevelDebug, "request", attributes...)
}
