package fakegithub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
)

const apiPrefix = "/api/v3"

// call is one request to the API.
type call struct {
	*Server

	r *http.Request
	// base is the server's URL as the request has it, without a slash at its end.
	base string
	// app is set where the caller has shown an app's JWT, token where it has shown a token. Both are nil for anybody.
	app   *app
	token *token
}

// handler answers a call. The mutex is held meanwhile.
type handler func(c *call) *answer

func baseOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}

	return scheme + "://" + r.Host
}

// rest makes a handler answer over HTTP, within the limits.
func (s *Server) rest(resource string, handle handler) http.Handler {
	return s.limited(resource, func(w http.ResponseWriter, c *call, d demand) {
		var (
			a           *answer
			body        []byte
			contentType string
		)

		s.locked(func() {
			a = handle(c)
			body, contentType = a.encode()
		})

		s.faults.lose(c.r)
		c.respond(w, d, a, body, contentType)
	})
}

// limited answers a call that is who it says to be and within the limits. Its body is read before, so that nobody waits for a slow sender.
func (s *Server) limited(resource string, serve func(w http.ResponseWriter, c *call, d demand)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBodyBytes))
		if err != nil {
			write(w, problemsParsing())

			return
		}

		r.Body = io.NopCloser(bytes.NewReader(body))
		c := &call{Server: s, r: r, base: baseOf(r)}

		var (
			refused *answer
			d       demand
		)

		s.locked(func() {
			refused = c.authenticate()
			d = c.demand(resource)
		})

		if refused != nil {
			write(w, refused)

			return
		}

		switch s.usage.admit(d, s.now()) {
		case primaryLimit:
			s.usage.announce(w.Header(), d, s.now())
			write(w, overPrimaryLimit(d))
		case secondaryLimit:
			write(w, overSecondaryLimit())
		case admitted:
			defer s.usage.done(d)

			if !s.faults.strike(w, r) {
				serve(w, c, d)
			}
		}
	})
}

// respond writes the answer, or that nothing has changed.
func (c *call) respond(w http.ResponseWriter, d demand, a *answer, body []byte, contentType string) {
	cost := 1

	if a.status == http.StatusOK && c.r.Method == http.MethodGet {
		etag := etagOf(body)
		if a.text != nil {
			// The hash of a commit names itself, so that a client need not have asked before.
			etag = `"` + *a.text + `"`
		}

		w.Header().Set("Etag", etag)
		w.Header().Set("Vary", "Accept, Authorization")

		if isCurrent(c.r, etag) {
			a, body, contentType = &answer{status: http.StatusNotModified}, nil, ""

			if c.token != nil || c.app != nil {
				cost = 0
			}
		}
	}

	c.usage.charge(d, cost, c.now())
	c.usage.announce(w.Header(), d, c.now())
	writeEncoded(w, a, body, contentType)
}

// demand says what the call asks of the limits.
func (c *call) demand(resource string) demand {
	limits := c.usage.limits
	d := demand{resource: resource, limit: limits.PerHour, points: writePoints}

	// Queries change nothing, although they are sent by POST.
	if c.r.Method == http.MethodGet || c.r.Method == http.MethodHead || resource == resourceGraphQL {
		d.points = readPoints
	}

	switch {
	case c.app != nil:
		d.caller = fmt.Sprintf("app %d", c.app.ID)
	case c.token != nil && c.token.installation != nil:
		i := c.token.installation
		d.caller = fmt.Sprintf("installation %d", i.id)
		d.limit = limits.hourly(c.countOf(i), len(i.account.members))
	case c.token != nil:
		d.caller = "user " + c.token.user.login
	default:
		host, _, _ := net.SplitHostPort(c.r.RemoteAddr)
		d.caller, d.limit = host, limits.AnonymousPerHour
	}

	if resource == resourceSearch {
		d.limit = limits.SearchPerMinute
	}

	return d
}

// number reads a part of the path that is a number; zero for any other text, which is nobody's id.
func (c *call) number(name string) int64 {
	n, err := strconv.ParseInt(c.r.PathValue(name), 10, 64)
	if err != nil {
		return 0
	}

	return n
}

const mostBodyBytes = 1 << 20

// read reads the body of a request; false where it is no JSON of that form. An empty body is an empty object.
func (c *call) read(into any) bool {
	if c.r.ContentLength == 0 {
		return true
	}

	return json.NewDecoder(c.r.Body).Decode(into) == nil
}

func problemsParsing() *answer { return failure(http.StatusBadRequest, "Problems parsing JSON") }
