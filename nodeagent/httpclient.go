package nodeagent

import (
	"net"
	"net/http"
	"time"
)

const (
	dialTimeout = 5 * time.Second

	// A waiting long poll sends nothing. With these keep-alives the agent notices within 6 seconds that the API at the other end is gone.
	keepAliveIdle     = 2 * time.Second
	keepAliveInterval = 2 * time.Second
	keepAliveCount    = 2

	// idleConnections is enough for the poll, the report and the logs of many VMs.
	idleConnections = 16
)

// newTransport returns what sends requests to the API.
func newTransport() *http.Transport {
	dialer := &net.Dialer{
		Timeout:         dialTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepAliveIdle, Interval: keepAliveInterval, Count: keepAliveCount},
	}

	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: dialTimeout, MaxIdleConnsPerHost: idleConnections, IdleConnTimeout: time.Minute,
	}
}
