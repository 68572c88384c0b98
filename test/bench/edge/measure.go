package edge

import (
	"context"
	"fmt"
	"strconv"

	"github.com/zeitwork/zeitwork/test/rig"
)

// result is what one measurement of one proxy gave.
type result struct {
	// value is in the unit of the measure.
	value float64
	// perRequest is the processor time of one request, where the measure is one of many requests.
	perRequest costs
}

// measure is one kind of load.
type measure struct {
	name, title, unit string
	// least says that less is better.
	least   bool
	overTLS bool
	of      func(context.Context, *stage, *proxy, Options) (result, error)
}

func (m measure) canMeasure(p *proxy) bool { return !m.overTLS || p.https != "" }

const (
	few, many, streams = 64, 1000, 4
	requestsUnit       = "requests/s"
	bytesUnit          = "MB/s"
)

// Names of the measures whose figures are in the last line.
const (
	smallName, tailName, tlsName, idleName = "small", "p99", "tls", "idle"
)

// latencyShare is which part of a proxy's highest rate it is asked at where latencies are measured.
const latencyShare = 0.7

func measures() []measure {
	return []measure{
		{name: smallName, title: "small answers, 64 connections", unit: requestsUnit, of: visits(few, "/")},
		{name: "many", title: "small answers, 1,000 connections", unit: requestsUnit, of: visits(many, "/")},
		{name: "close", title: "small answers, a connection each", unit: requestsUnit, of: visits(few, "/", "Connection: close")},
		{name: "100k", title: "answers of 100 kB, 64 connections", unit: requestsUnit, of: visits(few, "/100k")},
		{name: "100m", title: "answers of 100 MB, 4 connections", unit: bytesUnit, of: downloads},
		{name: "up100k", title: "bodies of 100 kB, 64 connections", unit: bytesUnit, of: uploads("100k", few, 20_000)},       //nolint:mnd // Some seconds.
		{name: "up100m", title: "bodies of 100 MB, 4 connections", unit: bytesUnit, of: uploads("100m", streams, 2*streams)}, //nolint:mnd // One behind another.
		{name: tlsName, title: "small answers over TLS, 64 connections", unit: requestsUnit, overTLS: true, of: visitsOverTLS(few)},
		{name: "tlsmany", title: "small answers over TLS, 1,000 connections", unit: requestsUnit, overTLS: true, of: visitsOverTLS(many)},
		{name: "handshakes", title: "TLS, a connection each", unit: requestsUnit, overTLS: true, of: visitsOverTLS(few, "Connection: close")},
		{name: "h2", title: "HTTP/2 over TLS, 64 connections of 10 streams", unit: requestsUnit, overTLS: true, of: visitsByHTTP2},
		{name: "websocket", title: "messages of a WebSocket back, 64 connections", unit: "messages/s", of: messages},
		{name: "p50", title: "median at 70 % of nginx's rate", unit: "ms", least: true, of: latency(0.5)},   //nolint:mnd // The median.
		{name: tailName, title: "99 % at 70 % of nginx's rate", unit: "ms", least: true, of: latency(0.99)}, //nolint:mnd // As it says.
		{name: "p99own", title: "99 % at 70 % of its own rate", unit: "ms", least: true, of: latencyAtOwnRate},
		{name: idleName, title: "memory of an idle connection", unit: "kB", least: true, of: idle(false)},
		{name: "idletls", title: "memory of an idle connection over TLS", unit: "kB", least: true, overTLS: true, of: idle(true)},
	}
}

// visits has so many connections ask for a path, as fast as they are answered.
func visits(connections int, path string, headers ...string) func(context.Context, *stage, *proxy, Options) (result, error) {
	return func(ctx context.Context, s *stage, p *proxy, o Options) (result, error) {
		return counted(s, p, func() (load, error) { return wrk(ctx, "http://"+p.http+path, connections, o.Duration, headers...) })
	}
}

func visitsOverTLS(connections int, headers ...string) func(context.Context, *stage, *proxy, Options) (result, error) {
	return func(ctx context.Context, s *stage, p *proxy, o Options) (result, error) {
		return counted(s, p, func() (load, error) { return wrk(ctx, p.encrypted(), connections, o.Duration, headers...) })
	}
}

func visitsByHTTP2(ctx context.Context, s *stage, p *proxy, o Options) (result, error) {
	const streams = "10"

	return counted(s, p, func() (load, error) {
		return h2load(ctx, p.encrypted(), p.https, few, "-m", streams, "-D", seconds(o.Duration))
	})
}

func downloads(ctx context.Context, _ *stage, p *proxy, o Options) (result, error) {
	l, err := wrk(ctx, "http://"+p.http+"/100m", streams, o.Duration)

	return result{value: l.bytes / l.seconds / million}, err
}

// uploads sends a file of the app as a body, so often in all.
func uploads(name string, connections, requests int) func(context.Context, *stage, *proxy, Options) (result, error) {
	return func(ctx context.Context, s *stage, p *proxy, _ Options) (result, error) {
		arguments := []string{"--h1", "-d", s.file(name), "-n", strconv.Itoa(requests)}

		r, err := counted(s, p, func() (load, error) {
			return h2load(ctx, "http://"+readerName+"/upload", p.http, connections, arguments...)
		})
		if r.value *= float64(sizes[name]) / million; sizes[name] >= mebi {
			r.perRequest = costs{}
		}

		return r, err
	}
}

// latency has 64 connections ask at a given rate, and returns the time of that share of the answers.
func latency(share float64) func(context.Context, *stage, *proxy, Options) (result, error) {
	return func(ctx context.Context, s *stage, p *proxy, o Options) (result, error) {
		if s.nginxRate == 0 {
			if s.proxies[0].name != nginxName {
				return result{}, fmt.Errorf("the rate is a share of nginx's: measure %s too", nginxName)
			}

			var err error
			if s.nginxRate, err = highestRate(ctx, s.proxies[0], o); err != nil {
				return result{}, err
			}
		}

		took, err := paced(ctx, s, p.http, s.nginxRate*latencyShare, o.Duration)

		return result{value: rig.Milliseconds(rig.Percentile(took, share))}, err
	}
}

// latencyAtOwnRate is latency at a rate that leaves each proxy as much of the processors unused as the others.
func latencyAtOwnRate(ctx context.Context, s *stage, p *proxy, o Options) (result, error) {
	rate, err := highestRate(ctx, p, o)
	if err != nil {
		return result{}, err
	}

	took, err := paced(ctx, s, p.http, rate*latencyShare, o.Duration)

	return result{value: rig.Milliseconds(rig.Percentile(took, 0.99))}, err //nolint:mnd // 99 %.
}

// highestRate is how many small answers a second a proxy gives at most.
func highestRate(ctx context.Context, p *proxy, o Options) (float64, error) {
	l, err := wrk(ctx, "http://"+p.http+"/", few, o.Duration)

	return l.requests / l.seconds, err
}

// counted makes a load of many requests, and adds what one of them took of the processors.
func counted(s *stage, p *proxy, work func() (load, error)) (result, error) {
	before := s.spent(p)

	l, err := work()
	if err != nil || l.requests == 0 {
		return result{}, fmt.Errorf("nothing was answered: %w", err)
	}

	return result{value: l.requests / l.seconds, perRequest: s.spent(p).since(before).over(l.requests)}, nil
}
