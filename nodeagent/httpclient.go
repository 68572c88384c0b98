package nodeagent

import (
	"net"
	"net/http"
	"time"
)

const (
	dialTimeout = 5 * time.Second

	// A long poll sends nothing while it waits. These find out within 6 seconds that the API at its other end is no longer there.
	keepAliveIdle     = 2 * time.Second
	keepAliveInterval = 2 * time.Second
	keepAliveCount    = 2

	// idleConnections are for the poll, the report and the logs of many VMs.
	idleConnections = 16
)

// newHTTPClient returns what speaks to the API. Each request has a timeout of its own.
func newHTTPClient() *http.Client {
	dialer := &net.Dialer{
		Timeout:         dialTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepAliveIdle, Interval: keepAliveInterval, Count: keepAliveCount},
	}

	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: dialTimeout, MaxIdleConnsPerHost: idleConnections, IdleConnTimeout: time.Minute,
	}}
}
