package edgeproxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// hasty has 200 bytes of a body come every 200 ms.
func hasty(c *Config) { c.MinBodyRate, c.BodyGrace = 1000, 200*time.Millisecond }

// drip is a body that comes in parts, each of which is sent once the test gives it.
type drip chan string

func (d drip) Read(buffer []byte) (int, error) {
	part, ok := <-d
	if !ok {
		return 0, io.EOF
	}

	return copy(buffer, part), nil
}

func TestBodyBounds_BodyComesTooSlowly_IsBrokenOff(t *testing.T) {
	t.Parallel()

	for name, length := range map[string]int64{"small": 1000, "large": 1 << 20, "chunked": -1} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
			t.Run(name+" "+protocol, func(t *testing.T) {
				t.Parallel()

				var asked atomic.Int64

				b := setup(t, hasty)
				b.serve(t, live(demoHost, app(t, func(_ http.ResponseWriter, r *http.Request) {
					asked.Add(1)

					_, _ = io.Copy(io.Discard, r.Body)
				})))

				visitor := b.client
				if protocol == "HTTP/2" {
					visitor = b.http2(t)
				}

				parts := make(drip, 1)
				parts <- "the beginning, and then nothing"

				request := b.request(t, http.MethodPost, demoHost, "/", parts)
				request.ContentLength = length

				response, err := visitor.Do(request)
				require.NoError(t, err)

				page, err := io.ReadAll(response.Body)
				require.NoError(t, err)
				close(parts)
				require.NoError(t, response.Body.Close())
				require.Equal(t, http.StatusRequestTimeout, response.StatusCode)
				require.Contains(t, string(page), "body_slow")

				if name == "small" {
					require.Zero(t, asked.Load(), "a slow client occupies the app")
				}
			})
		}
	}
}

func TestBodyBounds_BodyComesSlowlyEnough_ArrivesWhole(t *testing.T) {
	t.Parallel()

	const parts, pause = 10, 50 * time.Millisecond // In all more than the grace.

	for name, size := range map[string]int{"small": 1_000, "large": 20_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t, hasty)
			b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
				n, _ := io.Copy(io.Discard, r.Body)
				_, _ = fmt.Fprint(w, n)
			})))

			connection := b.connect(t)
			_, err := fmt.Fprintf(connection, "POST / HTTP/1.1\r\nHost: demo.example.com\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", size*parts)
			require.NoError(t, err)

			for range parts {
				_, err := connection.Write(make([]byte, size))
				require.NoError(t, err)
				time.Sleep(pause) // The client is slow.
			}

			answer, err := io.ReadAll(connection)
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(string(answer), strconv.Itoa(size*parts)), "%s", answer)
		})
	}
}

func TestBodyBounds_AppAnswersAlready_TheClientMayTakeItsTime(t *testing.T) {
	t.Parallel()

	b := setup(t, hasty)
	b.serve(t, live(demoHost, app(t, pingPong)))

	for name, visitor := range map[string]*http.Client{"HTTP/1.1": b.client, "HTTP/2": b.http2(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			sent, lines := io.Pipe()
			response, err := visitor.Do(b.request(t, http.MethodPost, demoHost, "/", sent))
			require.NoError(t, err)

			defer func() { _ = response.Body.Close() }()

			answers := bufio.NewReader(response.Body)

			for range 2 {
				time.Sleep(300 * time.Millisecond) // The client says nothing for longer than the grace.

				_, err = io.WriteString(lines, "0\n")
				require.NoError(t, err)

				answer, err := answers.ReadString('\n')
				require.NoError(t, err)
				require.Equal(t, "echo 0\n", answer)
			}

			require.NoError(t, lines.Close())
		})
	}
}

func TestBodyBounds_RequestIsTooLarge_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.MaxRequestBytes = 200_000 })
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		if n, err := io.Copy(io.Discard, r.Body); err == nil {
			_, _ = fmt.Fprint(w, n)
		}
	})))

	for name, visitor := range map[string]*http.Client{"HTTP/1.1": b.client, "HTTP/2": b.http2(t)} {
		for _, body := range []io.Reader{bytes.NewReader(make([]byte, 200_000)), io.MultiReader(bytes.NewReader(make([]byte, 200_000)))} {
			response, err := visitor.Do(b.request(t, http.MethodPost, demoHost, "/", body))
			require.NoError(t, err, name)

			answer, err := io.ReadAll(response.Body)
			require.NoError(t, err, name)
			require.NoError(t, response.Body.Close())
			require.Equal(t, "200000", string(answer), name)
		}

		for _, body := range []io.Reader{bytes.NewReader(make([]byte, 200_001)), io.MultiReader(bytes.NewReader(make([]byte, 200_001)))} {
			response, err := visitor.Do(b.request(t, http.MethodPost, demoHost, "/", body))
			require.NoError(t, err, name)

			page, err := io.ReadAll(response.Body)
			require.NoError(t, err, name)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode, name)
			require.Contains(t, string(page), "body_too_large", name)
		}
	}

	b.requireNothingInFlight(t)
}

func TestBodyBounds_AnswerIsTooLarge_IsRefusedOrBrokenOff(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.MaxAnswerBytes = 100_000 })
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		size := 0
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &size)

		if r.URL.RawQuery == "counted" {
			w.Header().Set("Content-Length", strconv.Itoa(size))
		}

		_ = http.NewResponseController(w).Flush()
		_, _ = w.Write(make([]byte, size))
	})))

	for name, visitor := range map[string]*http.Client{"HTTP/1.1": b.client, "HTTP/2": b.http2(t)} {
		for path, want := range map[string]int{
			"/100000?counted": http.StatusOK, "/100000": http.StatusOK, "/100001?counted": http.StatusBadGateway, "/100001": http.StatusOK,
		} {
			response, err := visitor.Do(b.request(t, http.MethodGet, demoHost, path, nil))
			require.NoError(t, err, name)
			require.Equal(t, want, response.StatusCode, path)

			body, err := io.ReadAll(response.Body)
			require.NoError(t, response.Body.Close())

			switch path {
			case "/100001":
				require.Error(t, err, "it is not whole: %s", name)
			case "/100001?counted":
				require.Contains(t, string(body), "answer_too_large", name)
			default:
				require.NoError(t, err, name)
				require.Len(t, body, 100_000, name)
			}
		}

		response, err := visitor.Do(b.request(t, http.MethodHead, demoHost, "/100001?counted", nil))
		require.NoError(t, err, name)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode, "it has no body")
	}

	b.requireNothingInFlight(t)
}

func TestPace_CountsOnlyTheTimeInWhichTheEdgeWaits(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		p := newBodyBounds(Config{MinBodyRate: 1000, BodyGrace: 10 * time.Second}).pace

		for range 100 {
			time.Sleep(time.Hour) // The app takes nothing.
			p.note(10_000, 10*time.Second)

			left, err := p.left()
			require.NoError(t, err)
			require.Equal(t, 10*time.Second, left)
		}

		p.note(9_999, 9*time.Second)

		left, err := p.left()
		require.NoError(t, err)
		require.Equal(t, time.Second, left)

		p.note(0, time.Second)

		_, err = p.left()
		require.ErrorIs(t, err, errBodySlow)

		none := newBodyBounds(Config{BodyGrace: 10 * time.Second}).pace
		none.note(0, time.Hour)

		left, err = none.left()
		require.NoError(t, err)
		require.Zero(t, left)
	})
}
