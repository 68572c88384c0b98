package edgeproxy

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// The read that waits for the body ends a moment after the request: only many requests show what happens then.
func TestBodyBounds_AppAnswersBeforeTheBodyHasCome_TheEdgeServesOn(t *testing.T) {
	t.Parallel()

	const requests = 500

	b := setup(t, func(c *Config) { c.MinBodyRate, c.BodyGrace = 1, time.Minute })
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		if http.NewResponseController(w).EnableFullDuplex() == nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})))

	for name, visitor := range map[string]*http.Client{"HTTP/1.1": b.client, "HTTP/2": b.http2(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var running sync.WaitGroup

			for range requests {
				body, more := io.Pipe()
				request := b.request(t, http.MethodPost, demoHost, "/", body)

				running.Go(func() {
					defer func() { _ = more.Close() }()

					response, err := visitor.Do(request)
					if err != nil {
						t.Error(err)

						return
					}

					_, _ = io.Copy(io.Discard, response.Body)
					_ = response.Body.Close()

					if response.StatusCode != http.StatusUnauthorized {
						t.Error(response.Status)
					}
				})
			}

			running.Wait()
		})
	}
}
