package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Transport sends requests to an edge or an app as if they had come by the app's own hostname. It follows no redirect.
type Transport struct {
	// Host is the hostname that is asked for, which no nameserver needs to know; empty: that of the request's address.
	Host string
	// HTTPS claims that TLS has ended before. Some apps redirect to HTTPS otherwise.
	HTTPS bool
	// Base carries the requests; nil: http.DefaultTransport.
	Base http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Host = t.Host

	if t.HTTPS {
		request.Header.Set("X-Forwarded-Proto", "https")
	}

	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}

	return base.RoundTrip(request)
}

// Answer is an HTTP response that was read to its end.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Ask sends one request and returns the answer, whatever its status. The body of the request may be nil.
func (t Transport) Ask(ctx context.Context, method, url string, body io.Reader) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return Answer{}, fmt.Errorf("make a request: %w", err)
	}

	response, err := t.RoundTrip(request)
	if err != nil {
		return Answer{}, fmt.Errorf("ask %s: %w", url, err)
	}
	defer func() { _ = response.Body.Close() }()

	content, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s: %w", url, err)
	}

	return Answer{Status: response.StatusCode, Header: response.Header, Body: string(content)}, nil
}

// AwaitOK asks every few milliseconds until the answer is 200 and contains the text, for a minute at most. The requests take processor time
// from what is measured meanwhile: one every millisecond made a deployment's health_check 110 ms and its build 50 ms longer on 2 cores.
func (t Transport) AwaitOK(ctx context.Context, url, text string) error {
	const patience, interval = time.Minute, 5 * time.Millisecond

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	ticker := time.NewTicker(interval)
	defer ticker.Stop()

	for {
		answer, err := t.Ask(ctx, http.MethodGet, url, nil)
		if err == nil && answer.Status == http.StatusOK && strings.Contains(answer.Body, text) {
			return nil
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer as it should (last status: %d): %w", url, answer.Status, errors.Join(err, ctx.Err()))
		case <-ticker.C:
		}
	}
}
