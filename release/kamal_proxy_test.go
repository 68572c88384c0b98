package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/kamal"
)

// kamalProxy stands in for kamal-proxy, as kamal/config sets it up: requests go to one container, and from it to another one once that is healthy; those that
// the first one still has may end until the drain's time is over.
type kamalProxy struct {
	config kamal.Config
	// drain is how long requests may take to end.
	drain time.Duration
	dial  func(ctx context.Context, network, address string) (net.Conn, error)

	mutex  sync.Mutex
	target *proxyTarget
}

var errDrained = errors.New("the drain's time is over")

// proxyTarget is a container that gets requests. The proxy's mutex guards its fields.
type proxyTarget struct {
	proxy    *httputil.ReverseProxy
	requests map[*http.Request]context.CancelCauseFunc
	// idle is closed once a target that gets no more requests has none.
	idle chan struct{}
}

func (p *kamalProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != p.config.Proxy.Host {
		http.Error(w, "no service has this host", http.StatusNotFound)

		return
	}

	target, r := p.begin(r)
	defer p.end(target, r)

	target.proxy.ServeHTTP(w, r)
}

func (p *kamalProxy) begin(r *http.Request) (*proxyTarget, *http.Request) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	ctx, cancel := context.WithCancelCause(r.Context())
	r = r.WithContext(ctx)
	p.target.requests[r] = cancel

	return p.target, r
}

func (p *kamalProxy) end(target *proxyTarget, r *http.Request) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	target.requests[r](nil)
	delete(target.requests, r)
	target.noteIdle(p.target)
}

func (t *proxyTarget) noteIdle(serving *proxyTarget) {
	if t != serving && len(t.requests) == 0 {
		close(t.idle)
	}
}

// deploy is `kamal-proxy deploy`: it returns when requests go to the container at the address, and those to the one before have ended.
func (p *kamalProxy) deploy(ctx context.Context, address string) error {
	transport := &http.Transport{DialContext: p.dial, ResponseHeaderTimeout: time.Duration(p.config.Proxy.ResponseTimeout) * time.Second}
	at := &url.URL{Scheme: "http", Host: net.JoinHostPort(address, strconv.Itoa(p.config.Proxy.AppPort))}

	if err := p.waitHealthy(ctx, &http.Client{Transport: transport}, at.JoinPath(p.config.Proxy.HealthCheck.Path)); err != nil {
		return err
	}

	next := &proxyTarget{requests: map[*http.Request]context.CancelCauseFunc{}, idle: make(chan struct{}), proxy: &httputil.ReverseProxy{
		Transport: transport, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.SetXForwarded()
			r.Out.Host = r.In.Host
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if errors.Is(context.Cause(r.Context()), errDrained) {
				http.Error(w, "the request has taken longer than the drain", http.StatusGatewayTimeout)
			} else {
				http.Error(w, err.Error(), http.StatusBadGateway)
			}
		},
	}}

	p.mutex.Lock()
	before := p.target
	p.target = next

	if before != nil {
		before.noteIdle(next)
	}
	p.mutex.Unlock()

	if before != nil {
		p.drainRequests(before)
	}

	return nil
}

// waitHealthy asks until the container answers as a healthy one does, or until the deployment's time is over.
func (p *kamalProxy) waitHealthy(ctx context.Context, client *http.Client, at *url.URL) error {
	check := p.config.Proxy.HealthCheck

	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.config.DeployTimeout)*time.Second)
	defer cancel()

	client.Timeout = time.Duration(check.Timeout) * time.Second

	for again := time.NewTicker(time.Duration(check.Interval) * time.Second); ; {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return err
		}

		answer, err := client.Do(request)
		if err == nil {
			_ = answer.Body.Close()

			if answer.StatusCode == http.StatusOK {
				again.Stop()

				return nil
			}

			err = errors.New(answer.Status)
		}

		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("%s is not healthy: %w", at, err)
		}
	}
}

// drainRequests lets the requests of a target end, and ends those that have not when the drain's time is over.
func (p *kamalProxy) drainRequests(of *proxyTarget) {
	select {
	case <-of.idle:
		return
	case <-time.After(p.drain):
	}

	p.mutex.Lock()
	for _, cancel := range of.requests {
		cancel(errDrained)
	}
	p.mutex.Unlock()

	<-of.idle
}
