package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	// requestTime is longer than anything is frozen.
	requestTime = 30 * time.Second
	// A slow body takes uploadTime and is sent in uploadParts.
	uploadTime  = 1500 * time.Millisecond
	uploadParts = 5
)

// visitor is one client behind a load balancer that prefers one edge.
type visitor struct {
	traffic *traffic
	project *project
	edge    int
	way     way
	// connections carry the requests of transport.
	connections *http.Transport
	transport   rig.Transport
}

func newVisitor(t *traffic, p *project, edge int, w way) *visitor {
	own := w.connections(p.host)

	return &visitor{traffic: t, project: p, edge: edge, way: w, connections: own, transport: rig.Transport{Host: p.host, Base: own}}
}

func (v *visitor) close() { v.connections.CloseIdleConnections() }

// get asks for the page. Where the connection to the edge breaks, the other edge is asked at once, once.
func (v *visitor) get(ctx context.Context) {
	v.traffic.count()

	for attempt := range v.way.edges {
		body, answered := v.send(ctx, (v.edge+attempt)%len(v.way.edges), http.MethodGet, nil)
		if !answered {
			continue
		}

		v.check(body, "GET", "")

		return
	}
}

// post sends a body in parts, and only once: it could have an effect. It returns whether there was an answer.
func (v *visitor) post(ctx context.Context) bool {
	v.traffic.count()

	reader, writer := io.Pipe()
	part := strings.Repeat("x", 1000) //nolint:mnd // Any length.

	go func() {
		for range uploadParts {
			if _, err := io.WriteString(writer, part); err != nil {
				return
			}

			// When the traffic ends, the parts that are left are sent at once: a request that has begun is not cut off.
			_ = rig.Sleep(ctx, uploadTime/uploadParts)
		}

		_ = writer.Close()
	}()

	body, answered := v.send(ctx, v.edge, http.MethodPost, reader)
	_ = reader.Close()

	if answered {
		v.check(body, "POST", fmt.Sprintf(" %d", len(part)*uploadParts))
	}

	return answered
}

// send returns what an edge answered; false when the connection broke or the traffic has ended. A status other than 200 is a failure.
func (v *visitor) send(ctx context.Context, edge int, method string, body io.Reader) (string, bool) {
	began := time.Now()

	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTime)
	defer cancel()

	answer, err := v.transport.Ask(bounded, method, v.way.edges[edge], body)
	if err != nil {
		v.traffic.breaks(broken{edge: edge, began: began, ended: time.Now(), what: v.what(method), err: err})

		return "", false
	}

	if answer.Status != http.StatusOK {
		v.traffic.failf("edge %d: %s after %s: %d %s", edge+1, v.what(method), time.Since(began).Round(time.Millisecond),
			answer.Status, firstLine(answer.Body))

		return "", false
	}

	return answer.Body, true
}

// check counts an answer of another project's app, or with another ending, as a failure.
func (v *visitor) check(body, method, ending string) {
	if !strings.HasPrefix(body, v.project.sample.name+"-") || !strings.HasSuffix(body, ending) {
		v.traffic.failf("%s was answered with %q", v.what(method), body)
	}
}

// what is a request as the report names it.
func (v *visitor) what(method string) string {
	return method + " " + v.project.host + " by " + v.way.name
}

func firstLine(text string) string {
	const enough = 200

	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")

	return line[:min(len(line), enough)]
}
