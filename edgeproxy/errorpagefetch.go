package edgeproxy

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

var errAppBusy = errors.New("the app cannot answer now")

// fetch returns the page of an app, or nil where it has none.
func (p *errorPages) fetch(ctx context.Context, ask errorPageAsk) (*errorPageContent, error) {
	// The VM is one of the newest table: the address of one that has left it may be another customer's soon.
	current := p.table.Load()
	if current == nil {
		return nil, errNoUpstream
	}

	r := current.lookup(ask.host)
	if r == nil || r.page != ask.page || len(r.upstreams) == 0 {
		return nil, errNoUpstream
	}

	address := choose(r.upstreams, p.region, nil, time.Now()).address

	content, err := p.get(ctx, address, ask.host, errorPagePath)
	if err != nil || content == nil {
		return nil, err
	}

	// A single-page app answers whatever it is asked for, with the same or with what differs each time.
	nowhere, err := p.get(ctx, address, ask.host, "/"+rand.Text()+".html")
	if err != nil || nowhere == nil {
		return content, err
	}

	elsewhere, err := p.get(ctx, address, ask.host, "/"+rand.Text()+".html")
	if err != nil || elsewhere == nil || !bytes.Equal(nowhere.Body, elsewhere.Body) || bytes.Equal(nowhere.Body, content.Body) {
		return nil, err
	}

	return content, nil
}

func (p *errorPages) get(ctx context.Context, address, host, path string) (*errorPageContent, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return nil, err
	}

	request.Host = host
	request.Header.Set("Accept", "text/html")
	request.Header.Set("User-Agent", "Zeitwork-Edge")
	// Apps that send visitors on to https answer at once.
	request.Header.Set(headerForwardedProto, "https")
	request.Header.Set(headerForwardedHost, host)

	response, err := p.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", path, err)
	}

	defer func() { _ = response.Body.Close() }() // It was read.

	switch {
	case response.StatusCode >= lowestServerError || response.StatusCode == http.StatusTooManyRequests:
		return nil, fmt.Errorf("ask for %s: %s: %w", path, response.Status, errAppBusy)
	case response.StatusCode != http.StatusOK || response.Header.Get("Content-Encoding") != "" || !isHTML(response.Header.Get("Content-Type")):
		return nil, nil //nolint:nilnil // It has none.
	}

	body, err := io.ReadAll(io.LimitReader(response.Body, maxErrorPage+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}

	if len(body) == 0 || len(body) > maxErrorPage {
		return nil, nil //nolint:nilnil // It is none that could be kept.
	}

	return &errorPageContent{Type: response.Header.Get("Content-Type"), Body: body}, nil
}

func isHTML(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)

	return err == nil && kind == "text/html"
}
