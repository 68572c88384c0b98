package edgeproxy

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPipeline_RequestsBehindAnyBody_AreServedOnceEach(t *testing.T) {
	t.Parallel()

	// Larger than what the edge reads at once of anything but a body.
	long := "POST /next HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 40000\r\n\r\n" + strings.Repeat("y", 40_000)

	const (
		next = "GET /next HTTP/1.1\r\nHost: demo.example.com\r\n\r\n"
		last = "GET /last HTTP/1.1\r\nHost: demo.example.com\r\nConnection: close\r\n\r\n"
	)

	for name, first := range map[string][]string{
		"a whole chunked one": {"POST /first HTTP/1.1\r\nHost: demo.example.com\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
		"a chunked one that goes on": {
			"POST /first HTTP/1.1\r\nHost: demo.example.com\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "0\r\n\r\n",
		},
		"a large one that goes on": {"POST /first HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 200000\r\n\r\n", strings.Repeat("x", 200_000)},
		"a small one":              {"POST /first HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 5\r\n\r\nhello"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			paths := make(chan string, 10)
			b := setup(t)
			b.serve(t, live(demoHost, app(t, func(_ http.ResponseWriter, r *http.Request) {
				select {
				case paths <- r.URL.Path:
				default:
				}

				_, _ = io.Copy(io.Discard, r.Body)
			})))

			connection := b.connect(t)
			first := append([]string{}, first...)
			first[len(first)-1] += next + long + last

			for i, part := range first {
				if i > 0 {
					require.Eventually(t, func() bool { return len(paths) > 0 }, patience, frequency, "the app has not got what was sent")
				}

				_, err := io.WriteString(connection, part)
				require.NoError(t, err)
			}

			answers, err := io.ReadAll(connection)
			require.NoError(t, err)
			require.Len(t, statusesOf(answers), 4)
			close(paths)

			var seen []string
			for path := range paths {
				seen = append(seen, path)
			}

			require.Equal(t, []string{"/first", "/next", "/next", "/last"}, seen)
		})
	}
}
