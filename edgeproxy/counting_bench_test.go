package edgeproxy

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// instant is an app that answers at once, without a network.
type instant struct{}

func (instant) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"text/plain"}},
		Body: io.NopCloser(strings.NewReader("0123456789")), ContentLength: 10, Request: r,
	}, nil
}

// nowhere is where answers go that nobody reads.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header          { return n.header }
func (nowhere) Write(data []byte) (int, error) { return len(data), nil }
func (nowhere) WriteHeader(int)                {}
func (nowhere) Flush()                         {}

// BenchmarkCounting shows what counting a request adds: to the work of the edge without any network, where all requests are to one deployment and thus to one
// counter, and to a request over the network.
func BenchmarkCounting(b *testing.B) {
	edge := setup(b)
	edge.serve(b, live(demoHost, app(b, says("0123456789"))), live("uncounted.example.com", app(b, says("0123456789"))))

	current := edge.proxy.poller.table
	current.Load().lookup("uncounted.example.com").counter = nil

	handler := newHandler(Config{}, current, instant{}, edge.proxy.handler.meters, slog.New(slog.DiscardHandler))

	for name, host := range map[string]string{"uncounted": "uncounted.example.com", "counted": demoHost} {
		b.Run("handler/"+name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				request := httptest.NewRequest(http.MethodGet, "http://"+host+"/", nil)

				for pb.Next() {
					handler.ServeHTTP(nowhere{http.Header{}}, request)
				}
			})
		})
	}

	for _, name := range []string{"uncounted", "counted", "uncounted", "counted"} {
		host := demoHost
		if name == "uncounted" {
			host = "uncounted.example.com"
		}

		b.Run("network/"+name, func(b *testing.B) {
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if answer, _ := edge.get(b, host, "/"); answer.StatusCode != http.StatusOK {
						b.Error(answer.StatusCode)
					}
				}
			})
		})
	}

	counted := &counter{}

	b.Run("counter", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				counted.begin()
				counted.inFlight.Add(-1)
				counted.count(outcome{status: http.StatusOK, took: 3 * time.Millisecond, timed: true, bytesIn: 10, bytesOut: 10})
			}
		})
	})
}
