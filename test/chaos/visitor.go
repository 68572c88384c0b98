package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// requestTime is longer than anything is frozen.
	requestTime = 30 * time.Second
	// A slow body takes this long, in as many parts.
	uploadTime  = 1500 * time.Millisecond
	uploadParts = 5
)

// visitor is one client behind a load balancer that prefers one edge.
type visitor struct {
	traffic *traffic
	project *project
	edge    int
	client  *http.Client
}

func newVisitor(t *traffic, p *project, edge int) *visitor {
	return &visitor{traffic: t, project: p, edge: edge, client: &http.Client{Transport: keepAlive()}}
}

func (v *visitor) close() { v.client.CloseIdleConnections() }

// get asks for the page. Where the connection to the edge breaks, the other edge is asked at once, once.
func (v *visitor) get(ctx context.Context) {
	v.traffic.count()

	for attempt := range v.traffic.edges {
		body, answered := v.send(ctx, (v.edge+attempt)%len(v.traffic.edges), http.MethodGet, nil)
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

	// Made longer than the sending takes, so that it is not cut off by the end of the traffic.
	reader, writer := io.Pipe()
	part := strings.Repeat("x", 1000) //nolint:mnd // Any length.

	go func() {
		for range uploadParts {
			if _, err := io.WriteString(writer, part); err != nil {
				return
			}

			_ = sleep(ctx, uploadTime/uploadParts)
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

	content, status, err := exchange(bounded, v.client, v.traffic.edges[edge], v.project.host, method, body)
	if err != nil {
		v.traffic.breaks(broken{edge: edge, began: began, ended: time.Now(), what: method + " " + v.project.host, err: err})

		return "", false
	}

	if status != http.StatusOK {
		v.traffic.failf("edge %d: %s %s after %s: %d %s", edge+1, method, v.project.host, time.Since(began).Round(time.Millisecond), status, firstLine(content))

		return "", false
	}

	return content, true
}

// check looks whether the answer is this project's.
func (v *visitor) check(body, method, ending string) {
	if !strings.HasPrefix(body, v.project.sample.name+"-") || !strings.HasSuffix(body, ending) {
		v.traffic.failf("%s %s was answered with %q", method, v.project.host, body)
	}
}

// exchange asks an edge for a host.
func exchange(ctx context.Context, c *http.Client, edge, host, method string, body io.Reader) (string, int, error) {
	request, err := http.NewRequestWithContext(ctx, method, edge, body)
	if err != nil {
		return "", 0, fmt.Errorf("make a request: %w", err)
	}

	request.Host = host

	response, err := c.Do(request)
	if err != nil {
		return "", 0, fmt.Errorf("ask: %w", err)
	}
	defer func() { _ = response.Body.Close() }()

	content, err := io.ReadAll(response.Body)
	if err != nil {
		return "", 0, fmt.Errorf("read the answer: %w", err)
	}

	return string(content), response.StatusCode, nil
}

func firstLine(text string) string {
	const enough = 200

	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")

	return line[:min(len(line), enough)]
}
