package activities

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestHead_AnswersOfNoUse_AreExplainedAsGitsAre(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		handler http.HandlerFunc
		code    problem.Code
		says    string
	}{
		"needs a sign-in": {answer(http.StatusUnauthorized, ""), problem.Unauthorized, "is not there, or it needs a sign-in"},
		"forbidden":       {answer(http.StatusForbidden, ""), problem.Forbidden, "may not be read"},
		"absent":          {answer(http.StatusNotFound, ""), problem.NotFound, "There is no repository at"},
		"gone":            {answer(http.StatusGone, ""), problem.NotFound, "There is no repository at"},
		"a page":          {answer(http.StatusOK, "<html>"), problem.Invalid, "is not a git server"},
		"broken":          {answer(http.StatusInternalServerError, "canary"), problem.Unavailable, "does not answer"},
		"moved to a page": {http.RedirectHandler("/sign-in", http.StatusFound).ServeHTTP, problem.Invalid, "is not a git server"},
		"moved to ssh":    {http.RedirectHandler("ssh://git.example.com/app/info/refs?service=git-upload-pack", http.StatusFound).ServeHTTP, problem.Invalid, "a protocol that is not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := httptest.NewServer(c.handler)
			t.Cleanup(server.Close)

			bundle := setup(t)
			_, err := bundle.source.Head(t.Context(), Remote{URL: server.URL + "/app"}, "main")
			require.Equal(t, c.code, problem.CodeOf(err), "%v", err)
			require.Contains(t, problem.MessageOf(err), c.says)
			require.Contains(t, problem.MessageOf(err), server.URL+"/app")
			require.NotContains(t, problem.MessageOf(err), "canary")
		})
	}
}

func answer(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}
}

// TestHead_OpenAndClosedPorts_AreToldTheSameOf: whoever may name a server must not learn what listens where.
func TestHead_OpenAndClosedPorts_AreToldTheSameOf(t *testing.T) {
	t.Parallel()

	bundle, sentences := setup(t), map[string]bool{}

	for name, handle := range map[string]func(net.Conn){
		"closed":             nil,
		"speaks first":       func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.9\r\n")) },
		"hangs up":           func(net.Conn) {},
		"answers with noise": func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); _, _ = c.Write([]byte("\x00\x01\x02\x03\r\n\r\n")) },
	} {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })

		if handle == nil {
			require.NoError(t, listener.Close())
		}

		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}

				handle(connection)
				_ = connection.Close()
			}
		}()

		for _, scheme := range []string{"http", "https"} {
			address := scheme + "://" + listener.Addr().String() + "/app"
			_, err := bundle.source.Head(t.Context(), Remote{URL: address}, "main")
			require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%s: %v", name, err)

			sentences[strings.ReplaceAll(problem.MessageOf(err), address, "URL")] = true
		}
	}

	require.Len(t, sentences, 1)
}

func TestHead_OverHTTP_IsWhereTheBranchPointsNow(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "one"})
	address := repository.serve()
	repository.git("branch", "feature/main")

	for range 2 {
		want := repository.commit("Another commit", map[string]string{"index.html": repository.git("rev-parse", "HEAD")})
		commit, err := bundle.source.Head(t.Context(), Remote{URL: address}, "main")
		require.NoError(t, err)
		require.Equal(t, want, commit)
	}

	_, err := bundle.source.Head(t.Context(), Remote{URL: address}, "mai")
	require.Equal(t, problem.NotFound, problem.CodeOf(err), "%v", err)
	require.Contains(t, problem.MessageOf(err), "has no branch mai")
}
