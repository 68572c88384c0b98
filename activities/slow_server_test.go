package activities

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// slowServer answers as a git server for as long as it is asked, a few bytes a second; without a pause it never answers.
func slowServer(t *testing.T, pause time.Duration) string {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pause == 0 {
			<-r.Context().Done()

			return
		}

		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")

		for _, letter := range strings.Repeat("001e# service=git-upload-pack\n0000", 1000) {
			if _, err := w.Write([]byte(string(letter))); err != nil {
				return
			}

			w.(http.Flusher).Flush()

			select {
			case <-time.After(pause):
			case <-r.Context().Done():
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)

	return server.URL + "/app"
}

func TestSlowServer_HeadAndClone_EndInTheirTimeAndSaySo(t *testing.T) {
	t.Parallel()

	const bound = 2 * time.Second

	for name, url := range map[string]string{"never answers": slowServer(t, 0), "trickles": slowServer(t, 100*time.Millisecond)} {
		for call, act := range map[string]func(*Source) error{
			"head": func(s *Source) error {
				s.headTimeout = bound
				_, err := s.Head(t.Context(), Remote{URL: url}, "main")

				return err
			},
			"clone of a branch": func(s *Source) error {
				s.headTimeout = bound
				_, err := s.Clone(t.Context(), CloneRequest{RepositoryURL: url, Branch: "main"})

				return err
			},
			"clone of a commit": func(s *Source) error {
				s.git.patience = bound
				_, err := s.Clone(t.Context(), CloneRequest{RepositoryURL: url, Branch: "main", Commit: strings.Repeat("a", 40)})

				return err
			},
		} {
			t.Run(call+", "+name, func(t *testing.T) {
				t.Parallel()

				bundle := setup(t)
				begun := time.Now()
				err := act(bundle.source)
				took := time.Since(begun)

				require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
				require.Contains(t, problem.MessageOf(err), "The server of the repository "+url)
				require.GreaterOrEqual(t, took, bound)
				require.Less(t, took, bound+5*time.Second)
				t.Logf("%s after %s", problem.MessageOf(err), took.Round(time.Millisecond))
				requireNoFetches(t, bundle)
			})
		}
	}
}

func TestSlowServer_CloneLongerThanItsTime_EndsWithASentence(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	bundle.config.Timeout = time.Second
	bundle.source = bundle.newSource(t)

	_, err := bundle.source.Clone(t.Context(), CloneRequest{
		ProjectID: bundle.project, RepositoryURL: slowServer(t, 100*time.Millisecond), Branch: "main", Commit: strings.Repeat("a", 40),
	})
	requireUsers(t, err, "took longer than 1s", "if its server was slow")
	requireNoFetches(t, bundle)
}
