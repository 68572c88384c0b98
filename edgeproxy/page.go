package edgeproxy

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// page is an answer of the edge itself, for requests that no app answers.
type page struct {
	status     int
	code       string
	title      string
	detail     string
	retryAfter int // Seconds; 0: trying again does not help.
	reload     int // After how many seconds a browser asks again by itself; 0: it does not.
	// ofApp says that the page tells of an app that did not answer: one that has a page of its own for that shows it.
	ofApp bool
}

const (
	retrySoon = 5
	retryRoom = 30
)

var (
	pageBadHost = page{
		status: http.StatusBadRequest, code: "bad_host", title: "This is not a web address",
		detail: "The request's Host header is not a hostname. Check the address.",
	}
	pageBadRequest = page{
		status: http.StatusBadRequest, code: "bad_request", title: "The request ended too early",
		detail: "The body of the request could not be read. Send it again.",
	}
	pageBodySlow = page{
		status: http.StatusRequestTimeout, code: "body_slow", title: "The request came too slowly",
		detail: "Its body came in slower than this server waits for. Send it again over a better connection.",
	}
	pageBodyTooLarge = page{
		status: http.StatusRequestEntityTooLarge, code: "body_too_large", title: "The request is too large",
		detail: "Its body is larger than this server takes. Send less at once.",
	}
	pageAnswerTooLarge = page{
		status: http.StatusBadGateway, code: "answer_too_large", title: "The app's answer is too large",
		detail: "It is larger than this server hands on. If the app is yours, have it answer with less at once.", ofApp: true,
	}
	pageNoTunnels = page{
		status: http.StatusMethodNotAllowed, code: "method_not_allowed", title: "This is not an open proxy",
		detail: "CONNECT is not supported here.",
	}
	pageUnknownHost = page{
		status: http.StatusNotFound, code: "unknown_host", title: "There is nothing at this address",
		detail: "Check the spelling. If the domain is yours, add it to your project and point its DNS here.",
	}
	pageNothingDeployed = page{
		status: http.StatusNotFound, code: "nothing_deployed", title: "Nothing is deployed here yet",
		detail: "The project exists. It appears here after its first deployment.",
	}
	pageStarting = page{
		status: http.StatusServiceUnavailable, code: "deployment_starting", title: "The first deployment is on its way",
		detail: "It is being built and started. Try again in a moment.", retryAfter: retrySoon,
	}
	pageAsleep = page{
		status: http.StatusServiceUnavailable, code: "deployment_asleep", title: "This deployment sleeps",
		detail: "It is not live any more, and nothing of it runs. If it is yours, redeploy it or roll back to it to wake it.",
	}
	pageWaking = page{
		status: http.StatusServiceUnavailable, code: "app_waking", title: "The app is waking up",
		detail: "Nobody had used it for a while, so that it was stopped. It is being started: try again in a moment.", retryAfter: retrySoon, reload: 1,
	}
	pageNoRoom = page{
		status: http.StatusServiceUnavailable, code: "no_room", title: "There is no room for the app right now",
		detail:     "Nobody had used it for a while, so that it was stopped. What it needs to start again is in use. Try again in a minute.",
		retryAfter: retryRoom, reload: retrySoon,
	}
	pageAppDown = page{
		status: http.StatusServiceUnavailable, code: "app_down", title: "The app does not answer",
		detail: "None of its VMs accepts connections. If it is yours, look at its logs. Otherwise try again in a moment.", retryAfter: retrySoon, ofApp: true,
	}
	pageAppBroke = page{
		status: http.StatusBadGateway, code: "app_failed", title: "The app broke off",
		detail: "It closed the connection or answered in a way that is not HTTP. If it is yours, look at its logs. Otherwise try again.", ofApp: true,
	}
	pageAppSlow = page{
		status: http.StatusGatewayTimeout, code: "app_slow", title: "The app took too long",
		detail: "It accepted the request and did not answer in time. If it is yours, look at its logs. Otherwise try again.", ofApp: true,
	}
	pageAppBusy = page{
		status: http.StatusServiceUnavailable, code: "app_busy", title: "The app has too many requests",
		detail:     "It has as many requests under way as it may. If it is yours, look whether it answers them. Otherwise try again in a moment.",
		retryAfter: retrySoon, ofApp: true,
	}
	pageVisitorBusy = page{
		status: http.StatusTooManyRequests, code: "too_many_requests", title: "Too many requests at once",
		detail: "Your address has as many requests under way as it may. Wait until some of them have been answered.", retryAfter: retrySoon,
	}
	pageEdgeStarting = page{
		status: http.StatusServiceUnavailable, code: "edge_starting", title: "This server has just started",
		detail: "It does not know the sites yet. Try again in a moment.", retryAfter: retrySoon,
	}
)

// headerError says in a project's own page what has failed.
const headerError = "Zeitwork-Error"

// write answers with the page, for a request to a route or nil, and returns how many bytes of a body it has written.
func (p page) write(w http.ResponseWriter, r *http.Request, to *route, requestID string) int64 {
	header, body := p.compose(r.Header.Values("Accept"), to, requestID)
	maps.Copy(w.Header(), header)
	w.WriteHeader(p.status)

	// It fails only when the client has gone.
	written, _ := w.Write(body) //nolint:gosec // What comes from the request is escaped.
	if r.Method == http.MethodHead {
		return 0
	}

	return int64(written)
}

// compose makes the answer: HTML where the request prefers it, as browsers do, and a problem document (RFC 9457) otherwise. In the place of the edge's HTML
// comes the app's own, where it has some.
func (p page) compose(accept []string, to *route, requestID string) (http.Header, []byte) {
	header := http.Header{}
	contentType, body := "application/problem+json", p.json(requestID)

	switch own := p.own(to); {
	case !prefersHTML(accept):
	case own != nil:
		contentType, body = own.Type, own.Body
		// The page itself does not say what has failed.
		header.Set(headerError, p.code)
	default:
		contentType, body = "text/html; charset=utf-8", p.html(requestID)

		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'")
	}

	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Accept")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set(headerRequestID, requestID)

	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}

	return header, body
}

func (p page) html(requestID string) []byte {
	var body bytes.Buffer

	values := struct {
		Title, Detail, RequestID string
		Status, Reload           int
	}{p.title, p.detail, requestID, p.status, p.reload}
	if err := pageTemplate.Execute(&body, values); err != nil {
		panic(err) // The template is part of the program and a test renders it.
	}

	return body.Bytes()
}

func (p page) json(requestID string) []byte {
	body, err := json.Marshal(struct {
		Title     string `json:"title"`
		Status    int    `json:"status"`
		Detail    string `json:"detail"`
		Code      string `json:"code"`
		RequestID string `json:"request_id"`
	}{p.title, p.status, p.detail, p.code, requestID})
	if err != nil {
		panic(err) // Strings and numbers always encode.
	}

	return append(body, '\n')
}

// prefersHTML tells whether text/html is named and no JSON type is preferred to it.
func prefersHTML(accept []string) bool {
	var html, json float64

	for _, header := range accept {
		for part := range strings.SplitSeq(header, ",") {
			kind, parameters, err := mime.ParseMediaType(part)
			if err != nil {
				continue
			}

			quality, err := strconv.ParseFloat(parameters["q"], 64)
			if err != nil {
				quality = 1
			}

			switch {
			case kind == "text/html" || kind == "application/xhtml+xml":
				html = max(html, quality)
			case kind == "application/json" || strings.HasSuffix(kind, "+json"):
				json = max(json, quality)
			}
		}
	}

	return html > 0 && html >= json
}
